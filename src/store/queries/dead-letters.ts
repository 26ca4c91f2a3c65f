import type { DeadLetter } from '../../domain/dead-letter.ts';
import { PAGE_ROWS_MAX } from '../../domain/limits.ts';
import type { Page, PageQuery } from '../../domain/ports.ts';
import { page, readCursor } from '../cursor.ts';
import type { Database } from '../database.ts';
import { readBody } from '../rows/cell.ts';
import { bounded } from './bound.ts';
import { before, where } from './where.ts';

/** Newest first. */
export async function deadLetters(database: Database, query: PageQuery): Promise<Page<DeadLetter>> {
  const limit = Math.min(query.limit, PAGE_ROWS_MAX);
  const filter = where([before('at', readCursor(query.cursor))]);
  const sql = `
    SELECT toUnixTimestamp64Milli(at), id, body FROM dead_letters FINAL
    WHERE tenant = {tenant:String} AND ${filter.sql}
    ORDER BY at DESC, id DESC LIMIT {rows:UInt32} ${bounded(PAGE_ROWS_MAX + 1)}`;
  const rows = await database.read('listing dead letters', sql, {
    ...filter.params,
    tenant: query.tenant,
    rows: limit + 1,
  });
  return page(
    rows.map(([ms, id, body]) => ({
      at: { ms: Number(ms), id: String(id) },
      item: readBody<DeadLetter>(body),
    })),
    limit,
  );
}
