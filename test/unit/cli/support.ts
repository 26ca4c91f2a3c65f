import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { run } from '../../../src/cli/program.ts';

export const sample = new URL('../../../src/evaluate/sample.ndjson', import.meta.url).pathname;
/** A day after the sample's events. */
const NOW_MS = Date.UTC(2026, 2, 4);

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line in this process, as the program would. */
export async function chainwarden(
  argv: readonly string[],
  stdin: readonly Uint8Array[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const said = { out: '', err: '' };
  async function* input() {
    yield* stdin;
  }
  const code = await run(argv, {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    env,
    clock: () => NOW_MS,
    stdin: input(),
  });
  return { code, ...said };
}

/** Objects of NDJSON text. */
export function linesOf(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** A folder that goes when the test file ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'chainwarden-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
