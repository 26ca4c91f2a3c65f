import type { Script } from './script.ts';

/** One kind of chain: an attack that named detectors must find, or a look-alike that must stay silent. */
export interface Variant {
  readonly name: string;
  /** Detectors that must raise an alert; none for a look-alike. */
  readonly detectors: readonly string[];
  /** What happens, in one sentence. */
  readonly title: string;
  /** Writes the chain. */
  tell(script: Script): void;
}

export const MINUTE_MS = 60_000;

/** Lets time pass until `atMs`, which lies ahead. */
export function until(script: Script, atMs: number): void {
  script.nowMs = Math.max(script.nowMs, atMs);
}
