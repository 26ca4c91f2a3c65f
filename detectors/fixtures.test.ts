import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expected, inShort, playFixture, readFixtures } from '../src/cli/fixtures.ts';
import { EventData } from '../src/domain/event/index.ts';
import type { LiveFinding } from '../src/domain/finding.ts';
import { createAdmit } from '../src/ingest/admit.ts';
import { detectors } from './registry.ts';

const admit = createAdmit();

function sorted<T>(values: readonly T[]): readonly T[] {
  return values.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

describe.each(detectors.map((detector) => detector.id))('%s', (id) => {
  describe.each(readFixtures(id))('$file', ({ fixture }) => {
    it('holds events of the contract only', () => {
      for (const { data } of fixture.events) expect(EventData.safeParse(data).error).toBeUndefined();
    });

    it(`ends as it says: ${fixture.name}`, () => {
      const findings = playFixture(fixture, admit);
      expect(inShort(findings, fixture)).toEqual(expected(fixture));
      expect(findings.map((finding) => finding.state)).toEqual(findings.map(() => 'settled'));
    });

    it('shows no evidence that its runbook does not explain', () => {
      for (const { detector, evidence } of playFixture(fixture, admit)) {
        const runbook = readFileSync(new URL(`${detector}/README.md`, import.meta.url), 'utf8');
        for (const key of Object.keys(evidence)) expect(runbook).toContain(`\`${key}\``);
      }
    });

    it('ends the same when its events arrive backwards', () => {
      const forwards = playFixture(fixture, admit);
      const backwards = playFixture(fixture, admit, fixture.events.toReversed());
      const withoutPlace = (all: readonly LiveFinding[]) =>
        sorted(all.map((one) => ({ ...one, version: 0 })));
      expect(withoutPlace(backwards)).toEqual(withoutPlace(forwards));
    });
  });
});
