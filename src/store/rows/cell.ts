import type { Principal } from '../../domain/event/index.ts';
import { principalKey } from '../../domain/principal.ts';
import { toWellFormed } from '../text.ts';

/**
 * Cells beside a row's `body` are copies for search: they may be clamped or cleaned, because the body keeps the value.
 * The engine stores 2^64 as 0 in silence and refuses a whole batch for 1.5 in an integer column.
 */

/** 2200-01-01T00:00:00Z, for a credential that never expires. */
export const NEVER_MS = 7_258_118_400_000;

/** Milliseconds since the epoch, as DateTime64(3) reads a bare number. Unknown is 0, never is the year 2200. */
export function timeCell(ms: number | null | undefined): number {
  if (ms === null) return NEVER_MS;
  if (ms === undefined || Number.isNaN(ms)) return 0;
  return Math.min(NEVER_MS, Math.max(0, Math.round(ms)));
}

export function countCell(count: number, max: number = Number.MAX_SAFE_INTEGER): number {
  return Number.isNaN(count) ? 0 : Math.min(max, Math.max(0, Math.trunc(count)));
}

export function textCell(text: string | undefined): string {
  return text === undefined ? '' : toWellFormed(text);
}

export function listCell(list: readonly string[] | undefined): readonly string[] {
  return list === undefined ? [] : list.map(toWellFormed);
}

/** What a person types to find a principal. */
export function principalCell(principal: Principal | undefined): string {
  return textCell(principal?.id);
}

/** Both names of each principal, once: the bare id, and issuer with id. */
export function principalsCell(principals: readonly Principal[]): readonly string[] {
  return [
    ...new Set(principals.flatMap((principal) => [principal.id, principalKey(principal)].map(toWellFormed))),
  ];
}

/** The whole value. JSON escapes what is not well-formed text, so it comes back exactly. */
export function bodyCell(value: object): string {
  return JSON.stringify(value);
}

export function readBody<T>(body: unknown): T {
  return JSON.parse(String(body)) as T;
}
