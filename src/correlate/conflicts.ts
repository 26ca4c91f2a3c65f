import type { EventInForce, SourceView } from '../domain/chain.ts';
import type { AdmittedEvent } from '../domain/event/index.ts';
import {
  CONFLICTS_PER_SOURCE_MAX,
  EVIDENCE_EVENTS_MAX,
  SOURCES_WITH_CONFLICTS_MAX,
} from '../domain/limits.ts';

/** The events of one source that came with different contents under one id: those with the smallest ids. */
export class SourceConflicts implements SourceView {
  readonly source: string;
  /** By id. Of too many the smallest stay, so that what is kept does not depend on which came first. */
  readonly #inForce: EventInForce[] = [];

  constructor(source: string) {
    this.source = source;
  }

  /** Returns true when anything is new. */
  note({ id, timeMs }: Pick<AdmittedEvent, 'id' | 'timeMs'>): boolean {
    const all = this.#inForce;
    let low = 0;
    for (let high = all.length; low < high; ) {
      const middle = (low + high) >> 1;
      if ((all[middle] as EventInForce).id < id) low = middle + 1;
      else high = middle;
    }
    const known = all[low]?.id === id ? all[low] : undefined;
    if (known?.atMs === timeMs) return false;
    all.splice(low, known === undefined ? 0 : 1, { id, atMs: timeMs });
    if (all.length <= CONFLICTS_PER_SOURCE_MAX) return true;
    return all.pop()?.id !== id;
  }

  get body(): readonly EventInForce[] {
    return this.#inForce;
  }

  get conflicts(): readonly EventInForce[] {
    return this.#inForce.slice(0, EVIDENCE_EVENTS_MAX);
  }

  get count(): number {
    return this.#inForce.length;
  }

  get lastMs(): number {
    return this.#inForce.reduce((last, { atMs }) => Math.max(last, atMs), 0);
  }
}

/** The sources of one tenant that contradict themselves. What they did stays known when its chain leaves memory. */
export class Conflicts {
  readonly #sources = new Map<string, SourceConflicts>();

  get(source: string): SourceConflicts | undefined {
    return this.#sources.get(source);
  }

  values(): Iterable<SourceConflicts> {
    return this.#sources.values();
  }

  /** What was written down of a source. Sets only: noting one of them again changes nothing. */
  restore(source: string, inForce: readonly EventInForce[]): SourceConflicts {
    const known = new SourceConflicts(source);
    for (const event of inForce) known.note({ id: event.id, timeMs: event.atMs });
    this.#sources.set(source, known);
    return known;
  }

  /**
   * Two contents came under the identity of `inForce`, the one that counts. Returns the source when anything in it
   * is new.
   */
  note(inForce: AdmittedEvent): SourceConflicts | undefined {
    let known = this.#sources.get(inForce.source);
    if (known === undefined) {
      if (this.#sources.size >= SOURCES_WITH_CONFLICTS_MAX) return undefined;
      known = new SourceConflicts(inForce.source);
      this.#sources.set(inForce.source, known);
    }
    return known.note(inForce) ? known : undefined;
  }
}
