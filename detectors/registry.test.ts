import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readFixtures } from '../src/cli/fixtures.ts';
import { eventSchemas } from '../src/domain/event/index.ts';
import { severityRank } from '../src/domain/finding.ts';
import { detectors } from './registry.ts';

const here = new URL('.', import.meta.url);

const headings = [
  'What it finds',
  'Why it matters',
  'Evidence',
  'Severity',
  'False positives',
  'Blind spots',
  'Runbook',
  'Tuning',
  'Tests and fixtures',
];

/** Labels that the concept pages print and that are not what they claim to be: never shown without a correction. */
const misprints = /^(?:NHI-0\d|A-04|AGENT-04|PR\.AC-4|SC-3)$/;

it('registers every folder, by id', () => {
  const folders = readdirSync(here).filter((name) => statSync(new URL(name, here)).isDirectory());
  expect(detectors.map((detector) => detector.id)).toEqual(folders.sort());
});

describe.each(detectors.map((detector) => [detector.id, detector] as const))('%s', (id, detector) => {
  const readme = () => readFileSync(new URL(`${id}/README.md`, here), 'utf8');

  it.each(['detector.ts', 'detector.test.ts', 'README.md', 'fixtures'])('has its %s', (part) => {
    expect(existsSync(new URL(`${id}/${part}`, here))).toBe(true);
  });

  it('has a runbook with exactly the headings of a runbook', () => {
    const lines = readme().split('\n');
    expect(lines[0]).toBe(`# ${id}`);
    expect(lines.filter((line) => line.startsWith('#')).slice(1)).toEqual(
      headings.map((name) => `## ${name}`),
    );
  });

  it('has a runbook of two to four steps, each with a time window and a field', () => {
    const runbook = /## Runbook\n([\s\S]*?)\n## /.exec(readme())?.[1] ?? '';
    const steps = runbook.trim().split(/\n(?=\d\. )/);
    expect(steps.length).toBeGreaterThanOrEqual(2);
    expect(steps.length).toBeLessThanOrEqual(4);
    for (const step of steps) expect(step).toMatch(/^\d\. [\s\S]*\b(?:hours?|minutes?|days?)\b/);
    for (const step of steps) expect(step).toMatch(/`[a-zA-Z.]+`/);
  });

  it('says in two to five points what it cannot see', () => {
    const blind = /## Blind spots\n([\s\S]*?)\n## /.exec(readme())?.[1] ?? '';
    const points = blind.split('\n').filter((line) => line.startsWith('- '));
    expect(points.length).toBeGreaterThanOrEqual(2);
    expect(points.length).toBeLessThanOrEqual(5);
  });

  it('explains every fact of its stories', () => {
    const text = readme();
    const source = readdirSync(new URL(`${id}/`, here))
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => readFileSync(new URL(`${id}/${name}`, here), 'utf8'))
      .join('\n');
    for (const { fixture } of readFixtures(id)) {
      for (const { fact } of fixture.expect.filter((one) => one.detector === id)) {
        expect(source).toContain(`'${fact}'`);
        expect(text).toContain(`\`${fact}\``);
      }
    }
  });

  it('shows at least two stories that fire and two that stay quiet, and one in disorder', () => {
    const fixtures = readFixtures(id);
    const fires = fixtures.filter(({ fixture }) => fixture.expect.length > 0);
    expect(fires.length).toBeGreaterThanOrEqual(2);
    expect(fixtures.length - fires.length).toBeGreaterThanOrEqual(2);
    for (const { file, fixture } of fixtures) {
      expect(file).toMatch(fixture.expect.length > 0 ? /^firing-/ : /^quiet-/);
    }
    const disorder = fixtures.filter(({ fixture }) => {
      const times = fixture.events.map((event) => Date.parse(String(event['time'])));
      return times.some((time, index) => time < (times[index - 1] ?? time));
    });
    expect(disorder.length).toBeGreaterThanOrEqual(1);
  });

  it('names event types that exist', () => {
    for (const type of detector.requires.events) expect(eventSchemas.has(type)).toBe(true);
  });

  it('maps to every framework, and corrects what is misprinted', () => {
    const named = new Set(
      detector.frameworks.map((mapping) => mapping.framework.replace(/ (?:\d{4}|v?\d+\.\d+)$/, '')),
    );
    for (const name of [
      'OWASP NHI Top 10',
      'OWASP Top 10 for Agentic Applications',
      'NIST CSF',
      'NIST SP 800-207',
      'MITRE ATT&CK',
      'MITRE ATLAS',
    ]) {
      expect([...named]).toContain(name);
    }
    for (const { asPrinted, corrected, note } of detector.frameworks) {
      expect(corrected).not.toMatch(misprints);
      if (asPrinted === undefined) continue;
      expect(asPrinted).toMatch(misprints);
      expect(note).toBeTruthy();
    }
  });

  it('has a configuration with defaults that refuses what it does not know', () => {
    expect(detector.config.safeParse({}).success).toBe(true);
    expect(detector.config.safeParse({ unheard: 1 }).success).toBe(false);
  });

  it('declares a severity that pages, unless it gives signals only', () => {
    const own = readFixtures(id).flatMap(({ fixture }) =>
      fixture.expect.filter((one) => one.detector === id),
    );
    if (own.every(({ kind }) => kind === 'signal')) return;
    expect(severityRank(detector.severity)).toBeGreaterThanOrEqual(severityRank('high'));
  });
});
