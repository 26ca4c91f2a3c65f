import { describe, expect, it } from 'vitest';
import type { Adapter, CanonicalEvent } from '../../../src/ingest/adapters/index.ts';
import { createInterpreter } from '../../../src/ingest/file/interpret.ts';

const event: CanonicalEvent = {
  specversion: '1.0',
  id: '1',
  source: 'urn:s',
  type: 't.v1',
  time: '2026-11-21T12:00:00Z',
  data: { type: 't', v: 1 },
};
const breaks = (): never => {
  throw new RangeError('unbearable');
};
const fragile: Adapter = {
  format: 'fragile',
  recognises: (value) => (value === 'unrecognisable' ? breaks() : typeof value === 'object'),
  translate: (value) => ((value as { breaks?: boolean }).breaks === true ? breaks() : { events: [event] }),
};
const read = createInterpreter('auto', [fragile]);
const record = (value: unknown) => ({ line: 1, text: JSON.stringify(value) });

describe('an adapter that breaks', () => {
  it('costs its record and not those beside it', () => {
    const readings = read(record([{ a: 1 }, { breaks: true }, 'unrecognisable', { a: 2 }]));
    expect(readings.map((reading) => ('refusal' in reading ? reading.refusal.code : 'read'))).toEqual([
      'read',
      'EVENT_POISONOUS',
      'EVENT_POISONOUS',
      'read',
    ]);
  });
});

it('repeats no list for each thing in it that is no record', () => {
  const readings = read(record(Array.from({ length: 300_000 }, (_, i) => i)));
  expect(readings).toHaveLength(300_000);
  const chars = readings.reduce((sum, reading) => sum + String(reading.raw).length, 0);
  expect(chars).toBeLessThan(2_000_000);
});
