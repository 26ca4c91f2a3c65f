import { setTimeout as sleep } from 'node:timers/promises';
import { ChainwardenError } from '../domain/errors.ts';
import type { RefusedRow } from '../domain/ports.ts';
import type { Database, Row, TableOf } from './database.ts';
import { refusesData } from './failure.ts';
import { INSERT_CHARS_MAX, INSERT_ROWS_MAX, WRITE_ATTEMPTS, WRITE_RETRY_MS } from './limits.ts';

export interface Writer {
  /** Stores every value or rejects. */
  write<T>(table: TableOf<T>, values: readonly T[]): Promise<void>;
  /** Stores every value that the engine takes and tells which it did not take. */
  writeEach<T>(table: TableOf<T>, values: readonly T[]): Promise<readonly RefusedRow[]>;
}

interface Numbered {
  readonly index: number;
  readonly row: Row;
}

export interface WriterOptions {
  /** Wall clock, milliseconds since the epoch: retention counts from the time of writing. */
  readonly clock: () => number;
  readonly retryMs?: number;
}

/**
 * Turns values into rows once and sends those same rows until the engine has them: a repeated insert is only recognised
 * as such when its bytes are the same, so nothing in a batch may depend on when it is sent.
 */
export function createWriter(database: Database, options: WriterOptions): Writer {
  const retryMs = options.retryMs ?? WRITE_RETRY_MS;

  async function send<T>({ table, columns }: TableOf<T>, rows: readonly Row[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await database.insert(table, columns, rows);
      } catch (error) {
        const again = error instanceof ChainwardenError && error.retriable && attempt < WRITE_ATTEMPTS;
        if (!again) throw error;
        await sleep(retryMs * 2 ** (attempt - 1));
      }
    }
  }

  /** Halves a refused batch until the bad rows stand alone. Neighbours in a half that is taken are stored. */
  async function bisect<T>(table: TableOf<T>, rows: readonly Numbered[]): Promise<RefusedRow[]> {
    try {
      await send(table, rowsOf(rows));
      return [];
    } catch (error) {
      if (!refusesData(error)) throw error;
      const [first] = rows;
      if (rows.length === 1 && first !== undefined) return [{ index: first.index, reason: refusal(error) }];
      const half = Math.ceil(rows.length / 2);
      return [...(await bisect(table, rows.slice(0, half))), ...(await bisect(table, rows.slice(half)))];
    }
  }

  return {
    write: async (table, values) => {
      const writtenMs = options.clock();
      const rows = values.map((value, index) => ({ index, row: table.row(value, writtenMs) }));
      for (const batch of batches(rows, table.rowsMax)) await send(table, rowsOf(batch));
    },
    writeEach: async (table, values) => {
      const writtenMs = options.clock();
      const refused: RefusedRow[] = [];
      const rows: Numbered[] = [];
      for (const [index, value] of values.entries()) {
        const fault = table.fault?.(value);
        if (fault === undefined) rows.push({ index, row: table.row(value, writtenMs) });
        else refused.push({ index, reason: `the store cannot keep it as it is: ${fault}` });
      }
      for (const batch of batches(rows, table.rowsMax)) refused.push(...(await bisect(table, batch)));
      return refused.sort((a, b) => a.index - b.index);
    },
  };
}

/** Cuts by rows and by size; the same rows are always cut alike. */
function* batches(
  rows: readonly Numbered[],
  rowsMax: number = INSERT_ROWS_MAX,
): Generator<readonly Numbered[]> {
  let first = 0;
  let chars = 0;
  for (const [i, { row }] of rows.entries()) {
    const size = row.reduce<number>((sum, cell) => sum + (typeof cell === 'string' ? cell.length : 8), 0);
    if (i > first && (i - first === rowsMax || chars + size > INSERT_CHARS_MAX)) {
      yield rows.slice(first, i);
      first = i;
      chars = 0;
    }
    chars += size;
  }
  if (first < rows.length) yield rows.slice(first);
}

function rowsOf(batch: readonly Numbered[]): Row[] {
  return batch.map(({ row }) => row);
}

function refusal(error: unknown): string {
  return error instanceof ChainwardenError ? error.message : 'the store refused the row';
}
