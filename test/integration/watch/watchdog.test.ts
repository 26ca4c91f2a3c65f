import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { collectSuspicion, readJournal } from '../../../src/watch/journal.ts';
import { messageName } from '../../../src/watch/message-name.ts';

const child = new URL('child.ts', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'chainwarden-watch-'));
let journal = '';
let count = 0;
beforeEach(() => {
  count += 1;
  journal = join(folder, `journal-${count}`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(deed: string, { budgetMs = 60_000, growthMiB = 4_096, node = [] as string[] } = {}) {
  const args = ['--import', 'tsx', ...node, child, journal, deed, String(budgetMs), String(growthMiB)];
  const process_ = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  process_.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
  });
  process_.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text;
  });
  await once(process_, 'close');
  return { signal: process_.signalCode, code: process_.exitCode, ...said };
}

it('ends a process that is stuck in a detector, and names it and what it looked at', async () => {
  const { signal, stderr } = await run('loops', { budgetMs: 300 });
  expect(signal).toBe('SIGKILL');
  const named = {
    kind: 'detector',
    detector: 'culprit',
    instance: 'token:https://idp.example|jti-1',
    why: 'stuck',
  };
  const entries = readJournal(journal);
  expect(entries).toEqual([expect.objectContaining(named)]);
  expect(entries[0]?.ranMs).toBeGreaterThanOrEqual(300);
  expect(JSON.parse(stderr.trim())).toMatchObject({
    level: 'fatal',
    ...named,
    msg: 'process ended by the watchdog',
  });
  expect(existsSync(`${journal}.now`)).toBe(false);
});

it('ends a process in which a detector takes more and more memory, long before its time is over', async () => {
  const { signal } = await run('grows', { growthMiB: 200 });
  expect(signal).toBe('SIGKILL');
  const [entry] = readJournal(journal);
  expect(entry).toMatchObject({ detector: 'culprit', why: 'grew' });
  expect(entry?.grownBytes).toBeGreaterThan(200 * 2 ** 20);
});

it('names the detector also when the heap is over before the watchdog says so', async () => {
  const { signal, code } = await run('exhausts', { node: ['--max-old-space-size=120'] });
  expect(signal === 'SIGABRT' || code === 134).toBe(true);
  collectSuspicion(journal);
  expect(readJournal(journal)).toEqual([expect.objectContaining({ detector: 'culprit', why: 'died' })]);
});

it('leaves a note of what ran when something else ends the process', async () => {
  await run('dies');
  collectSuspicion(journal);
  expect(readJournal(journal)).toEqual([expect.objectContaining({ detector: 'culprit', why: 'died' })]);
  collectSuspicion(journal);
  expect(readJournal(journal)).toHaveLength(1);
});

it('names the message that is never read to its end, by its content and its place', async () => {
  expect((await run('reads', { budgetMs: 300 })).signal).toBe('SIGKILL');
  expect(readJournal(journal)).toEqual([
    expect.objectContaining({
      kind: 'message',
      name: messageName('{"specversion":"1.0"}'),
      place: `tokens/3/${2 ** 33}`,
      why: 'stuck',
    }),
  ]);
});

it.each(['works', 'idles'])('lets a process be that %s for longer than one evaluation may', async (deed) => {
  const { code, stdout, stderr } = await run(deed, { budgetMs: 1_000 });
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'over\n', stderr: '' });
  expect(readJournal(journal)).toEqual([]);
});
