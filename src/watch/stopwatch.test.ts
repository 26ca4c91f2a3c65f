import { expect, it } from 'vitest';
import type { Detector, Sighting } from '../domain/detector.ts';
import { timeDetectors } from './stopwatch.ts';

const sighting = {} as Sighting;

it('adds up what each detector takes, also when it throws', () => {
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
  expect(a?.evaluate(sighting, {})).toEqual([]);
  a?.evaluate(sighting, {});
  expect(() => b?.evaluate(sighting, {})).toThrow(fault);
  expect(spent).toEqual([
    { detector: 'a', evaluations: 2, ms: 4 },
    { detector: 'b', evaluations: 1, ms: 5 },
  ]);
});
