import type { Finding } from '../domain/finding.ts';
import { CONTRIBUTIONS_PER_FINDING_MAX } from '../domain/limits.ts';

/** The sightings that one finding rests on. */
export interface Contributions {
  /** What each sighting contributes. A finding lives as long as one of them does. */
  readonly contributions: Map<string, Finding>;
  /** Sightings beyond the bound: counted, whatever they say. */
  readonly further: Set<string>;
}

/** Of too many contributions those stay that would speak first, whichever came first. */
export function contribute(
  { contributions, further }: Contributions,
  instance: string,
  finding: Finding,
): void {
  further.delete(instance);
  contributions.set(instance, finding);
  if (contributions.size <= CONTRIBUTIONS_PER_FINDING_MAX) return;
  let last: [string, Finding] = [instance, finding];
  for (const entry of contributions) if (speaksBefore(last, entry)) last = entry;
  contributions.delete(last[0]);
  further.add(last[0]);
}

/** The contribution that speaks for the finding: alerts before signals, then the earliest, then the smallest key. */
export function primary(contributions: ReadonlyMap<string, Finding>): [string, Finding] {
  let best: [string, Finding] | undefined;
  for (const entry of contributions) if (best === undefined || speaksBefore(entry, best)) best = entry;
  if (best === undefined) throw new RangeError('a finding without contributions');
  return best;
}

function speaksBefore([key, a]: [string, Finding], [other, b]: [string, Finding]): boolean {
  if (a.kind !== b.kind) return a.kind === 'alert';
  if (a.atMs !== b.atMs) return a.atMs < b.atMs;
  return key < other;
}
