import { matchesPattern, type Policy } from '../domain/policy.ts';
import type { Unplaced } from './say.ts';

/** The patterns of a row, each for another thing: all of them have to fit. Undefined: anything does. */
type Row = readonly (string | undefined)[];

/** Rows of the lists in which the first one that fits counts, and behind which an earlier one leaves nothing. */
export function rowsNeverReached(policy: Policy): readonly Unplaced[] {
  return [
    ...shadowed(['agents'], policy.agents, ({ agent, task }) => [[agent, task]]),
    ...shadowed(['scopes'], policy.scopes, ({ issuer, audience }) => [[issuer, audience]]),
    ...shadowed(['implications'], policy.implications, ({ issuer, audience }) => [[issuer, audience]]),
    ...shadowed(['effects'], policy.effects, ({ action }) => [[action]]),
    ...shadowed(['audiences'], policy.audiences, ({ system }) => [[system]]),
    ...shadowed(['lifetimes', 'max'], policy.lifetimes.max, ({ kinds }) => kinds.map((kind) => [kind])),
    ...shadowed(['trust', 'delegates'], policy.trust.delegates, ({ from }) => [[from]]),
  ];
}

/** A row is not reached when each of its alternatives is covered by an earlier row's. */
function shadowed<T>(
  path: readonly string[],
  rows: readonly T[],
  alternatives: (row: T) => readonly Row[],
): readonly Unplaced[] {
  const earlier: { readonly index: number; readonly row: Row }[] = [];
  return rows.flatMap((each, index): readonly Unplaced[] => {
    const own = alternatives(each);
    const by = own.map((row) => earlier.find((other) => covers(other.row, row))?.index);
    earlier.push(...own.map((row) => ({ index, row })));
    if (own.length === 0 || by.includes(undefined)) return [];
    const first = Math.max(...by.map(Number));
    const message = `never reached: ${pathOfRow(path, first)} fits everything that this row fits`;
    return [{ path: [...path, index], of: 'value', message }];
  });
}

function covers(wide: Row, narrow: Row): boolean {
  return wide.every((pattern, place) => pattern === undefined || includes(pattern, narrow[place] ?? '*'));
}

/**
 * Whether the first pattern fits everything that the second one fits. Exact: a `*` of the second stands for any text,
 * so also for a character that occurs nowhere else, which only a `*` of the first can take.
 */
export function includes(wide: string, narrow: string): boolean {
  return matchesPattern(wide, narrow.replaceAll('*', '\u{10FFFF}'));
}

function pathOfRow(path: readonly string[], index: number): string {
  return `${path.join('.')}[${index}]`;
}
