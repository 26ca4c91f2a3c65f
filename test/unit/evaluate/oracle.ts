import type { EventData, EventOf, TokenRef } from '../../../src/domain/event/index.ts';
import type { SimulatedEvent } from '../../../src/evaluate/world/script.ts';

/**
 * A second, deliberately plain reading of the rules, over whole worlds: which detectors ought to alert on a chain.
 * It shares no code with the engine or the generator; it knows all events at once and asks only for facts.
 */

type Minted = EventOf<'token.issued' | 'token.exchanged' | 'token.refreshed'>;
type Call = EventOf<'tool.invoked' | 'api.called'> & { atMs: number };

/** The detectors whose rules are read a second time here. */
export const readByOracle: ReadonlySet<string> = new Set([
  'scope-creep',
  'reuse-after-expiry',
  'orphaned-chain',
  'unusual-fan-out',
]);

interface Known {
  readonly minted: Map<string, { data: Minted; source: string }>;
  readonly revoked: { data: EventOf<'token.revoked'>; atMs: number }[];
  readonly inactive: { data: EventOf<'token.introspected'>; atMs: number }[];
}

const SKEW_MS = 60_000;
const PROPAGATION_MS = 60_000;
const FORGE = 'https://forge.acme.example';
const LOGGING = ['https://login.acme.example', 'https://sts.acme.example'];

const keysOf = (ref: TokenRef): string[] => [
  ...('jti' in ref ? [`${ref.iss} ${ref.jti}`] : []),
  ...(ref.hash === undefined ? [] : [ref.hash]),
];

export function knowledge(events: Iterable<SimulatedEvent>): Known {
  const known: Known = { minted: new Map(), revoked: [], inactive: [] };
  for (const { data, source, time } of events) {
    if (data.type === 'token.issued' || data.type === 'token.exchanged' || data.type === 'token.refreshed') {
      for (const key of keysOf(data.token)) known.minted.set(key, { data, source });
    }
    if (data.type === 'token.revoked') known.revoked.push({ data, atMs: Date.parse(time) });
    if (data.type === 'token.introspected' && !data.active)
      known.inactive.push({ data, atMs: Date.parse(time) });
  }
  return known;
}

export function expectedDetectors(events: readonly SimulatedEvent[], known: Known): string[] {
  const find = (ref: TokenRef | undefined) =>
    ref === undefined ? undefined : keysOf(ref).flatMap((key) => known.minted.get(key) ?? [])[0];
  const parentRef = (data: Minted) => (data.type === 'token.refreshed' ? data.previous : data.parents?.[0]);
  const scopeOf = (data: Minted): readonly string[] => {
    if (data.scope !== undefined) return data.scope;
    const parent = find(parentRef(data));
    return parent === undefined ? [] : scopeOf(parent.data);
  };
  const lineage = (data: Minted): { data: Minted; source: string }[] => {
    const parent = find(parentRef(data));
    return parent === undefined ? [] : [parent, ...lineage(parent.data)];
  };
  const revokedMs = (data: Minted): number => {
    const hits = known.revoked.filter(({ data: revocation }) => {
      if (!['compromise', 'admin', 'policy'].includes(revocation.reason ?? '')) return false;
      if (revocation.token !== undefined) {
        return keysOf(revocation.token).some((key) => keysOf(data.token).includes(key));
      }
      if (revocation.family !== undefined) return revocation.family === data.family;
      return 'subject' in data && revocation.subject?.id === data.subject.id;
    });
    return Math.min(Number.POSITIVE_INFINITY, ...hits.map(({ atMs }) => atMs));
  };
  const issuerOf = (minted: { data: Minted; source: string }) =>
    'iss' in minted.data.token ? minted.data.token.iss : minted.source;

  const out = new Set<string>();
  const mints = events.flatMap((event) => {
    const { data } = event;
    const isMint =
      data.type === 'token.issued' || data.type === 'token.exchanged' || data.type === 'token.refreshed';
    return isMint ? [{ data, source: event.source }] : [];
  });
  const deniedCalls = new Set(
    events.flatMap(({ data }) => (data.type === 'tool.denied' ? [data.callId] : [])),
  );
  const calls: Call[] = events.flatMap(({ data, time }) =>
    data.type === 'tool.invoked' || data.type === 'api.called' ? [{ ...data, atMs: Date.parse(time) }] : [],
  );

  for (const minted of mints) {
    const ancestors = lineage(minted.data);
    const comparable = ancestors.find((ancestor) => issuerOf(ancestor) === issuerOf(minted));
    if (comparable !== undefined) {
      const held = scopeOf(comparable.data);
      const covers = (scope: string): boolean =>
        held.includes(scope) ||
        (issuerOf(minted) === FORGE && held.some((parent) => scope.startsWith(`${parent}:`)));
      if (!scopeOf(minted.data).every(covers)) out.add('scope-creep');
    }
    const parent = ancestors[0]?.data;
    const bornMs = minted.data.iat * 1000;
    if (parent?.exp != null && bornMs > parent.exp * 1000 + SKEW_MS) out.add('reuse-after-expiry');
    if (ancestors.some(({ data }) => bornMs > revokedMs(data) + PROPAGATION_MS))
      out.add('reuse-after-expiry');
    const named = parentRef(minted.data);
    if (named !== undefined && find(named) === undefined && 'iss' in named && LOGGING.includes(named.iss)) {
      out.add('orphaned-chain');
    }
  }

  for (const call of calls) {
    if (call.type === 'tool.invoked' && deniedCalls.has(call.callId)) continue;
    const minted = find(call.token);
    const exp = minted?.data.exp ?? call.presented?.exp;
    if (exp != null && call.atMs > exp * 1000 + SKEW_MS) out.add('reuse-after-expiry');
    const scope = minted === undefined ? call.presented?.scope : scopeOf(minted.data);
    const [namespace, needs] =
      call.type === 'tool.invoked'
        ? ['tool:', `tool:${call.tool.name}`]
        : [`${call.target.system}:`, `${call.target.system}:${call.action}`];
    const held = scope?.filter((grant) => grant.startsWith(namespace)) ?? [];
    if (held.length > 0 && !held.includes(needs) && call.effect === 'write') out.add('scope-creep');
    if (minted === undefined) {
      if (call.token !== undefined && 'iss' in call.token && LOGGING.includes(call.token.iss))
        out.add('orphaned-chain');
      continue;
    }
    const nbf = 'nbf' in minted.data ? minted.data.nbf : undefined;
    if (nbf !== undefined && call.atMs < nbf * 1000 - SKEW_MS) out.add('reuse-after-expiry');
    if (call.atMs < minted.data.iat * 1000 - SKEW_MS) out.add('reuse-after-expiry');
    const saidInactive = known.inactive.some(
      ({ data, atMs }) => find(data.token)?.data === minted.data && call.atMs > atMs + PROPAGATION_MS,
    );
    if (saidInactive) out.add('reuse-after-expiry');
    const all = [minted, ...lineage(minted.data)];
    if (all.some(({ data }) => call.atMs > revokedMs(data) + PROPAGATION_MS)) out.add('reuse-after-expiry');
  }

  if (isFannedOut(mints, calls)) out.add('unusual-fan-out');
  const payout = calls.some(
    (call) => call.type === 'api.called' && call.target.system === 'payments' && call.action === 'payout',
  );
  if (payout && !events.some(({ data }) => namesHuman(data))) out.add('orphaned-chain');
  return [...out].sort((a, b) => (a < b ? -1 : 1));
}

function isFannedOut(mints: readonly { data: Minted }[], calls: readonly Call[]): boolean {
  const children = new Map<string, number>();
  for (const { data } of mints) {
    if (data.type !== 'token.exchanged') continue;
    const key = keysOf(data.parents[0] as TokenRef)[0] as string;
    children.set(key, (children.get(key) ?? 0) + 1);
  }
  const targets = new Set(
    calls.map(({ target }) => (target === undefined ? '' : `${target.system} ${target.resource}`)),
  );
  const tools = new Set(calls.map((call) => (call.type === 'tool.invoked' ? call.tool.name : '')));
  return Math.max(0, ...children.values()) > 50 || targets.size > 101 || tools.size > 61;
}

function namesHuman(data: EventData): boolean {
  return JSON.stringify(data).includes('"kind":"human"');
}

/** Node 20 has no Map.groupBy yet. */
export function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
