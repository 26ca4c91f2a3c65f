import type { Filing } from '../../domain/recall.ts';
import type { Database } from '../database.ts';
import { createDrawerFilter, type DrawerFilter } from '../drawer-filter.ts';
import { DRAWERS_LOAD_ROWS, FILING_TENANTS_MAX } from '../limits.ts';
import { countCell } from '../rows/cell.ts';
import { drawerOf } from '../rows/recall.ts';
import { bounded } from './bound.ts';

/** Drawers are below. */
const DRAWERS_END = 2 ** 53;
/** Digests are spread evenly: a part that holds so many times what it should is none of ours. */
const UNEVEN = 4;

const tenantsSql = `
  SELECT DISTINCT tenant, (SELECT count() FROM filings) FROM filings
  LIMIT ${FILING_TENANTS_MAX + 1} ${bounded(FILING_TENANTS_MAX + 1)}`;

const partSql = `
  SELECT DISTINCT drawer FROM filings
  PREWHERE drawer >= {from:UInt64} AND drawer < {to:UInt64}
  WHERE indexHint(tenant IN {tenants:Array(String)}) ${bounded(DRAWERS_LOAD_ROWS * UNEVEN)}`;

/**
 * Which names may have been filed, so that the store is not asked for those that nobody has mentioned before: almost
 * all of them, and asking for the names of a batch took as long as judging it. Only where nobody else files anything.
 */
export interface KnownDrawers {
  /** Before they are written. */
  add(filings: readonly Filing[]): void;
  /** True for everything until what earlier processes filed has been read, which the first question sets off. */
  mayHold(drawer: number): boolean;
  /** Nothing is read any more. */
  stop(): void;
}

export function createKnownDrawers(database: Database): KnownDrawers {
  let filter: DrawerFilter | undefined;
  let isWhole = false;
  let isBegun = false;
  let stopped = false;

  async function load(into: DrawerFilter): Promise<void> {
    const rows = await database.read('counting names', tenantsSql);
    // So many that naming them all would be no hint: every question is asked, as without this.
    if (rows.length > FILING_TENANTS_MAX) return;
    const tenants = rows.map(([tenant]) => String(tenant));
    const parts = Math.ceil(Number(rows[0]?.[1] ?? 0) / DRAWERS_LOAD_ROWS);
    for (let part = 0; part < parts && !stopped; part += 1) {
      const from = Math.floor((DRAWERS_END / parts) * part);
      const to = part + 1 === parts ? DRAWERS_END : Math.floor((DRAWERS_END / parts) * (part + 1));
      const bounds = { tenants, from: countCell(from), to: countCell(to) };
      for (const [drawer] of await database.read('reading names', partSql, bounds)) into.add(Number(drawer));
    }
    isWhole = !stopped;
  }

  function known(): DrawerFilter {
    filter ??= createDrawerFilter();
    return filter;
  }

  return {
    add(filings) {
      for (const { tenant, name, role } of filings) known().add(drawerOf(tenant, name, role));
    },
    mayHold(drawer) {
      if (!isBegun) {
        isBegun = true;
        // What fails is not tried again: the store is asked, which is slower and as good.
        load(known()).catch(() => undefined);
      }
      return !isWhole || known().mayHold(drawer);
    },
    stop() {
      stopped = true;
    },
  };
}
