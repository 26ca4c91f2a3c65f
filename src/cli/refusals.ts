import type { DeadLetter } from '../domain/dead-letter.ts';
import type { Terminal } from './terminal.ts';

/** A file of the wrong kind has a reason for every line; after this many the rest is counted. */
const SHOWN_MAX = 20;

export interface Refusals {
  show(letter: DeadLetter): void;
  /** How many more there were, by code. */
  end(): void;
}

export function createRefusals(terminal: Terminal): Refusals {
  const more = new Map<string, number>();
  let shown = 0;
  return {
    show({ position, code, reason }) {
      if (shown >= SHOWN_MAX) {
        more.set(code, (more.get(code) ?? 0) + 1);
        return;
      }
      shown += 1;
      terminal.err(`${position.source}:${position.offset}: ${code}: ${reason}\n`);
    },
    end() {
      for (const [code, count] of more) terminal.err(`… and ${count} more refused with ${code}\n`);
    },
  };
}
