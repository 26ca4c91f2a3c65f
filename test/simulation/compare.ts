import { isDeepStrictEqual } from 'node:util';
import type { Alert } from '../../src/domain/alert.ts';
import type { Chain } from '../../src/domain/chain.ts';
import type { AdmittedEvent } from '../../src/domain/event/index.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { delivered } from './delivery.ts';
import { heard } from './heard.ts';
import type { Received } from './receiver.ts';
import type { Tables } from './tables.ts';
import { told } from './told.ts';
import { byName, pages, type Truth } from './truth.ts';
import type { PlantedFor, World } from './world.ts';

/** Everything in which the world that was lived through differs from the truth; empty when all is well. */
export function differences(
  world: World,
  truth: Truth,
  tables: Tables,
  received: readonly Received[],
): string[] {
  return [
    ...labels(world, truth),
    ...lost(world, truth, tables),
    ...hasty(world, tables),
    ...rows(truth, tables),
    ...delivered(truth, tables, received),
    ...heard(truth, tables, received),
  ];
}

/** The planted violations, and nothing else, are what the truth itself pages: the engine alone cannot be its judge. */
function labels(world: World, truth: Truth): string[] {
  const name = (of: Pick<PlantedFor, 'tenant' | 'detector'>, subject: string): string =>
    `${of.tenant}: ${of.detector} ${subject}`;
  const stands = ({ onlyIf, tenant }: PlantedFor): boolean => {
    if (onlyIf === undefined) return true;
    const ids = new Set(onlyIf.ids);
    const inForce = new Map<string, AdmittedEvent>();
    for (const event of truth.admitted.values()) {
      if (!ids.has(event.id) || event.tenant !== tenant) continue;
      const known = inForce.get(event.id);
      if (known === undefined || event.digest < known.digest) inForce.set(event.id, event);
    }
    return onlyIf.holds([...inForce.values()].map(({ data }) => data));
  };
  const expected = new Set(world.planted.filter(stands).map((one) => name(one, one.subject)));
  const paged = new Set(
    [...truth.alerts.values()]
      // Nobody plants a silence: feeds of so small a world pause as they please.
      .filter((alert) => pages(alert) && alert.detector !== 'silent-feed')
      .map((alert) => name(alert, alert.subject.key)),
  );
  return told([
    ...[...expected].filter((one) => !paged.has(one)).map((one) => `planted, and not found: ${one}`),
    ...[...paged].filter((one) => !expected.has(one)).map((one) => `found, and not planted: ${one}`),
  ]);
}

/** Every message is an event in the log, or a dead letter. */
function lost(world: World, truth: Truth, tables: Tables): string[] {
  const stored = new Set([...tables.events.values()].map(({ event }) => identity(event)));
  const letters = [...tables.letters.values()];
  const byNumber = new Set(letters.map(({ position }) => position.offset));
  const byText = letters.filter(({ code }) => code === 'EVENT_STORE_REFUSED').map(({ raw }) => raw);
  const missing = world.messages.filter(({ number, raw }) => {
    const event = truth.admitted.get(number);
    if (event !== undefined) return !stored.has(identity(event));
    if (truth.refused.get(number) === 'admission') return !byNumber.has(number);
    const { id } = raw as { id: string };
    return !byText.some((text) => text.includes(`"${id}"`));
  });
  return told(
    missing.map(({ number, publisher }) => `acknowledged, and lost: message ${number} of ${publisher}`),
  );
}

/** The watermark stays behind the clock by the allowed lateness: the next event's arrival says what time it was. */
function hasty(world: World, { events, controls }: Tables): string[] {
  const problems: string[] = [];
  const inOrder = [...events.values()].sort((a, b) => a.seq - b.seq);
  let at = 0;
  for (const control of [...controls.values()].sort((a, b) => a.seq - b.seq)) {
    if (control.kind !== 'watermark') continue;
    while ((inOrder[at]?.seq ?? Number.POSITIVE_INFINITY) < control.seq) at += 1;
    const latestMs =
      (inOrder[at]?.ingestedMs ?? Number.POSITIVE_INFINITY) - world.policy.clocks.latenessSeconds * 1000;
    if (control.watermarkMs > latestMs) problems.push(`the watermark at ${control.seq} ran ahead`);
  }
  return told(problems);
}

function identity({ tenant, source, id, digest }: AdmittedEvent): string {
  return JSON.stringify([tenant, source, id, digest]);
}

function rows(truth: Truth, tables: Tables): string[] {
  const open = [...tables.chains.values()].filter(({ state }) => state !== 'merged');
  // A row that hangs on nothing says that there is no such hop, or action, any more.
  const hops = [...tables.hops.values()].filter(({ chainId }) => chainId !== '');
  const actions = [...tables.actions.values()].filter(({ hopKey }) => hopKey !== '');
  return [
    ...compare('chain', truth.chains, byName(open.map(plainChain)), plainChain),
    ...compare('hop', truth.hops, byName(hops.map(plain)), plain),
    ...compare('action', truth.actions, byName(actions.map(plain)), plain),
    ...compare(
      'alert',
      truth.alerts,
      byName([...tables.alerts.values()].filter(isInForce).map(plainAlert)),
      plainAlert,
    ),
    ...compare(
      'incident',
      truth.incidents,
      byName([...tables.incidents.values()].filter(({ state }) => state === 'open').map(plainAlert)),
      plainAlert,
    ),
  ];
}

/** What was withdrawn is not so, and what was merged is told by the alert that carries on. */
function isInForce({ withdrawn, mergedInto }: Alert): boolean {
  return !withdrawn && mergedInto === undefined;
}

/**
 * What may differ: `version` is a place in the log, and `late` says how something arrived. Nothing else.
 */
function plain<T extends object>(row: T): T {
  return { ...row, version: 0, late: false };
}

/**
 * A tool belongs to no chain: of the one in which its other definition was first seen an alert shows what was in
 * memory when it was last told.
 */
function plainAlert<T extends Alert | Incident>(row: T): T {
  if (row.detector !== 'tool-drift') return plain(row);
  const nowhere = { chainId: undefined, txn: undefined, initiator: undefined, owner: undefined };
  const nothing = { actor: undefined, target: undefined, environment: undefined, outcome: undefined };
  return plain({ ...row, ...nowhere, ...nothing });
}

/** A chain that left memory is `closed`; a root that came late is a root. */
function plainChain(chain: Chain): Chain {
  const verdict = chain.verdict === 'late' ? 'root' : chain.verdict;
  return plain({ ...chain, verdict, state: chain.state === 'closed' ? 'open' : chain.state });
}

function compare<T extends object>(
  what: string,
  expected: ReadonlyMap<string, T>,
  actual: ReadonlyMap<string, T>,
  normal: (row: T) => T,
): string[] {
  const problems: string[] = [];
  for (const [id, row] of expected) {
    const found = actual.get(id);
    if (found === undefined) problems.push(`${what} ${id} is missing: ${brief(row)}`);
    else problems.push(...unlike(`${what} ${id}`, normal(row), found));
  }
  for (const [id, row] of actual) {
    if (!expected.has(id)) problems.push(`${what} ${id} should not be there: ${brief(row)}`);
  }
  return told(problems);
}

/** What a row is about, for whoever looks for the reason. */
function brief(row: object): string {
  const { detector, title, subject } = row as Partial<Alert>;
  return (title === undefined ? JSON.stringify(row) : `${detector} ${subject?.key}: ${title}`).slice(0, 300);
}

/** Members in which two rows differ. */
function unlike(name: string, expected: object, actual: object): string[] {
  const keys = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  return keys.flatMap((key) => {
    const [a, b] = [(expected as Record<string, unknown>)[key], (actual as Record<string, unknown>)[key]];
    return isDeepStrictEqual(a, b)
      ? []
      : [`${name}: ${key} is ${JSON.stringify(b)}, and should be ${JSON.stringify(a)}`];
  });
}
