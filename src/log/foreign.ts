import type { DeadLetter } from '../domain/dead-letter.ts';
import { FOREIGN_RECORDS_PER_HOUR_MAX } from '../domain/limits.ts';
import type { ForeignSpeech } from '../domain/record.ts';

const HOUR_MS = 3_600_000;

/**
 * What the log keeps of speech that was refused: that it happened, once an hour for each publisher and issuer. The
 * letters hold all of it; here, whoever repeats itself, or invents issuers, fills nothing.
 */
export function createForeignSpeech(): (
  letters: readonly DeadLetter[],
) => readonly Omit<ForeignSpeech, 'seq'>[] {
  let hour = 0;
  const told = new Set<string>();
  return (letters) =>
    letters.flatMap(({ tenant, publisher, issuer, atMs }) => {
      if (issuer === undefined) return [];
      const now = Math.floor(atMs / HOUR_MS);
      if (now !== hour) told.clear();
      hour = now;
      const name = JSON.stringify([tenant, publisher, issuer]);
      if (told.has(name) || told.size >= FOREIGN_RECORDS_PER_HOUR_MAX) return [];
      told.add(name);
      return [{ kind: 'foreign', tenant, publisher, issuer, atMs }];
    });
}
