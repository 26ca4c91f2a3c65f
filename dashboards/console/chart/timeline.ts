import { type Tick, ticksOf } from './axis.ts';
import type { Action, Alert, ChainDetail, Hop, Response } from './detail.ts';
import type { Graph, GraphOptions } from './graph.ts';
import { fullTime, msOf } from './instants.ts';
import { hopOf, standingAlerts } from './lineage.ts';
import { type HopState, stateAt, stateWords } from './state.ts';
import { holderOf, hopWord, isWrite, nameOf, targetOf } from './words.ts';

export type MarkKind = 'read' | 'write' | 'refused' | 'alert' | 'signal' | 'response';

/** Something that happened at an instant. */
export interface Mark {
  readonly atMs: number;
  readonly kind: MarkKind;
  readonly text: string;
}

/** The life of one credential, or of a group of them, and what happened on it. */
export interface Lane {
  readonly name: string;
  readonly detail: string;
  readonly hop?: Hop | undefined;
  readonly life?: Life | undefined;
  readonly state: HopState;
  readonly broken: boolean;
  readonly usedMs: readonly number[];
  readonly marks: readonly Mark[];
}

export interface Life {
  readonly fromMs: number;
  /** Undefined: beyond what is known. */
  readonly toMs: number | undefined;
  readonly end: 'expires' | 'revoked' | 'never' | 'unknown';
}

export interface Timeline {
  readonly fromMs: number;
  readonly toMs: number;
  readonly atMs: number;
  readonly ticks: readonly Tick[];
  readonly lanes: readonly Lane[];
}

const SPAN_MIN_MS = 60_000;

/** Lives, marks and flags of a chain, in lanes by the time at which they begin; those of the graph, and no others. */
export function timelineOf(
  detail: ChainDetail,
  { shown, lineage }: Pick<Graph, 'shown' | 'lineage'>,
  { atMs, actions = detail.actions.items }: Pick<GraphOptions, 'atMs' | 'actions'>,
): Timeline {
  const alerts = standingAlerts(detail.alerts);
  const marks = new Map<string, Mark[]>();
  const place = (key: string | undefined, mark: Mark): void => {
    const lane = key === undefined ? '' : shown.isDrawn(key) ? key : (shown.groupOf(key)?.id ?? '');
    const known = marks.get(lane);
    if (known === undefined) marks.set(lane, [mark]);
    else known.push(mark);
  };
  for (const action of actions) place(action.hopKey, actionMark(action));
  for (const alert of alerts) place(hopOf(alert, lineage)?.key, alertMark(alert));
  const byRef = new Map(
    detail.hops.flatMap((hop) => (hop.token === undefined ? [] : [[hop.token.ref, hop.key]])),
  );
  for (const response of detail.responses) {
    const { ref } = response.target.token ?? {};
    place(ref === undefined ? undefined : byRef.get(ref), responseMark(response));
  }
  const broken = new Set(alerts.flatMap((alert) => hopOf(alert, lineage)?.key ?? []));
  const drawn = shown.hops.filter(
    (hop) => hop.token !== undefined || hop.kind === 'session' || marks.has(hop.key),
  );
  const lanes = [
    ...drawn.map((hop) => hopLane(hop, marks.get(hop.key) ?? [], broken.has(hop.key), atMs)),
    ...shown.groups.map(({ id, sample, hops, keys }): Lane => {
      const members = [...keys].flatMap((key) => lineage.get(key) ?? []);
      return {
        name: `+ ${hops.toLocaleString('en')} more`,
        detail: `like ${holderOf(sample)}`,
        life: lifeOfAll(members),
        state: 'none',
        broken: members.some(({ key }) => broken.has(key)),
        usedMs: [],
        marks: marks.get(id) ?? [],
      };
    }),
  ];
  const rest = marks.get('') ?? [];
  if (rest.length > 0)
    lanes.push({ name: 'Whole chain', detail: '', state: 'none', broken: false, usedMs: [], marks: rest });
  const [fromMs, toMs] = spanOf(detail, lanes);
  return { fromMs, toMs, atMs, ticks: ticksOf(fromMs, toMs), lanes: lanes.sort(byBegin) };
}

function hopLane(hop: Hop, marks: readonly Mark[], broken: boolean, atMs: number): Lane {
  const used = [msOf(hop.firstUsedAt), msOf(hop.lastUsedAt)].filter((ms) => ms !== undefined);
  const state = stateAt(hop, atMs);
  const words = stateWords(hop, atMs);
  const detail = words === '' ? hopWord(hop) : `${hopWord(hop)}, ${words}`;
  return { name: holderOf(hop), detail, hop, life: lifeOf(hop), state, broken, usedMs: used, marks };
}

function lifeOf(hop: Hop): Life | undefined {
  const fromMs = msOf(hop.issuedAt) ?? msOf(hop.firstUsedAt);
  if (fromMs === undefined || (hop.kind !== 'token' && hop.kind !== 'session')) return undefined;
  const [revoked, expires] = [msOf(hop.revokedAt), msOf(hop.expiresAt)];
  if (revoked !== undefined && revoked <= (expires ?? Number.POSITIVE_INFINITY))
    return { fromMs, toMs: Math.max(fromMs, revoked), end: 'revoked' };
  if (expires !== undefined) return { fromMs, toMs: Math.max(fromMs, expires), end: 'expires' };
  return { fromMs, toMs: undefined, end: hop.expiresAt === null ? 'never' : 'unknown' };
}

function lifeOfAll(hops: readonly Hop[]): Life | undefined {
  const lives = hops.flatMap((hop) => lifeOf(hop) ?? []);
  if (lives.length === 0) return undefined;
  let [fromMs, toMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const life of lives) {
    fromMs = Math.min(fromMs, life.fromMs);
    toMs = Math.max(toMs, life.toMs ?? Number.POSITIVE_INFINITY);
  }
  return Number.isFinite(toMs)
    ? { fromMs, toMs, end: 'expires' }
    : { fromMs, toMs: undefined, end: 'unknown' };
}

function actionMark(action: Action): Mark {
  const refused = action.outcome === 'denied' || action.outcome === 'failed';
  const kind = refused ? 'refused' : isWrite(action) ? 'write' : 'read';
  const who = action.actor === undefined ? '' : ` by ${nameOf(action.actor)}`;
  const what = action.action === targetOf(action) ? action.action : `${action.action} on ${targetOf(action)}`;
  const resource = action.resource === undefined ? '' : `/${action.resource}`;
  const text = `${action.effect}: ${what}${resource}${who}, ${action.outcome}`;
  return { atMs: msOf(action.at), kind, text };
}

function alertMark({ firstAt, kind, severity, detector, title }: Alert): Mark {
  return { atMs: msOf(firstAt), kind, text: `${kind}: ${severity} ${detector}: ${title}` };
}

function responseMark({ at, action, mode, state, target }: Response): Mark {
  const dry = mode === 'dry_run' ? ' (dry run)' : '';
  return { atMs: msOf(at), kind: 'response', text: `response: ${action} of ${target.label}, ${state}${dry}` };
}

/** From the first to the last thing that happened; ends of lives that lie not too far ahead, too. */
function spanOf({ chain }: ChainDetail, lanes: readonly Lane[]): readonly [number, number] {
  let fromMs = msOf(chain.startedAt);
  let lastMs = Math.max(fromMs, msOf(chain.lastEventAt));
  for (const { marks } of lanes)
    for (const { atMs } of marks) {
      fromMs = Math.min(fromMs, atMs);
      lastMs = Math.max(lastMs, atMs);
    }
  const span = Math.max(SPAN_MIN_MS, lastMs - fromMs);
  let toMs = lastMs;
  for (const { life } of lanes)
    if (life?.toMs !== undefined && life.toMs <= lastMs + span) toMs = Math.max(toMs, life.toMs);
  return [Math.floor(fromMs - span * 0.02), Math.ceil(Math.max(toMs, fromMs + SPAN_MIN_MS) + span * 0.04)];
}

function byBegin(a: Lane, b: Lane): number {
  return beginOf(a) - beginOf(b);
}

function beginOf({ life, marks }: Lane): number {
  return life?.fromMs ?? marks.reduce((first, { atMs }) => Math.min(first, atMs), Number.POSITIVE_INFINITY);
}

/** Everything of a timeline in one list by time, for those who do not see it. */
export function happenings({ lanes }: Timeline): readonly (Mark & { readonly lane: string })[] {
  const all = lanes.flatMap(({ name, marks, life, hop }) =>
    [...(life === undefined || hop === undefined ? [] : lifeMarks(life, hopWord(hop))), ...marks].map(
      (mark) => ({ ...mark, lane: name }),
    ),
  );
  return all.sort((a, b) => a.atMs - b.atMs);
}

function lifeMarks({ fromMs, toMs, end }: Life, what: string): readonly Mark[] {
  const begin = { atMs: fromMs, kind: 'read', text: `${what} begins` } as const;
  if (toMs === undefined) return [begin];
  return [
    begin,
    { atMs: toMs, kind: 'read', text: `${what} ${end === 'revoked' ? 'is revoked' : 'expires'}` },
  ];
}

export function describeTimeline({ lanes, fromMs, toMs }: Timeline): string {
  const marks = lanes.reduce((sum, lane) => sum + lane.marks.length, 0);
  const named = `${lanes.length.toLocaleString('en')} lanes and ${marks.toLocaleString('en')} marks`;
  return `${named} from ${fullTime(fromMs)} to ${fullTime(toMs)}. The table below says the same.`;
}
