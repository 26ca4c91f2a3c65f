import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type AdmittedEvent, EventData } from '../src/domain/event/index.ts';
import type { LiveFinding } from '../src/domain/finding.ts';
import type { LogRecord } from '../src/domain/record.ts';
import { createEngine } from '../src/engine.ts';
import { createAdmit } from '../src/ingest/admit.ts';
import { readFixtures } from '../test/support/fixtures.ts';
import type { Fixture } from './fixture.ts';
import { detectors } from './registry.ts';

const admit = createAdmit();

function admitted(raw: unknown, offset: number): AdmittedEvent {
  const admission = admit(
    { raw },
    {
      publisher: { name: 'fixture', tenant: 'acme', issuers: '*' },
      adapter: 'cloudevents',
      position: { source: 'fixture', partition: 0, offset },
      nowMs: 0,
      history: true,
    },
  );
  if (admission.kind === 'refused') throw new Error(`event ${offset}: ${admission.letter.reason}`);
  return admission.event;
}

/** What all detectors say in the end of events that arrive in this order. */
function endOf(fixture: Fixture, events: readonly unknown[]): readonly LiveFinding[] {
  const engine = createEngine({ detectors, policy: fixture.policy });
  const latest = new Map<string, LiveFinding>();
  const records: LogRecord[] = events.map((raw, index) => ({
    kind: 'event',
    seq: index + 1,
    event: admitted(raw, index),
  }));
  records.push({ kind: 'watermark', seq: records.length + 1, watermarkMs: Number.POSITIVE_INFINITY });
  // One record at a time, as events trickle in live.
  for (const record of records) {
    for (const finding of engine.apply([record]).findings) latest.set(finding.id, finding);
  }
  return [...latest.values()].filter((finding) => finding.state !== 'withdrawn');
}

function inShort(findings: readonly LiveFinding[], fixture: Fixture) {
  const named = new Set(fixture.expect.filter((one) => one.subject !== undefined).map((one) => one.fact));
  return sorted(
    findings.map(({ detector, fact, kind, subject }) => ({
      detector,
      fact,
      kind,
      ...(named.has(fact) ? { subject: subject.label } : {}),
    })),
  );
}

function sorted<T>(values: readonly T[]): readonly T[] {
  return values.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

describe.each(detectors.map((detector) => detector.id))('%s', (id) => {
  describe.each(readFixtures(id))('$file', ({ fixture }) => {
    it('holds events of the contract only', () => {
      for (const { data } of fixture.events) expect(EventData.safeParse(data).error).toBeUndefined();
    });

    it(`ends as it says: ${fixture.name}`, () => {
      const findings = endOf(fixture, fixture.events);
      expect(inShort(findings, fixture)).toEqual(sorted(fixture.expect));
      expect(findings.map((finding) => finding.state)).toEqual(findings.map(() => 'settled'));
    });

    it('shows no evidence that its runbook does not explain', () => {
      for (const { detector, evidence } of endOf(fixture, fixture.events)) {
        const runbook = readFileSync(new URL(`${detector}/README.md`, import.meta.url), 'utf8');
        for (const key of Object.keys(evidence)) expect(runbook).toContain(`\`${key}\``);
      }
    });

    it('ends the same when its events arrive backwards', () => {
      const forwards = endOf(fixture, fixture.events);
      const backwards = endOf(fixture, fixture.events.toReversed());
      const withoutPlace = (all: readonly LiveFinding[]) =>
        sorted(all.map((one) => ({ ...one, version: 0 })));
      expect(withoutPlace(backwards)).toEqual(withoutPlace(forwards));
    });
  });
});
