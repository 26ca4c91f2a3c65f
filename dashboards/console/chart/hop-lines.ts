import type { Alert, Hop } from './detail.ts';
import { msOf, shortTime } from './instants.ts';
import { stateWords } from './state.ts';
import { count, hopWord } from './words.ts';

/** A line of text in a node, and what it is about. */
export interface NodeLine {
  readonly text: string;
  readonly mark: 'plain' | 'added' | 'state' | 'broken' | 'signal';
}

/** Added scopes that a node names; all of them are in the table of hops. */
const ADDED_LINES_MAX = 3;

/** What a node says of its hop. The number of lines does not depend on the instant, so that nothing jumps about. */
export function hopLines(hop: Hop, alerts: readonly Alert[], atMs: number): readonly NodeLine[] {
  const state = stateWords(hop, atMs);
  return [
    { text: hopWord(hop), mark: 'plain' },
    ...addedLines(hop.addedScope),
    ...(hop.kind === 'token' || hop.kind === 'session' ? [{ text: state, mark: 'state' } as const] : []),
    ...alertLines(alerts, atMs),
  ];
}

function addedLines(added: readonly string[]): readonly NodeLine[] {
  const shown = added.length <= ADDED_LINES_MAX ? added : added.slice(0, ADDED_LINES_MAX - 1);
  const rest = added.length - shown.length;
  return [
    ...shown.map((scope) => ({ text: `added + ${scope}`, mark: 'added' }) as const),
    ...(rest === 0 ? [] : [{ text: `and ${count(rest, 'more scope')}`, mark: 'added' } as const]),
  ];
}

function alertLines(alerts: readonly Alert[], atMs: number): readonly NodeLine[] {
  const [worst, ...others] = alerts;
  if (worst === undefined) return [];
  const firstMs = msOf(worst.firstAt);
  const mark = worst.kind === 'alert' ? 'broken' : 'signal';
  const sign = worst.kind === 'alert' ? '⚑ broke here:' : '△ signal:';
  const when = firstMs > atMs ? `, at ${shortTime(firstMs, atMs)}` : '';
  return [
    { text: `${sign} ${worst.severity.toUpperCase()}${when}`, mark },
    { text: worst.detector, mark },
    ...(others.length === 0 ? [] : [{ text: `and ${count(others.length, 'more alert')}`, mark } as const]),
  ];
}

/** A line as it is spoken: without the signs that stand for words. */
export function lineSentence({ text }: NodeLine): string {
  return text.replace(/^[⚑△●○✕] /, '');
}
