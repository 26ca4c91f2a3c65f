import type { Call } from './call.ts';
import type { ChainCell } from './chain-cell.ts';
import type { SourceConflicts } from './conflicts.ts';
import type { Place } from './place.ts';
import type { Speakers } from './speakers.ts';
import type { TokenNode } from './token-node.ts';
import type { Tool } from './tools.ts';
import type { Window } from './windows.ts';

export interface RetiredCall {
  readonly call: Call;
  readonly atMs: number;
}

/** What a run of records touched: what detection looks at again, and what the next report contains. */
export interface Touched {
  readonly tokens: Set<TokenNode>;
  readonly calls: Set<Call>;
  readonly cells: Set<ChainCell>;
  readonly windows: Set<Window>;
  readonly sources: Set<SourceConflicts>;
  readonly tools: Set<Tool>;
  readonly issuers: Set<Speakers>;
  readonly places: Set<Place>;
  /** Keys of places that were reported and are gone. */
  readonly gonePlaces: Set<string>;
  /** Calls whose own facts or place changed: their rows are written again. */
  readonly rows: Set<Call>;
  /** Calls of which nothing is left, and when they were. */
  readonly retired: Map<string, RetiredCall>;
  /** Sightings that no longer exist: `token:…`, `call:…`, `chain:…`. */
  readonly gone: Set<string>;
}

export function nothingTouched(): Touched {
  return {
    tokens: new Set(),
    calls: new Set(),
    cells: new Set(),
    windows: new Set(),
    sources: new Set(),
    tools: new Set(),
    issuers: new Set(),
    places: new Set(),
    gonePlaces: new Set(),
    rows: new Set(),
    retired: new Map(),
    gone: new Set(),
  };
}
