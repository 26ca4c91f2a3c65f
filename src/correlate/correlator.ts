import type { ActionView, ChainView, PrincipalWindow, SourceView, TokenView } from '../domain/chain.ts';
import type { FeedView } from '../domain/detector.ts';
import type { AdmittedEvent } from '../domain/event/index.ts';
import type { Finding, LiveFinding } from '../domain/finding.ts';
import type { Policy } from '../domain/policy.ts';
import type { EngineStats } from '../domain/record.ts';
import type { ChainCell } from './chain-cell.ts';
import { Conflicts } from './conflicts.ts';
import { identityOf } from './fact.ts';
import { TenantGraph } from './graph.ts';
import { locate } from './locate.ts';
import { type ChangedRows, Reporter, type ReportTime } from './reporter.ts';
import { nothingTouched } from './touched.ts';

export interface TouchedViews {
  readonly tokens: Iterable<TokenView>;
  readonly actions: Iterable<ActionView>;
  readonly chains: Iterable<ChainView>;
  readonly windows: Iterable<PrincipalWindow>;
  readonly sources: Iterable<SourceView>;
  readonly gone: Iterable<string>;
}

export type FindingPlace = Pick<
  LiveFinding,
  | 'chainId'
  | 'txn'
  | 'initiator'
  | 'approver'
  | 'owner'
  | 'actor'
  | 'target'
  | 'environment'
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
  report(time: ReportTime): ChangedRows;
  /**
   * Lets settled chains go; returns the sightings that leave with them. Only what has been reported may go.
   */
  evict(time: ReportTime): Iterable<string>;
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
  const conflicts = new Conflicts();
  const reporter = new Reporter(graph);
  /** Events that belong to no chain: remembered as long as a chain would be, to know them when they come twice. */
  let loose: AdmittedEvent[] = [];
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
      const inForce = known.digest < event.digest ? known : event;
      const source = conflicts.note(inForce);
      if (source !== undefined) graph.touched.sources.add(source);
      if (inForce === known) return;
      graph.remove(known);
    }
    const late = event.timeMs < watermarkMs;
    count.events += 1;
    if (late) count.lateEvents += 1;
    // The text is the store's; in memory, where an event stays as long as its chain, it would be half of it.
    const kept: AdmittedEvent = { ...event, text: '' };
    seen.set(identity, kept);
    if (graph.add(kept, late)) return;
    count.uncorrelated += 1;
    loose.push(kept);
  }

  function takeTouched(): TouchedViews {
    const { touched } = graph;
    graph.touched = nothingTouched();
    reporter.take(touched);
    for (const cell of touched.cells) {
      if (cell.stale) cell.rebuild();
      if (!cell.visible) touched.gone.add(`chain:${cell.rootKey}`);
      if (awaitable(cell)) awaiting.add(cell);
    }
    return {
      tokens: touched.tokens,
      actions: touched.calls,
      chains: [...touched.cells].filter((cell) => cell.visible),
      windows: touched.windows,
      sources: touched.sources,
      gone: touched.gone,
    };
  }

  function evict(time: ReportTime): Iterable<string> {
    const { watermarkMs } = time;
    const { cells } = graph.places;
    const crowded = cells.size > limits.liveChainsMax;
    if (!Number.isFinite(watermarkMs)) return [];
    if (!crowded && watermarkMs < evictedAtMs + EVICTION_INTERVAL_MS) return [];
    evictedAtMs = watermarkMs;
    const oldest = [...cells].filter((cell) => cell.lastEventMs < watermarkMs && mayLeave(cell));
    if (crowded) oldest.sort((a, b) => a.lastEventMs - b.lastEventMs);
    // A tenth at a time, so that a full memory is not looked through for every single chain.
    const excess = crowded ? cells.size - Math.floor(limits.liveChainsMax * 0.9) : 0;
    oldest.forEach((cell, index) => {
      if (index >= excess && cell.lastEventMs + limits.chainIdleMs >= watermarkMs) return;
      reporter.close(cell, time);
      for (const event of graph.evict(cell)) seen.delete(identityOf(event));
      count.evictedChains += 1;
    });
    loose = loose.filter((event) => {
      const keep = event.timeMs + limits.chainIdleMs >= watermarkMs;
      if (!keep) seen.delete(identityOf(event));
      return keep;
    });
    graph.calls.windows.forgetBefore(watermarkMs);
    const { gone } = graph.touched;
    graph.touched = nothingTouched();
    return gone;
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
    const source = kind === 'source' ? conflicts.get(key) : undefined;
    if (source !== undefined) graph.touched.sources.add(source);
  }

  return {
    apply,
    advance(watermarkMs, policy) {
      for (const cell of awaiting) {
        if (graph.places.cells.has(cell) && awaitsIssuer(cell, policy, watermarkMs)) continue;
        awaiting.delete(cell);
        if (graph.places.cells.has(cell)) graph.touched.cells.add(cell);
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
      for (const cell of graph.places.cells) graph.touched.cells.add(cell);
      for (const window of graph.calls.windows.values()) graph.touched.windows.add(window);
      for (const source of conflicts.values()) graph.touched.sources.add(source);
    },
    takeTouched,
    report: (time) => reporter.report(time),
    evict,
    locate: (finding, shownBy, policy) => locate(graph, finding, shownBy, policy),
    feeds: graph.tokens.feeds,
    get waiting() {
      return awaiting.size > 0;
    },
    get stats() {
      return { ...count, liveChains: graph.places.cells.size, liveTokens: graph.tokens.size };
    },
  };
}

/** Its topmost credential has not been reported by its issuer. */
function awaitable(cell: ChainCell): boolean {
  return cell.rootToken?.issued === false;
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
