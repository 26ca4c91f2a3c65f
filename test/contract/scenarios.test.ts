import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { detectors } from '../../detectors/registry.ts';
import { run as runProgram } from '../../src/cli/program.ts';
import { eventsOf, nameOf, policyFile, readScenarios } from '../scenarios/scenario.ts';
import { codes, readProject, table } from '../support/markdown.ts';

const START_MS = Date.UTC(2026, 0, 5, 8);
const folder = mkdtempSync(join(tmpdir(), 'chainwarden-scenarios-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What `chainwarden detect` prints for these events. */
async function detect(events: readonly object[]): Promise<{ out: string; err: string }> {
  const file = join(folder, 'events.ndjson');
  writeFileSync(file, events.map((event) => JSON.stringify(event)).join('\n'));
  const said = { out: '', err: '' };
  const code = await runProgram(['detect', '--policy', policyFile, file], {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    env: {},
    clock: () => START_MS + 86_400_000,
  });
  expect(code, said.err).toBe(0);
  return said;
}

const scenarios = readScenarios();

describe.each(scenarios.map((scenario) => [scenario.file, scenario.told] as const))('%s', (_, told) => {
  it.each(Object.entries(told.runs))('%s', async (_name, run) => {
    const events = eventsOf(told, run, START_MS);
    const { out, err } = await detect(events);
    const alerts = out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { kind: string; detector: string; facts: string[] });
    const paging = alerts.filter(({ kind }) => kind === 'alert');
    expect(err, 'every event is one of the contract').not.toMatch(/[1-9]\d* refused/);
    expect(paging.map(nameOf).sort()).toEqual(run.alerts.toSorted());
  });
});

describe('the scenarios', () => {
  it('are R43 to R65, each in a file of its name, with a run that violates it', () => {
    const expected = Array.from({ length: 23 }, (_, index) => `R${43 + index}`);
    expect(scenarios.map(({ told }) => told.scenario)).toEqual(expected);
    for (const { file, told } of scenarios) {
      expect(file.split('-', 1)).toEqual([told.scenario]);
      expect(Object.values(told.runs).some(({ alerts }) => alerts.length > 0)).toBe(true);
    }
  });

  it('name every detector, or their manual says why not', () => {
    const named = scenarios.flatMap(({ told }) => Object.values(told.runs).flatMap(({ alerts }) => alerts));
    const excused = table(readProject('test/scenarios/README.md'), 'detector').map(
      ([id = '']) => codes(id)[0],
    );
    const missing = detectors.filter(({ id }) => !named.some((alert) => alert.startsWith(`${id}/`)));
    expect(missing.map(({ id }) => id)).toEqual(excused);
  });
});
