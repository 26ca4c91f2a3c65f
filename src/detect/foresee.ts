import type { Sighting } from '../domain/detector.ts';
import type { Finding } from '../domain/finding.ts';
import { type Arming, modeOf } from './arming.ts';

/** What one detector would say. */
export interface Foreseen {
  readonly detector: string;
  readonly finding: Finding;
}

export interface Soothsaying {
  readonly arming: Arming;
  /** Detectors that are turned off. */
  readonly off: ReadonlySet<string>;
  /** True once there is no time for a further detector. */
  readonly isLate: () => boolean;
}

export interface Foreseeing {
  readonly foreseen: readonly Foreseen[];
  /** Detectors that threw. */
  readonly failed: readonly string[];
}

/**
 * What detectors would say of a sighting that is only supposed: nothing of it is kept. Only those that could stop
 * anything are asked: deterministic ones, trusted to page.
 */
export function foresee(sighting: Sighting, { arming, off, isLate }: Soothsaying): Foreseeing {
  const foreseen: Foreseen[] = [];
  const failed: string[] = [];
  for (const { detector, config } of arming.looking(sighting.on, sighting.policy)) {
    if (isLate()) break;
    if (off.has(detector.id) || detector.basis !== 'deterministic') continue;
    if (modeOf(detector, sighting.policy) !== 'live') continue;
    try {
      for (const finding of detector.evaluate(sighting, config))
        if (finding.kind === 'alert') foreseen.push({ detector: detector.id, finding });
    } catch {
      failed.push(detector.id);
    }
  }
  return { foreseen, failed };
}
