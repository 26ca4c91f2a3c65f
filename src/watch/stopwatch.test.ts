import { expect, it } from 'vitest';
import type { Detector, Sighting } from '../domain/detector.ts';
import { timeDetectors } from './stopwatch.ts';

const sighting = {} as Sighting;

it('counts every evaluation and times one of sixteen for all of them, also when it throws', () => {
  let nowMs = 0;
  const detector = (id: string, ms: number, fault?: Error): Detector =>
    ({
      id,
      evaluate() {
        nowMs += ms;
        if (fault !== undefined) throw fault;
        return [];
      },
    }) as unknown as Detector;
  const fault = new Error('broken');
  const { detectors, spent } = timeDetectors([detector('a', 2), detector('b', 5, fault)], () => nowMs);
  const [a, b] = detectors;
  for (let i = 0; i < 32; i++) expect(a?.evaluate(sighting, {})).toEqual([]);
  expect(() => b?.evaluate(sighting, {})).toThrow(fault);
  expect(spent).toEqual([
    { detector: 'a', evaluations: 32, ms: 64 },
    { detector: 'b', evaluations: 1, ms: 80 },
  ]);
});
