import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EventData } from '../../../src/domain/event/index.ts';
import { demoEvents } from '../../../src/evaluate/demo.ts';
import { sampleEvents, sampleText } from '../../../src/evaluate/sample.ts';
import { expectedDetectors, groupBy, knowledge } from './oracle.ts';

const startMs = Date.UTC(2026, 10, 21, 9);

describe('the demo', () => {
  const played = demoEvents({ startMs });
  const events = played.map(({ event }) => event);

  it('is the same for the same start, and shares no id with another run', () => {
    expect(demoEvents({ startMs })).toEqual(played);
    const others = new Set(demoEvents({ startMs: startMs + 1 }).map(({ event }) => event.id));
    expect(events.filter(({ id }) => others.has(id))).toEqual([]);
  });

  it('plays within six seconds, in the order of event time', () => {
    expect(Math.max(...played.map(({ afterMs }) => afterMs))).toBeLessThanOrEqual(6_000);
    expect(played.map(({ afterMs }) => afterMs)).toEqual(
      played.map(({ afterMs }) => afterMs).sort((a, b) => a - b),
    );
    const times = events.map(({ time }) => Date.parse(time));
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('sends the widened exchange within three seconds and lets the watermark pass its grace', () => {
    const incident = played.filter(({ event }) => event.data.txn?.endsWith('refund-agent-widened'));
    const exchange = incident.find(({ event }) => event.data.type === 'token.exchanged');
    expect(exchange?.afterMs).toBeLessThan(3_000);
    const lastMs = Date.parse(events.at(-1)?.time ?? '');
    // The demo's lateness is 3 s, once for the watermark and once for the grace of an asserted link.
    expect(lastMs - 3_000).toBeGreaterThan(Date.parse(exchange?.event.time ?? '') + 3_000);
  });

  it('is one attack among ten chains that resemble one', () => {
    const known = knowledge(events);
    const chains = groupBy(events, ({ data }) => data.txn ?? '');
    const found = [...chains].map(([txn, chain]) => [txn, expectedDetectors(chain, known)] as const);
    expect(found).toHaveLength(11);
    expect(found.filter(([, detectors]) => detectors.length > 0)).toEqual([
      [expect.stringContaining('refund-agent-widened'), ['scope-creep']],
    ]);
  });

  it('meets the contract', () => {
    for (const { data } of events) expect(EventData.safeParse(data).error).toBeUndefined();
  });
});

describe('the sample file', () => {
  it('is what its generator writes', () => {
    const file = new URL('../../../src/evaluate/sample.ndjson', import.meta.url);
    expect(readFileSync(file, 'utf8')).toBe(sampleText());
  });

  it('holds one widened chain and one that is not', () => {
    const events = sampleEvents();
    const known = knowledge(events);
    const found = [...groupBy(events, ({ data }) => data.txn)].map(([, chain]) =>
      expectedDetectors(chain, known),
    );
    expect(events.length).toBeLessThanOrEqual(25);
    expect(found).toEqual([[], ['scope-creep']]);
  });
});
