import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Detector, EvaluationWatch, Sighting } from '../domain/detector.ts';
import type { Finding } from '../domain/finding.ts';
import { EVIDENCE_CHARS_MAX, FINDINGS_PER_LOOK_MAX } from '../domain/limits.ts';
import { createSupervisor } from './supervisor.ts';
import { watchDetectors } from './watched.ts';

const said: string[] = [];
let watch: EvaluationWatch;
beforeEach(() => {
  said.length = 0;
  watch = createSupervisor({
    detectors: ['a', 'b'],
    board: {
      detector: (index, instance) => void said.push(`begin ${index} ${instance}`),
      over: () => void said.push('over'),
    },
    onFault: (detector, error) => void said.push(`fault ${detector} ${error}`),
    onTrip: (detector, reason) => void said.push(`trip ${detector}: ${reason}`),
    faultsMax: 3,
  });
});
const trips = () => said.filter((line) => line.startsWith('trip'));

describe('the breaker', () => {
  it('opens after so many different sightings in a row', () => {
    for (const instance of ['1', '2']) watch.fault(0, instance, new RangeError('quotes a secret'));
    expect(trips()).toEqual([]);
    watch.fault(0, '3', new RangeError('quotes a secret'));
    expect(trips()).toEqual(['trip a: threw RangeError at everything it looked at']);
  });

  it('does not count one sighting twice, nor across a success, nor for another detector', () => {
    for (let i = 0; i < 10; i += 1) watch.fault(0, 'same', 'x');
    watch.fault(0, '2', 'x');
    watch.end(0);
    watch.fault(0, '3', 'x');
    watch.fault(1, '4', 'x');
    watch.fault(0, '5', 'x');
    expect(trips()).toEqual([]);
    watch.fault(0, '6', 'x');
    expect(trips()).toHaveLength(1);
  });

  it('opens again when the detector was turned on and is as broken as before', () => {
    for (let i = 0; i < 6; i += 1) watch.fault(1, String(i), 'x');
    expect(trips()).toHaveLength(2);
  });
});

const finding: Finding = {
  subject: { kind: 'token', key: 'k', label: 'l' },
  fact: 'f',
  kind: 'alert',
  severity: 'high',
  title: 't',
  atMs: 0,
  evidence: { a: 1 },
  eventIds: ['e'],
};

function detector(evaluate: () => unknown): Detector {
  return {
    id: 'a',
    version: 1,
    title: '',
    maturity: 'live',
    nature: 'monotone',
    basis: 'deterministic',
    severity: 'high',
    covers: [],
    requires: { events: [], fields: [] },
    frameworks: [],
    config: z.unknown(),
    looksAt: ['source'],
    evaluate: evaluate as Detector['evaluate'],
  };
}
const sighting = { on: 'source', source: { source: 'idp' } } as unknown as Sighting;
const look = (evaluate: () => unknown) =>
  watchDetectors([detector(evaluate)], watch)[0]?.evaluate(sighting, undefined);

describe('a watched detector', () => {
  it('is noted, looked at and over', () => {
    expect(look(() => [finding])).toEqual([finding]);
    expect(said).toEqual(['begin 0 idp', 'over']);
  });

  it('is over, too, when it throws, and the caller hears of it', () => {
    const thrown = new Error('broken');
    expect(() =>
      look(() => {
        throw thrown;
      }),
    ).toThrow(thrown);
    expect(said).toEqual(['begin 0 idp', 'over', 'fault a Error: broken']);
  });

  const cycle: Record<string, unknown> = {};
  cycle['itself'] = cycle;
  it.each([
    ['nothing', undefined],
    ['a promise', Promise.resolve([])],
    [
      'an endless list',
      {
        *[Symbol.iterator]() {
          for (;;) yield finding;
        },
      },
    ],
    ['null in a list', [null]],
    ['a finding without a subject', [{ ...finding, subject: undefined }]],
    ['a finding whose fact is no text', [{ ...finding, fact: 7 }]],
    ['a finding at no time', [{ ...finding, atMs: Number.NaN }]],
    ['a finding without event ids', [{ ...finding, eventIds: undefined }]],
    ['evidence that holds itself', [{ ...finding, evidence: cycle }]],
    ['no evidence', [{ ...finding, evidence: undefined }]],
  ])('is at fault when it returns %s', (_, returned) => {
    expect(() => look(() => returned)).toThrow(TypeError);
    expect(said[2]).toMatch(/^fault a TypeError/);
  });

  it('cannot flood: the first findings stand, and evidence has an end', () => {
    const flood = Array.from({ length: 100_000 }, (_, i) => ({ ...finding, fact: `f-${i}` }));
    expect(look(() => flood)).toEqual(flood.slice(0, FINDINGS_PER_LOOK_MAX));
    const huge = {
      ...finding,
      title: 'x'.repeat(10_000),
      evidence: { text: 'x'.repeat(EVIDENCE_CHARS_MAX) },
    };
    expect(look(() => [huge])).toEqual([
      {
        ...finding,
        title: 'x'.repeat(2_048),
        evidence: { cut: `evidence of ${EVIDENCE_CHARS_MAX + 11} characters` },
      },
    ]);
  });
});
