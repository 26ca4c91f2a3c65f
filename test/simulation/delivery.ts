import { type Notice, noticeId } from '../../src/domain/notice.ts';
import type { ResponseTarget } from '../../src/domain/response.ts';
import { responseId, tokenTarget } from '../../src/respond/plan/index.ts';
import { PAGER } from './process.ts';
import type { Received } from './receiver.ts';
import type { Tables } from './tables.ts';
import { told } from './told.ts';
import { pages, type Truth } from './truth.ts';

/** How often one alert may have been raised and withdrawn again. */
const EPOCHS_MAX = 12;

/** What people were told of one alert, by what the ids of the messages say: `<alert> <epoch>`. */
interface Told {
  readonly alerts: Set<string>;
  readonly raised: Set<string>;
  readonly withdrawn: Set<string>;
}

/** In what receivers were told differs from the truth; empty when all is well. */
export function delivered(truth: Truth, tables: Tables, received: readonly Received[]): string[] {
  const problems: string[] = [];
  const toldOf = new Map<string, Told>();
  for (const { id, body, endpoint } of received) {
    const { type, data } = JSON.parse(body) as { type: string; data: Record<string, unknown> };
    if (type.endsWith('.revoke')) {
      const target = data['target'] as ResponseTarget;
      const expected = responseId(
        data['tenant'] as string,
        target.kind === 'token' ? tokenTarget(target.ref) : target,
      );
      if (id !== expected) problems.push(`a revocation went out as ${id}, and its id is ${expected}`);
      continue;
    }
    if (type.startsWith('incident.')) continue;
    const alert = `${data['tenant']} ${data['alertId']}`;
    const of = ensure(toldOf, inForce(tables, alert));
    of.alerts.add(alert);
    const epoch = endpoint === PAGER ? epochOf(id, type, data, data['alertId']) : undefined;
    if (epoch === undefined) problems.push(`${type} of ${alert} went out under an id of its own: ${id}`);
    else if (type === 'alert.raised') of.raised.add(`${alert} ${epoch}`);
    else if (type === 'alert.withdrawn') of.withdrawn.add(`${alert} ${epoch}`);
  }
  return told([
    ...problems,
    ...left(tables),
    ...[...toldOf].flatMap(([id, of]) => alternating(id, of)),
    ...standing(truth, toldOf),
    ...incidents(truth, tables, received),
  ]);
}

/** The alert that an alert carries on as: who heard of the one has heard of the other. */
function inForce(tables: Tables, alert: string): string {
  let name = alert;
  for (let hops = 0; hops < EPOCHS_MAX; hops += 1) {
    const row = tables.alerts.get(name.replace(' ', '\u0000'));
    if (row?.mergedInto === undefined) return name;
    name = `${row.tenant} ${row.mergedInto}`;
  }
  return name;
}

function ensure(toldOf: Map<string, Told>, name: string): Told {
  const known = toldOf.get(name) ?? { alerts: new Set(), raised: new Set(), withdrawn: new Set() };
  toldOf.set(name, known);
  return known;
}

/** Nothing waits in the end. What was cancelled because its alert was withdrawn is dead, and rightly so. */
function left({ outbox }: Tables): string[] {
  return [...outbox.values()]
    .filter(
      ({ state, lastError }) => state === 'pending' || (state === 'dead' && !/withdrawn/.test(lastError)),
    )
    .map(({ id, state, lastError }) => `message ${id} is ${state} in the end: ${lastError}`);
}

/** The epoch in which this id is the only right one. */
function epochOf(
  id: string,
  type: string,
  { tenant, severity }: Record<string, unknown>,
  of: unknown,
): number | undefined {
  const about = { tenant, id: of, severity };
  for (let epoch = 1; epoch <= EPOCHS_MAX; epoch += 1) {
    if (noticeId({ type, epoch, about } as Notice, PAGER) === id) return epoch;
  }
  return undefined;
}

/**
 * Of incidents people are told of every end, also of one that carries on under another id. Who was told of the first
 * is taken to know of the other, which is noted in the outbox alone: there stands what people believe.
 */
function incidents(truth: Truth, tables: Tables, received: readonly Received[]): string[] {
  const problems: string[] = [];
  const names = new Set([...truth.incidents.keys()]);
  for (const { id, body } of received) {
    const { type, data } = JSON.parse(body) as { type: string; data: Record<string, unknown> };
    if (!type.startsWith('incident.')) continue;
    const name = `${data['tenant']} ${data['incidentId']}`;
    names.add(name);
    if (typeof data['mergedInto'] === 'string') names.add(`${data['tenant']} ${data['mergedInto']}`);
    if (epochOf(id, type, data, data['incidentId']) === undefined)
      problems.push(`${type} of ${name} went out under an id of its own: ${id}`);
  }
  for (const name of names) {
    const [tenant = '', incident = ''] = name.split(' ');
    const isNoted = (type: string, epoch: number): boolean =>
      tables.outbox.has(
        `${tenant}\u0000${noticeId({ type, epoch, about: { tenant, id: incident } } as Notice, PAGER)}`,
      );
    const epochs = Array.from({ length: EPOCHS_MAX }, (_, index) => index + 1);
    const open = epochs.filter((e) => isNoted('incident.raised', e) && !isNoted('incident.withdrawn', e));
    const isTrue = truth.incidents.get(name)?.state === 'open';
    if (open.length > 1) problems.push(`incident ${name} stands in ${open.length} epochs`);
    if (isTrue && open.length === 0) problems.push(`incident ${name} was never told`);
    if (!isTrue && open.length > 0)
      problems.push(`incident ${name} stands in people's eyes, and is not true`);
  }
  return told(problems);
}

/** Raised, withdrawn, raised again: one thing told under two ids would break the row. */
function alternating(name: string, { alerts, raised, withdrawn }: Told): string[] {
  const open = raised.size - withdrawn.size;
  const problems: string[] = [];
  if (open > 1) problems.push(`alert ${name} was raised ${open} times without being withdrawn`);
  if (open < 0) problems.push(`alert ${name} was withdrawn, and never raised`);
  // Epochs of alerts that merged count on from each other.
  if (alerts.size > 1 || !alerts.has(name)) return problems;
  for (let epoch = 1; epoch <= raised.size; epoch += 1) {
    if (!raised.has(`${name} ${epoch}`)) problems.push(`alert ${name} was not raised for the ${epoch}. time`);
  }
  for (const one of withdrawn) if (!raised.has(one)) problems.push(`alert ${one} was withdrawn out of turn`);
  return problems;
}

/** In the end people believe what is true. */
function standing(truth: Truth, toldOf: ReadonlyMap<string, Told>): string[] {
  const believed = (name: string): boolean => {
    const of = toldOf.get(name);
    return of !== undefined && of.raised.size > of.withdrawn.size;
  };
  const problems: string[] = [];
  for (const [name, alert] of truth.alerts) {
    if (pages(alert) && !believed(name))
      problems.push(`alert ${name} (${alert.detector}) was never delivered`);
  }
  for (const name of toldOf.keys()) {
    const alert = truth.alerts.get(name);
    if (believed(name) && (alert === undefined || !pages(alert)))
      problems.push(`alert ${name} stands in people's eyes, and is not true`);
  }
  return problems;
}
