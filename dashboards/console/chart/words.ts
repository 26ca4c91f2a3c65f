import { principalLabel } from '../../../src/domain/principal.ts';
import type { Action, Hop, Principal } from './detail.ts';

/** How far a link is trusted, best first; the index is the level. */
const levelWords = ['', 'issuer', 'platform', 'cryptographic', 'asserted', 'correlation', 'heuristic'];

export function levelWord(level: number): string {
  return levelWords[level] ?? 'unknown';
}

/** From here on a link is somebody's word or a guess: no revocation may rest on it alone. */
export const WEAK_LEVEL = 4;

export function nameOf(principal: Principal | undefined): string {
  return principal === undefined ? 'unknown' : principalLabel({ ...principal, name: principal.name });
}

/** What a hop is, without who has it. */
export function hopWord({ kind, label, tokenKind, key, from }: Hop): string {
  switch (kind) {
    case 'request':
      return key.startsWith('txn:') ? `transaction ${key.slice('txn:'.length)}` : `request ${label}`;
    case 'invocation':
      return `invoked by ${nameOf(from)}`;
    case 'session':
      return `direct use of ${label}`;
    case 'call':
      return 'call without a token';
    default:
      return `${tokenKind === 'refresh_token' ? 'refresh token' : 'token'} ${label}`;
  }
}

/** Who has it: whoever acts with it, else what it is. */
export function holderOf(hop: Hop): string {
  return hop.to === undefined ? (hop.kind === 'request' ? 'Transaction' : 'Holder unknown') : nameOf(hop.to);
}

export function isWrite({ effect }: Action): boolean {
  return effect === 'write' || effect === 'delete' || effect === 'admin';
}

export function targetOf({ system, server, tool }: Action): string {
  return system ?? server ?? tool ?? 'target not named';
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

export function listOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** Letters of one width and one character each: nearly all names, and thirty times as fast. */
const latin = /^[ -~\u00a0-\u02ff]*$/;
const segments = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * As much of a text as fits into a width, in half-widths of a Latin letter. Wide scripts and pictures take two, and a
 * letter with forty marks on it is still one: only what would be drawn outside of its box matters.
 */
export function clip(text: string, width: number): string {
  if (latin.test(text)) return text.length <= width ? text : `${text.slice(0, width).trimEnd()}…`;
  let used = 0;
  let kept = '';
  // Far more than fits in any box: a name of two thousand characters is not walked through.
  for (const { segment } of segments.segment(text.slice(0, width * 8))) {
    used += /^[ -\u02ff\u0370-\u052f\u2010-\u2027]/.test(segment) ? 1 : 2;
    if (used > width) return `${kept.trimEnd()}…`;
    kept += segment.length > 8 ? segment.slice(0, 1) : segment;
  }
  return kept;
}
