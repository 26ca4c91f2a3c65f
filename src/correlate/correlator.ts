import type {
  Action,
  ActionView,
  Chain,
  ChainView,
  Hop,
  PrincipalWindow,
  TokenView,
} from '../domain/chain.ts';
import type { FeedView } from '../domain/detector.ts';
import type { AdmittedEvent } from '../domain/event/index.ts';
import type { Finding, LiveFinding } from '../domain/finding.ts';
import type { Policy } from '../domain/policy.ts';
import type { EngineStats } from '../domain/record.ts';
import type { Call } from './call.ts';
import type { ChainCell } from './chain-cell.ts';
import { identityOf } from './fact.ts';
import { nothingTouched, TenantGraph, type Touched } from './graph.ts';
import { locate } from './locate.ts';
import type { Place } from './place.ts';
import { chainRow, hopRow, mergedRow, retiredRow } from './project.ts';
import { verdictOf } from './verdict.ts';

export interface TouchedViews {
  readonly tokens: Iterable<TokenView>;
  readonly actions: Iterable<ActionView>;
  readonly chains: Iterable<ChainView>;
  readonly windows: Iterable<PrincipalWindow>;
  readonly gone: Iterable<string>;
}

export interface ChangedRows {
  readonly chains: Chain[];
  readonly hops: Hop[];
  readonly actions: Action[];
  /** Subjects whose surroundings changed. */
  readonly renamed: readonly string[];
}

export type FindingPlace = Pick<
  LiveFinding,
  | 'chainId'
  | 'txn'
  | 'initiator'
  | 'actor'
  | 'target'
  | 'outcome'
  | 'revocable'
  | 'liveUntilMs'
  | 'writesSince'
>;

/** One tenant's correlation, as the engine drives it. */
export interface Correlator {
  apply(event: AdmittedEvent, watermarkMs: number): void;
  /** The watermark moved: chains whose topmost credential never came are judged now. */
  advance(watermarkMs: number, policy: Policy): void;
  /** Marks a sighting to be looked at again. */
  revisit(instance: string): void;
  revisitAll(): void;
  /** What was touched since the last call. */
  takeTouched(): TouchedViews;
  /** Rows that changed since the last call. */
  report(seq: number, policy: Policy, watermarkMs: number): ChangedRows;
  /** Lets settled chains go; returns the sightings that leave with them. */
  evict(watermarkMs: number, seq: number, policy: Policy): Iterable<string>;
  locate(finding: Finding, shownBy: string, policy: Policy): FindingPlace;
  readonly feeds: FeedView;
  /** True while a chain waits for its topmost credential to be judged. */
  readonly waiting: boolean;
  readonly stats: EngineStats;
}

export interface CorrelatorLimits {
  readonly liveChainsMax: number;
  readonly chainIdleMs: number;
}

/** Chains are looked through for eviction this often, in event time. */
const EVICTION_INTERVAL_MS = 60_000;

export function createCorrelator(tenant: string, limits: CorrelatorLimits): Correlator {
  const graph = new TenantGraph(tenant);
  /** Event identity to the event in force: duplicates change nothing, of two contents the smaller digest wins. */
  const seen = new Map<string, AdmittedEvent>();
  const dirty = { calls: new Set<Call>(), cells: new Set<ChainCell>(), places: new Set<Place>() };
  /** Events that belong to no chain: remembered as long as a chain would be, to know them when they come twice. */
  let loose: AdmittedEvent[] = [];
  const closed: Chain[] = [];
  const awaiting = new Set<ChainCell>();
  const count = { events: 0, duplicates: 0, conflicts: 0, lateEvents: 0, evictedChains: 0, uncorrelated: 0 };
  let evictedAtMs = Number.NEGATIVE_INFINITY;

  function apply(event: AdmittedEvent, watermarkMs: number): void {
    const identity = identityOf(event);
    const known = seen.get(identity);
    if (known !== undefined) {
      count.duplicates += 1;
      if (known.digest === event.digest) return;
      count.conflicts += 1;
      if (known.digest < event.digest) return;
      graph.remove(known);
    }
    const late = event.timeMs < watermarkMs;
    count.events += 1;
    if (late) count.lateEvents += 1;
    seen.set(identity, event);
    if (graph.add(event, late)) return;
    count.uncorrelated += 1;
    loose.push(event);
  }

  function takeTouched(): TouchedViews {
    const touched: Touched = graph.touched;
    graph.touched = nothingTouched();
    for (const call of touched.rows) dirty.calls.add(call);
    for (const place of touched.places) dirty.places.add(place);
    for (const cell of touched.cells) {
      if (cell.stale) cell.rebuild();
      if (!cell.visible) touched.gone.add(`chain:${cell.rootKey}`);
      dirty.cells.add(cell);
    }
    return {
      tokens: touched.tokens,
      actions: touched.calls,
      chains: [...touched.cells].filter((cell) => cell.visible),
      windows: touched.windows,
      gone: touched.gone,
    };
  }

  function report(seq: number, policy: Policy, watermarkMs: number): ChangedRows {
    const rows: ChangedRows & { renamed: string[] } = { chains: [], hops: [], actions: [], renamed: [] };
    for (const cell of graph.takeDropped()) retire(cell, seq);
    for (const cell of dirty.cells) {
      if (!graph.cells.has(cell)) continue;
      if (!cell.visible) {
        retire(cell, seq);
        continue;
      }
      if (awaitsIssuer(cell, policy, watermarkMs)) awaiting.add(cell);
      const row = chainRow(cell, verdictOf(cell, graph.feeds, policy, watermarkMs), 'open', seq);
      if (cell.reportedId !== row.id) {
        if (cell.reportedId !== undefined) cell.formerIds.add(cell.reportedId);
        for (const place of cell.members) dirty.places.add(place);
        cell.reportedId = row.id;
      }
      // What an alert shows of its chain: when that changes, the chain's findings are reported again.
      const context = JSON.stringify([row.id, row.initiator ?? null, row.txns[0] ?? null]);
      if (cell.reportedContext !== context) rows.renamed.push(...subjectsIn(cell));
      cell.reportedContext = context;
      for (const former of cell.formerIds)
        if (former !== row.id) rows.chains.push(mergedRow(cell, row, former));
      cell.formerIds.clear();
      rows.chains.push(row);
    }
    for (const place of dirty.places) {
      rows.renamed.push(place.key);
      if (place.chain?.visible === true && graph.places.get(place.key) === place)
        rows.hops.push(hopRow(place, policy, seq));
    }
    for (const call of dirty.calls) {
      call.version = seq;
      if (call.home !== undefined) rows.actions.push(call.row(tenant, policy));
    }
    rows.chains.unshift(...closed.splice(0));
    dirty.calls.clear();
    dirty.cells.clear();
    dirty.places.clear();
    return rows;
  }

  /** Ids under which something was reported that is no chain any more: they resolve to nothing. */
  function retire(cell: ChainCell, seq: number): void {
    const ids = [...cell.formerIds, ...(cell.reportedId === undefined ? [] : [cell.reportedId])];
    for (const id of ids) closed.push(retiredRow(cell, id, seq));
    cell.formerIds.clear();
    cell.reportedId = undefined;
  }

  function* evict(watermarkMs: number, seq: number, policy: Policy): Iterable<string> {
    const crowded = graph.cells.size > limits.liveChainsMax;
    if (!Number.isFinite(watermarkMs) || (!crowded && watermarkMs < evictedAtMs + EVICTION_INTERVAL_MS))
      return;
    evictedAtMs = watermarkMs;
    let cells = [...graph.cells].filter((cell) => cell.lastEventMs < watermarkMs && mayLeave(cell));
    if (crowded) cells.sort((a, b) => a.lastEventMs - b.lastEventMs);
    const excess = graph.cells.size - Math.floor(limits.liveChainsMax * 0.9);
    cells = cells.filter(
      (cell, index) => (crowded && index < excess) || cell.lastEventMs + limits.chainIdleMs < watermarkMs,
    );
    for (const cell of cells) {
      if (cell.visible) {
        closed.push(...report(seq, policy, watermarkMs).chains);
        closed.push(chainRow(cell, verdictOf(cell, graph.feeds, policy, watermarkMs), 'closed', seq));
      }
      for (const event of graph.evict(cell)) seen.delete(identityOf(event));
      count.evictedChains += 1;
    }
    loose = loose.filter((event) => {
      const keep = event.timeMs + limits.chainIdleMs >= watermarkMs;
      if (!keep) seen.delete(identityOf(event));
      return keep;
    });
    const left = graph.touched;
    graph.touched = nothingTouched();
    graph.windows.forgetBefore(watermarkMs);
    yield* left.gone;
  }

  function revisit(instance: string): void {
    const at = instance.indexOf(':');
    const [kind, key] = [instance.slice(0, at), instance.slice(at + 1)];
    const token = kind === 'token' ? graph.tokens.get(key) : undefined;
    if (token !== undefined) graph.touched.tokens.add(token);
    const call = kind === 'call' ? graph.calls.get(key) : undefined;
    if (call !== undefined) graph.touched.calls.add(call);
    const cell = kind === 'chain' ? graph.places.get(key)?.chain : undefined;
    if (cell !== undefined && cell.rootKey === key) graph.touched.cells.add(cell);
  }

  return {
    apply,
    advance(watermarkMs, policy) {
      for (const cell of awaiting) {
        if (graph.cells.has(cell) && awaitsIssuer(cell, policy, watermarkMs)) continue;
        awaiting.delete(cell);
        if (graph.cells.has(cell)) graph.touched.cells.add(cell);
      }
    },
    revisit,
    revisitAll() {
      for (const token of graph.tokens.values()) graph.touched.tokens.add(token);
      for (const place of graph.places.values()) graph.touched.places.add(place);
      for (const call of graph.calls.values()) {
        graph.touched.calls.add(call);
        graph.touched.rows.add(call);
      }
      for (const cell of graph.cells) graph.touched.cells.add(cell);
    },
    takeTouched,
    report,
    evict,
    locate: (finding, shownBy, policy) => locate(graph, finding, shownBy, policy),
    feeds: graph.feeds,
    get waiting() {
      return awaiting.size > 0;
    },
    get stats() {
      return { ...count, liveChains: graph.cells.size, liveTokens: graph.tokens.size };
    },
  };
}

/** Keys of everything in a chain that a finding may be about: its places, and ancestors that its calls carried. */
function* subjectsIn(cell: ChainCell): Iterable<string> {
  for (const place of cell.members) {
    yield place.key;
    if (place.token !== undefined) continue;
    for (const call of place.calls) if (call.token !== undefined) yield call.token.key;
  }
}

function awaitsIssuer(cell: ChainCell, policy: Policy, watermarkMs: number): boolean {
  const token = cell.rootToken;
  if (token === undefined || token.issued) return false;
  return token.firstSeenMs + policy.clocks.latenessSeconds * 1000 > watermarkMs;
}

/** A credential that others still rest on stays, and with it its chain. */
function mayLeave(cell: ChainCell): boolean {
  for (const { token } of cell.members) {
    if (token === undefined) continue;
    for (const { owner } of token.authority.down) if (owner.place.chain !== cell) return false;
    for (const use of token.uses) if (use.home?.chain !== cell) return false;
  }
  return true;
}
