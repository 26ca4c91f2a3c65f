import { beforeEach, describe, expect, it } from 'vitest';
import { createScopeCreep } from '../../../detectors/scope-creep/detector.ts';
import type { Detector } from '../../../src/domain/detector.ts';
import type { AdmittedEvent } from '../../../src/domain/event/index.ts';
import { defaultPolicy } from '../../../src/domain/policy.ts';
import type { DetectorSwitch, Engine, LogRecord } from '../../../src/domain/record.ts';
import { createEngine } from '../../../src/engine.ts';
import { sampleEvents } from '../../../src/evaluate/sample.ts';
import { createAdmit } from '../../../src/ingest/admit.ts';

const scopeCreep = createScopeCreep();
const admit = createAdmit();
const events = sampleEvents().flatMap((raw): AdmittedEvent[] => {
  const admission = admit(
    { raw },
    {
      publisher: { name: 'p', tenant: 'acme', issuers: '*' },
      adapter: 'cloudevents',
      position: { source: 'http', partition: 0, offset: 0 },
      nowMs: 0,
      history: true,
    },
  );
  return admission.kind === 'admitted' ? [admission.event] : [];
});
const records = events.map((event, index): LogRecord => ({ kind: 'event', seq: index + 1, event }));
const end = records.length;
const turn = (seq: number, on: boolean): DetectorSwitch => ({
  kind: 'detector',
  seq,
  detector: 'scope-creep',
  on,
  atMs: 0,
  reason: 'r',
  by: 'watchdog',
});

let looks = 0;
const detectors: readonly Detector[] = [
  {
    ...(scopeCreep as Detector),
    evaluate(sighting, config) {
      looks += 1;
      return (scopeCreep as Detector).evaluate(sighting, config);
    },
  },
];
const states = (engine: Engine, applied: readonly LogRecord[]) =>
  engine.apply(applied).findings.map(({ state }) => state);
beforeEach(() => {
  looks = 0;
});

describe('a detector that the log ends with off', () => {
  it('does not look, wherever the replay begins and whatever it meets', () => {
    const engine = createEngine({ detectors, switches: [turn(900, false)] });
    expect(
      states(engine, [...records.slice(0, 5), turn(6, true), ...records.slice(5), turn(900, false)]),
    ).toEqual([]);
    expect(looks).toBe(0);
  });

  it('finds, when it is turned on, what came while it was off', () => {
    const engine = createEngine({ detectors, switches: [turn(900, false)] });
    engine.apply(records);
    expect(states(engine, [turn(901, true)])).not.toEqual([]);
  });
});

describe('a detector that is turned off', () => {
  it('looks no more; what it said stands', () => {
    const engine = createEngine({ detectors });
    expect(states(engine, records)).not.toEqual([]);
    expect(states(engine, [turn(end + 1, false)])).not.toContain('withdrawn');
    const before = looks;
    // Everything is looked at again, by the detectors that look.
    expect(states(engine, [{ kind: 'policy', seq: end + 2, policy: defaultPolicy }])).not.toContain(
      'withdrawn',
    );
    expect(looks).toBe(before);
  });
});

describe('an event over which the engine falls', () => {
  const broken = { ...events[0], id: 'broken', data: null } as unknown as AdmittedEvent;
  const log: LogRecord[] = [...records, { kind: 'event', seq: end + 1, event: broken }];
  const said: string[] = [];
  const watch = (passOver: string) => ({
    begin: (_: number, { id }: AdmittedEvent) => id !== passOver,
    end: () => undefined,
    fault: (seq: number, { id }: AdmittedEvent) => void said.push(`${seq} ${id}`),
  });

  it('is named, and passed over when the watch says so', () => {
    expect(() => createEngine({ detectors, events: watch('') }).apply(log)).toThrow(TypeError);
    expect(said).toEqual([`${end + 1} broken`]);
    const engine = createEngine({ detectors, events: watch('broken') });
    expect(engine.apply(log).findings).toEqual(
      createEngine({ detectors })
        .apply(records)
        .findings.map((finding) => ({ ...finding, version: end + 1 })),
    );
  });
});
