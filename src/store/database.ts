import type { ClickHouseClient } from '@clickhouse/client';
import { storeFailure } from './failure.ts';
import { toWellFormed } from './text.ts';

/** A column value of an insert; the engine parses it by the column's type. */
export type Cell = string | number | boolean | readonly string[];
export type Row = readonly Cell[];
/** A named parameter of a query, bound by the engine, never written into the SQL. */
export type Bound = string | number | readonly string[] | readonly number[];

export interface TableOf<T> {
  readonly table: string;
  readonly columns: readonly string[];
  /** Rows of one insert where the usual bound does not fit. */
  readonly rowsMax?: number;
  /** `writtenMs`: when the row is written; retention counts from it. */
  readonly row: (value: T, writtenMs: number) => Row;
  /** Why the engine would store something else than this value without a word; undefined when it would not. */
  readonly fault?: (value: T) => string | undefined;
}

/** What the rest of the store needs of an engine: the same over HTTP and inside the process. */
export interface Database {
  /** Runs one statement that answers nothing. */
  run(sql: string): Promise<void>;
  insert(table: string, columns: readonly string[], rows: readonly Row[]): Promise<void>;
  /** Rows as arrays of the selected columns; 64-bit integers arrive as strings. */
  read(doing: string, sql: string, params?: Readonly<Record<string, Bound>>): Promise<readonly unknown[][]>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

export function createDatabase(client: ClickHouseClient): Database {
  return {
    run: async (query) => {
      try {
        await client.command({ query });
      } catch (error) {
        throw storeFailure('changing its schema', error);
      }
    },
    insert: async (table, columns, rows) => {
      if (rows.length === 0) return;
      try {
        await client.insert({
          table,
          columns: [...columns] as [string],
          values: rows,
          format: 'JSONCompactEachRow',
        });
      } catch (error) {
        throw storeFailure(`writing ${table}`, error);
      }
    },
    read: async (doing, query, params = {}) => {
      try {
        const result = await client.query({
          query,
          query_params: wellFormed(params),
          format: 'JSONCompactEachRow',
        });
        return await result.json<unknown[]>();
      } catch (error) {
        throw storeFailure(doing, error);
      }
    },
    ping: async () => {
      const answer = await client
        .ping({ select: true })
        .catch((error: Error) => ({ success: false as const, error }));
      if (!answer.success) throw storeFailure('asking whether it is there', answer.error);
    },
    close: () => client.close(),
  };
}

/** Half a character cannot be sent and matches nothing that was stored. */
function wellFormed(params: Readonly<Record<string, Bound>>): Record<string, unknown> {
  const whole = (value: string | number) => (typeof value === 'string' ? toWellFormed(value) : value);
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'object' ? value.map(whole) : whole(value),
    ]),
  );
}
