import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { builtProgram } from './built.ts';
import { until } from './until.ts';

/** What a program that ended has left. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningService {
  readonly address: string;
  /** As printed; undefined when this start printed none. */
  readonly adminKey: string | undefined;
  readonly stderr: () => string;
  readonly stdout: () => string;
  /** Sends a signal that need not end it. */
  signal(signal: NodeJS.Signals): void;
  /** Sends a signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<Ended>;
  /** Resolves when the process is over, however it ended. */
  readonly ended: Promise<Ended>;
}

interface Settings {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** No command of the tests takes longer, also on a slow machine; a service that starts by mistake would. */
const PROGRAM_MS_MAX = 45_000;

const children = new Set<ChildProcess>();
const folders: string[] = [];

// Registered first and so run last. A child that a failed test left must not outlive it.
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await until('every child is gone', () => children.size === 0);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

/** A folder of the test's own, removed with everything in it when the test file ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'chainwarden-e2e-'));
  folders.push(folder);
  return folder;
}

/** Runs the built program to its end; one that does not end is killed, which its `signal` then shows. */
export async function runProgram(args: readonly string[], env: Settings['env'] = {}): Promise<Ended> {
  const { child, ended } = launch(args, env);
  const limit = setTimeout(() => child.kill('SIGKILL'), PROGRAM_MS_MAX);
  return ended.finally(() => clearTimeout(limit));
}

/** Starts the service on a free port and waits for its greeting; rejects with what it said when it ends instead. */
export async function startService(
  data: string,
  { args = [], env = {} }: Settings = {},
): Promise<RunningService> {
  const { child, ended, said } = launch(['start', ...args], {
    CHAINWARDEN_DATA: data,
    CHAINWARDEN_PORT: '0',
    ...env,
  });
  const greeted = (): boolean => said.stderr.includes('/v1/alerts');
  await until('the service greets or ends', () => greeted() || over(child), 60_000);
  if (!greeted()) {
    const { code, signal } = await ended;
    throw new Error(`the service ended with ${code ?? signal}: ${said.stderr}${said.stdout}`);
  }
  return {
    address: / listens on (\S+)/.exec(said.stderr)?.[1] ?? '',
    adminKey: /shown this once: (\S+)/.exec(said.stderr)?.[1],
    stderr: () => said.stderr,
    stdout: () => said.stdout,
    ended,
    signal: (signal) => {
      child.kill(signal);
    },
    end(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

/** Starts the service and kills it after so long, wherever it is then; true when it had already greeted. */
export async function breakStart(
  data: string,
  { args = [], env = {} }: Settings,
  afterMs: number,
): Promise<boolean> {
  const { child, ended } = launch(['start', ...args], {
    CHAINWARDEN_DATA: data,
    CHAINWARDEN_PORT: '0',
    ...env,
  });
  setTimeout(() => child.kill('SIGKILL'), afterMs);
  const { signal, stderr, stdout } = await ended;
  if (signal !== 'SIGKILL') throw new Error(`the service ended by itself: ${stderr}${stdout}`);
  return stderr.includes('/v1/alerts');
}

function launch(args: readonly string[], env: Readonly<Record<string, string>>) {
  // Nothing of the surroundings but what any program needs: a broker in the environment is not meant for this one.
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [builtProgram, ...args], {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text;
  });
  // 'close' comes when both pipes are empty as well.
  const ended = once(child, 'close').then((): Ended => {
    children.delete(child);
    return { code: child.exitCode, signal: child.signalCode, ...said };
  });
  return { child, ended, said };
}

function over(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
