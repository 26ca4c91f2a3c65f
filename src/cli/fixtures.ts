import { readdirSync, readFileSync } from 'node:fs';
import { Fixture } from '../../detectors/fixture.ts';
import { detectors } from '../../detectors/registry.ts';
import type { Admit } from '../domain/admission.ts';
import { ChainwardenError } from '../domain/errors.ts';
import { OWN_ADAPTER, OWN_SOURCE } from '../domain/event/index.ts';
import type { LiveFinding } from '../domain/finding.ts';
import type { LogRecord } from '../domain/record.ts';
import { createEngine } from '../engine.ts';
import { packageRoot } from '../package.ts';

/** A detector's recorded stories, by file name without `.json`. */
export function readFixtures(detectorId: string): readonly { file: string; fixture: Fixture }[] {
  const folder = new URL(`detectors/${detectorId}/fixtures/`, packageRoot);
  return readdirSync(folder)
    .sort()
    .map((name) => ({
      file: name.replace(/\.json$/, ''),
      fixture: Fixture.parse(JSON.parse(readFileSync(new URL(name, folder), 'utf8'))),
    }));
}

/** What all detectors say in the end of events that arrive in this order, one at a time as they trickle in live. */
export function playFixture(
  fixture: Fixture,
  admit: Admit,
  events: readonly unknown[] = fixture.events,
): readonly LiveFinding[] {
  const engine = createEngine({ detectors, policy: fixture.policy });
  const latest = new Map<string, LiveFinding>();
  const records = events.map((raw, offset) => recordOf(raw as FixtureEvent, offset, fixture, admit));
  records.push({ kind: 'watermark', seq: records.length + 1, watermarkMs: Number.POSITIVE_INFINITY });
  for (const record of records) {
    for (const finding of engine.apply([record]).findings) latest.set(finding.id, finding);
  }
  return [...latest.values()].filter(({ state }) => state !== 'withdrawn' && state !== 'merged');
}

type FixtureEvent = Fixture['events'][number];

function recordOf(raw: FixtureEvent, offset: number, { publishers }: Fixture, admit: Admit): LogRecord {
  const seq = offset + 1;
  const publisher = publishers[String(raw['source'])] ?? { name: 'fixture', issuers: '*' as const };
  const admission = admit(
    { raw },
    {
      publisher: { ...publisher, tenant: 'acme' },
      adapter: raw['source'] === OWN_SOURCE ? OWN_ADAPTER : 'cloudevents',
      position: { source: 'fixture', partition: 0, offset },
      nowMs: Date.parse(String(raw['time'])),
      history: true,
    },
  );
  if (admission.kind === 'admitted') return { kind: 'event', seq, event: admission.event };
  const { tenant, issuer, atMs, reason } = admission.letter;
  if (issuer !== undefined) return { kind: 'foreign', seq, tenant, publisher: publisher.name, issuer, atMs };
  throw new ChainwardenError('INPUT_UNREADABLE', `event ${seq}: ${reason}`);
}

/** A finding as a fixture states it; the subject only where the fixture names one. */
export function inShort(findings: readonly LiveFinding[], fixture: Fixture): readonly string[] {
  const named = new Set(fixture.expect.filter((one) => one.subject !== undefined).map((one) => one.fact));
  return findings
    .map(({ detector, fact, kind, subject }) =>
      describe({ detector, fact, kind, ...(named.has(fact) ? { subject: subject.label } : {}) }),
    )
    .sort();
}

/** What the fixture says must come of it, in the same form. */
export function expected(fixture: Fixture): readonly string[] {
  return fixture.expect.map(describe).sort();
}

function describe({ detector, fact, kind, subject }: Fixture['expect'][number]): string {
  return `${kind} ${detector} ${fact}${subject === undefined ? '' : ` of ${subject}`}`;
}
