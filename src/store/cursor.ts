import { ChainwardenError } from '../domain/errors.ts';
import type { Page } from '../domain/ports.ts';

/** The last row of a page: its time and its id. Pages run from the newest back. */
export interface Cursor {
  readonly ms: number;
  readonly id: string;
}

/** Before every row: later than any time a column holds, and so no id decides. */
const start: Cursor = { ms: 10_000_000_000_000, id: '' };

export function readCursor(text: string | undefined): Cursor {
  if (text === undefined) return start;
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (Array.isArray(value) && Number.isSafeInteger(value[0]) && typeof value[1] === 'string') {
      return { ms: Number(value[0]), id: value[1] };
    }
  } catch {
    // Falls through: whatever it was, it was not ours.
  }
  throw new ChainwardenError('REQUEST_INVALID', 'the cursor is not one that a page of this list gave');
}

export function writeCursor({ ms, id }: Cursor): string {
  return Buffer.from(JSON.stringify([ms, id]), 'utf8').toString('base64url');
}

/** A page out of rows that were asked for with one more than `limit`: the extra one says that there is a next page. */
export function page<T>(rows: readonly { at: Cursor; item: T }[], limit: number): Page<T> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  return {
    items: kept.map((row) => row.item),
    next: rows.length > limit && last !== undefined ? writeCursor(last.at) : undefined,
  };
}
