import type { AdmittedEvent } from '../domain/event/index.ts';
import type { Pausing } from '../domain/pausing.ts';
import type { ChainCell } from './chain-cell.ts';
import type { TenantGraph } from './graph.ts';
import { isPersonData } from './kinds.ts';
import { closedUnder, departing, eventsOf, isRestedOn, sightingsOf } from './memory.ts';
import { identityName, nameOfKey } from './names.ts';
import { principalsIn } from './people.ts';
import type { ReportTime } from './reporter.ts';
import type { Residency } from './residency.ts';

export interface EvictionLimits {
  /** Past either of these, chains leave before they are idle. */
  readonly liveChainsMax: number;
  readonly liveEventsMax: number;
  /** Event time without news after which a chain leaves. */
  readonly chainIdleMs: number;
  /** What leaves can be recalled by name: then a full memory also lets go of what is not settled. */
  readonly recallable: boolean;
}

/** Event time at which a sighting must be looked at again; undefined when nothing of it is provisional. */
export type Pending = (instance: string) => number | undefined;

export interface EvictionParts {
  readonly graph: TenantGraph;
  readonly residency: Residency;
  readonly limits: EvictionLimits;
  readonly close: (cell: ChainCell, time: ReportTime) => void;
  /** A chain leaves memory. */
  readonly leave: (cell: ChainCell) => void;
  /** An event leaves memory. */
  readonly forget: (event: AdmittedEvent) => void;
  /** When the chain's topmost credential is judged; -Infinity when it does not wait for that. */
  readonly awaitingUntilMs: (cell: ChainCell, time: ReportTime) => number;
}

/** Chains are looked through this often, in event time, when there is room. */
const INTERVAL_MS = 60_000;
/** Room that is made at a time, so that a full memory is not looked through for every single chain. */
const ROOM = 0.9;

/** Lets chains leave memory: those that are idle, and when memory is full the oldest, settled ones first. */
export class Eviction {
  readonly #parts: EvictionParts;
  /** Names under which provisional chains that left are found again, and when they must be. */
  readonly #parked = new Map<string, number>();
  /** Events that belong to no chain: remembered as long as a chain would be, to know them when they come twice. */
  readonly #loose = new Set<AdmittedEvent>();
  #ranAtMs = Number.NEGATIVE_INFINITY;
  evictedChains = 0;

  constructor(parts: EvictionParts) {
    this.#parts = parts;
  }

  get parked(): number {
    return this.#parked.size;
  }

  keepLoose(event: AdmittedEvent): void {
    this.#loose.add(event);
  }

  /** Another content under its identity took its place. */
  dropLoose(event: AdmittedEvent): void {
    this.#loose.delete(event);
  }

  park(key: string, dueMs: number): void {
    this.#parkName(nameOfKey(key), dueMs);
  }

  #parkName(name: string, dueMs: number): void {
    this.#parked.set(name, Math.min(dueMs, this.#parked.get(name) ?? Number.POSITIVE_INFINITY));
  }

  /** Names of what is due, each once. */
  takeDue(watermarkMs: number): string[] {
    const due: string[] = [];
    for (const [name, dueMs] of this.#parked) if (dueMs <= watermarkMs) due.push(name);
    for (const name of due) this.#parked.delete(name);
    return due;
  }

  /** Returns true when it looked through what is in memory; a pause after every chain. */
  *run(time: ReportTime, pending: Pending): Pausing<boolean> {
    const { watermarkMs } = time;
    if (!Number.isFinite(watermarkMs)) return false;
    this.#cool(watermarkMs, pending);
    const excess = this.#excess();
    if (excess <= 0 && watermarkMs < this.#ranAtMs + INTERVAL_MS) return false;
    this.#ranAtMs = watermarkMs;
    yield* this.#leaveIdle(time, pending);
    if (excess > 0) yield* this.#makeRoom(time, pending);
    this.#forgetLoose(watermarkMs);
    return true;
  }

  /** Chains or events beyond the bound, as a share of it. */
  #excess(): number {
    const { graph, limits, residency } = this.#parts;
    return (
      Math.max(graph.places.cells.size / limits.liveChainsMax, residency.events / limits.liveEventsMax) - 1
    );
  }

  /** A hot place lets go of its oldest calls and keeps their counts. */
  #cool(watermarkMs: number, pending: Pending): void {
    const { graph, forget } = this.#parts;
    for (const place of graph.places.hot) {
      for (const call of departing(place, watermarkMs, (instance) => pending(instance) !== undefined)) {
        for (const event of graph.depart(call)) forget(event);
      }
    }
    graph.places.hot.clear();
  }

  *#leaveIdle(time: ReportTime, pending: Pending): Pausing<void> {
    const { graph, limits } = this.#parts;
    const endMs = time.watermarkMs - limits.chainIdleMs;
    const idle = [...graph.places.cells].filter(
      (cell) =>
        cell.lastEventMs < endMs && !isRestedOn(cell) && this.#dueMs(cell, time, pending) === undefined,
    );
    yield* this.#leave(idle, time, true);
  }

  /** The oldest leave, settled ones first, until there is room again. */
  *#makeRoom(time: ReportTime, pending: Pending): Pausing<void> {
    const { graph, limits } = this.#parts;
    const byAge = [...graph.places.cells]
      .filter((cell) => !isRestedOn(cell))
      .sort((a, b) => a.lastEventMs - b.lastEventMs);
    const settled = byAge.filter(
      (cell) => cell.lastEventMs < time.watermarkMs && this.#dueMs(cell, time, pending) === undefined,
    );
    yield* this.#leaveUntilRoom(settled, time);
    if (!limits.recallable || this.#excess() <= 0) return;
    for (const cell of byAge) {
      if (!graph.places.cells.has(cell)) continue;
      const dueMs = this.#dueMs(cell, time, pending);
      if (dueMs !== undefined) this.#parkName(anyNameOf(cell), dueMs);
      yield;
    }
    yield* this.#leaveUntilRoom(
      byAge.filter((cell) => graph.places.cells.has(cell)),
      time,
    );
  }

  *#leaveUntilRoom(cells: readonly ChainCell[], time: ReportTime): Pausing<void> {
    const { graph, limits, residency } = this.#parts;
    let chains = graph.places.cells.size - Math.floor(limits.liveChainsMax * ROOM);
    let events = residency.events - Math.floor(limits.liveEventsMax * ROOM);
    const leaving: ChainCell[] = [];
    for (const cell of cells) {
      if (chains <= 0 && events <= 0) break;
      leaving.push(cell);
      chains -= 1;
      for (const _ of eventsOf(cell)) events -= 1;
    }
    yield* this.#leave(leaving, time, false);
  }

  *#leave(cells: readonly ChainCell[], time: ReportTime, closing: boolean): Pausing<void> {
    const { graph, residency, forget, close, leave } = this.#parts;
    const leaving = yield* closedUnder(cells, graph, residency);
    // What they share goes with the first of them: none of the others is whole any more.
    for (const cell of leaving) cell.stale = true;
    for (const cell of leaving) {
      if (closing) close(cell, time);
      leave(cell);
      for (const event of graph.evict(cell)) {
        this.#loose.delete(event);
        forget(event);
      }
      this.evictedChains += 1;
      yield;
    }
  }

  /** When a chain has to be looked at again; undefined when it is settled. */
  #dueMs(cell: ChainCell, time: ReportTime, pending: Pending): number | undefined {
    let dueMs = this.#parts.awaitingUntilMs(cell, time);
    if (dueMs === Number.NEGATIVE_INFINITY) dueMs = Number.POSITIVE_INFINITY;
    for (const instance of sightingsOf(cell)) dueMs = Math.min(dueMs, pending(instance) ?? dueMs);
    return dueMs === Number.POSITIVE_INFINITY ? undefined : dueMs;
  }

  /** What belongs to no chain is let go, unless somebody in memory is judged by it. */
  #forgetLoose(watermarkMs: number): void {
    const { graph, residency, limits, forget } = this.#parts;
    let principals: ReadonlySet<string> | undefined;
    for (const event of this.#loose) {
      if (graph.evidence.lastMs(event) + limits.chainIdleMs >= watermarkMs) continue;
      if (graph.evidence.isUsed(event)) continue;
      if (isPersonData(event.data)) {
        principals ??= principalsOf(graph);
        const keys = principalsIn(event.data);
        if (keys.some((key) => principals?.has(key) === true)) continue;
        graph.people.release(event);
        for (const { name } of residency.namesOf(event)) residency.uncover(name);
      }
      graph.evidence.release(event);
      this.#loose.delete(event);
      forget(event);
    }
  }
}

/** Whoever chains in memory are about, under all names. */
function principalsOf({ places, people }: TenantGraph): ReadonlySet<string> {
  const principals = new Set<string>();
  for (const cell of places.cells)
    for (const key of cell.concerning()) for (const name of people.namesOf(key)) principals.add(name);
  return principals;
}

/** One event brings the whole chain back. */
function anyNameOf(cell: ChainCell): string {
  for (const { source, id } of eventsOf(cell)) return identityName(source, id);
  return nameOfKey(cell.rootKey);
}
