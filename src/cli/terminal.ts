import { ChainwardenError } from '../domain/errors.ts';

/** Where a command writes, and what it may know of its surroundings. Tests pass their own. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: () => number;
  /** What `-` reads; the process's own standard input when absent. */
  readonly stdin?: AsyncIterable<Uint8Array>;
}

export const exitCodes = { done: 0, findings: 1, usage: 2, unreadable: 3, failed: 4 } as const;

/** What a failure means to the caller. A user's mistake is one sentence, never a stack trace. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof ChainwardenError)) return exitCodes.failed;
  if (error.code === 'INPUT_UNREADABLE') return exitCodes.unreadable;
  return error.code === 'USAGE' || error.code === 'CONFIG_INVALID' ? exitCodes.usage : exitCodes.failed;
}

/** The command is done, with this exit code. */
export class Exit extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** The standard input, for whoever reads events. */
export function inputOf({ stdin }: Terminal): Pick<Terminal, 'stdin'> {
  return stdin === undefined ? {} : { stdin };
}
