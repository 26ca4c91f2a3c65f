import { RECALL_ALIASES_MAX } from '../../domain/limits.ts';
import type { Lookup, Recalled } from '../../domain/recall.ts';
import type { Bound, Database } from '../database.ts';
import { DRAWERS_READ_MAX, PLACES_READ_MAX } from '../limits.ts';
import { countCell } from '../rows/cell.ts';
import { drawerOf } from '../rows/recall.ts';
import { bounded } from './bound.ts';
import { chunks } from './chunks.ts';
import { eventsAt, type Place } from './events-at.ts';

/** A name in a role, as a number; see the table. */
interface Drawer {
  readonly drawer: number;
  readonly tenant: string;
  /** Events wanted by the greediest who asks; -1 when only its aliases are wanted. */
  max: number;
  /** Filings in it, repeated ones included. */
  filings: number;
}

const inDrawers = `
  FROM filings
  PREWHERE drawer IN {drawers:Array(UInt64)}
  WHERE indexHint(tenant IN {tenants:Array(String)}) AND seq < {before:UInt64}`;

const filledSql = `
  SELECT drawer, count() ${inDrawers}
  GROUP BY drawer ${bounded(DRAWERS_READ_MAX)}`;

const aliasesSql = `
  SELECT DISTINCT drawer, alias ${inDrawers} AND alias != ''
  ORDER BY drawer, alias
  LIMIT {limit:UInt64} BY drawer ${bounded(DRAWERS_READ_MAX * RECALL_ALIASES_MAX)}`;

// Grouped, because until the engine has merged them away the same filings may be there twice.
const placesSql = (rows: number) => `
  SELECT drawer, seq, toUnixTimestamp64Milli(any(time)), max(late) ${inDrawers}
  GROUP BY drawer, seq
  ORDER BY drawer, seq DESC LIMIT {limit:UInt64} BY drawer ${bounded(rows)}`;

/**
 * Looks first which drawers have anything in them: mostly none has, and then that is all. Only of those the
 * aliases and the places are read, and then the events that lie there.
 */
export async function recall(
  database: Database,
  lookups: readonly Lookup[],
  beforeSeq: number,
  mayHold: (drawer: number) => boolean = () => true,
): Promise<Recalled> {
  const asked = lookups.map((lookup) => {
    const { tenant, name, role } = lookup;
    return { lookup, drawer: drawerOf(tenant, name, role), uses: drawerOf(tenant, name, 'uses') };
  });
  const drawers = new Map<number, Drawer>();
  const want = (drawer: number, tenant: string, max: number) => {
    if (!mayHold(drawer)) return;
    const known = drawers.get(drawer);
    if (known === undefined) drawers.set(drawer, { drawer, tenant, max, filings: 0 });
    else known.max = Math.max(known.max, max);
  };
  for (const { lookup, drawer, uses } of asked) {
    want(drawer, lookup.tenant, lookup.max);
    want(uses, lookup.tenant, -1);
  }

  const filled = await filledOf(database, [...drawers.values()], beforeSeq);
  if (filled.length === 0) return { events: [], aliases: [], truncated: [] };
  const described = new Set(
    asked.filter(({ lookup }) => lookup.role === 'describes').map(({ uses }) => uses),
  );
  const aliases = await aliasesOf(
    database,
    filled.filter(({ drawer }) => described.has(drawer)),
    beforeSeq,
  );
  const wanted = filled.filter(({ max }) => max >= 0);
  const places = await placesOf(database, wanted, beforeSeq);
  return {
    events: await eventsAt(database, newest(wanted, places)),
    aliases: asked.flatMap(({ lookup: { tenant, name, role }, uses }) =>
      role === 'uses' ? [] : (aliases.get(uses) ?? []).map((alias) => ({ tenant, name, alias })),
    ),
    truncated: asked.flatMap(({ lookup: { tenant, name, role, max }, drawer }) =>
      (places.get(drawer)?.length ?? 0) > max ? [{ tenant, name, role }] : [],
    ),
  };
}

async function filledOf(database: Database, drawers: Drawer[], beforeSeq: number): Promise<Drawer[]> {
  const counts = new Map<number, number>();
  for (const chunk of chunks(drawers, DRAWERS_READ_MAX)) {
    const rows = await database.read('looking for names', filledSql, of(chunk, beforeSeq));
    for (const [drawer, count] of rows) counts.set(Number(drawer), Number(count));
  }
  for (const drawer of drawers) drawer.filings = counts.get(drawer.drawer) ?? 0;
  return drawers.filter(({ filings }) => filings > 0);
}

async function aliasesOf(
  database: Database,
  drawers: readonly Drawer[],
  beforeSeq: number,
): Promise<ReadonlyMap<number, string[]>> {
  const aliases = new Map<number, string[]>();
  for (const chunk of chunks(drawers, DRAWERS_READ_MAX)) {
    const bounds = { ...of(chunk, beforeSeq), limit: RECALL_ALIASES_MAX };
    const rows = await database.read('looking for aliases', aliasesSql, bounds);
    for (const [number, alias] of rows) {
      const drawer = Number(number);
      aliases.set(drawer, [...(aliases.get(drawer) ?? []), String(alias)]);
    }
  }
  return aliases;
}

/** Newest first, of every drawer one more than is wanted: so it shows that there are more. */
async function placesOf(
  database: Database,
  drawers: readonly Drawer[],
  beforeSeq: number,
): Promise<ReadonlyMap<number, Place[]>> {
  const places = new Map<number, Place[]>();
  for (const chunk of alike(drawers)) {
    const tenants = new Map(chunk.map(({ drawer, tenant }) => [drawer, tenant]));
    const limit = 1 + Math.max(...chunk.map(({ max }) => max));
    const sql = placesSql(chunk.length * limit);
    const rows = await database.read('looking for places', sql, { ...of(chunk, beforeSeq), limit });
    for (const [number, seq, timeMs, late] of rows) {
      const drawer = Number(number);
      const place = {
        tenant: tenants.get(drawer) ?? '',
        seq: Number(seq),
        timeMs: Number(timeMs),
        late: late === true,
      };
      const known = places.get(drawer);
      if (known === undefined) places.set(drawer, [place]);
      else known.push(place);
    }
  }
  return places;
}

/**
 * One query has one limit: drawers that want about as many (less than twice as many) share it, and no query answers
 * more than a bounded number of places, but for one drawer of which more are wanted.
 */
function* alike(drawers: readonly Drawer[]): Generator<readonly Drawer[]> {
  let chunk: Drawer[] = [];
  let places = 0;
  for (const drawer of [...drawers].sort((a, b) => a.max - b.max)) {
    const [first] = chunk;
    const limit = drawer.max + 1;
    const apart = first !== undefined && limit >= 2 * (first.max + 1);
    if (apart || (chunk.length > 0 && places + Math.min(drawer.filings, limit) > PLACES_READ_MAX)) {
      yield chunk;
      chunk = [];
      places = 0;
    }
    chunk.push(drawer);
    places += Math.min(drawer.filings, limit);
  }
  if (chunk.length > 0) yield chunk;
}

/** Each place once, of every drawer the newest. */
function newest(drawers: readonly Drawer[], places: ReadonlyMap<number, readonly Place[]>): readonly Place[] {
  const bySeq = new Map<number, Place>();
  for (const { drawer, max } of drawers) {
    for (const place of (places.get(drawer) ?? []).slice(0, max)) bySeq.set(place.seq, place);
  }
  return [...bySeq.values()];
}

function of(drawers: readonly Drawer[], beforeSeq: number): Record<string, Bound> {
  return {
    drawers: drawers.map(({ drawer }) => drawer),
    tenants: [...new Set(drawers.map(({ tenant }) => tenant))],
    before: countCell(beforeSeq),
  };
}
