import type { Detector } from '../domain/detector.ts';

/** What one detector has taken since the start. */
export interface Spent {
  readonly detector: string;
  readonly evaluations: number;
  readonly ms: number;
}

export interface Stopwatch {
  readonly detectors: readonly Detector[];
  readonly spent: readonly Spent[];
}

/**
 * The same detectors, counted and timed. Two sums each and no histogram: an evaluation takes about a microsecond, and
 * putting it into a bucket as long again.
 */
export function timeDetectors(
  detectors: readonly Detector[],
  now: () => number = () => performance.now(),
): Stopwatch {
  const timed = detectors.map((detector) => {
    const spent = { detector: detector.id, evaluations: 0, ms: 0 };
    const evaluate: Detector['evaluate'] = (sighting, config) => {
      const startMs = now();
      try {
        return detector.evaluate(sighting, config);
      } finally {
        spent.evaluations += 1;
        spent.ms += now() - startMs;
      }
    };
    return { detector: { ...detector, evaluate }, spent };
  });
  return { detectors: timed.map(({ detector }) => detector), spent: timed.map(({ spent }) => spent) };
}
