import type { ClickHouseClientConfigOptions, ClickHouseSettings } from '@clickhouse/client';
import { ChainwardenError } from '../domain/errors.ts';
import { createLane, type Lane } from './lane.ts';
import { READER_LANES } from './limits.ts';
import { pinnedSettings } from './settings.ts';

export type Connection = NonNullable<ClickHouseClientConfigOptions['connection']>;
type QueryParams = Parameters<Connection['query']>[0];
type InsertParams = Parameters<Connection['insert']>[0];
type Values = InsertParams['values'];

/** Settings the client adds by itself that mean something to an HTTP server only; the engine would refuse them. */
const httpOnly = new Set(['wait_end_of_query', 'send_progress_in_http_headers']);

/** Tables that are written beside all others: what publishers wait for, and what revocations wait for. */
const apart = [
  ['events', 'log_controls', 'dead_letters'],
  ['audit', 'plans', 'responses', 'outbox'],
] as const;

export interface EmbeddedOptions {
  /** Data folder. One process at a time, and one folder per process: the engine's rules. */
  readonly path: string;
  readonly database: string;
  readonly readers?: number;
}

/**
 * The embedded engine as a connection for `createClient`, safe to use like a server:
 * - a failed statement's output is drained before the next one (see lane.ts);
 * - per-call settings are refused, because they would stay on the connection: write SETTINGS into the SQL;
 * - some lanes write, others read, so that a slow read holds up nobody's write; rows of one table are written in turn,
 *   and those of some tables beside all others;
 * - an abort signal is refused, because the engine would compute on behind the rejection: bound the SQL in time;
 * - dates keep their milliseconds;
 * - values that come in chunks are decoded as a whole, so that no character is cut in two.
 * The client's own `database` option does nothing here; every lane says USE. Written row counts are always '0'.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Connection> {
  const open = await loadEngine();
  const lanes: Lane<Connection>[] = [];
  const openNext = async () => {
    const lane = await openLane(open, options);
    lanes.push(lane);
    return lane;
  };
  const openAll = async () => {
    const writer = await openNext();
    const writers = new Map<string, Lane<Connection>>();
    for (const tables of apart) {
      const own = await openNext();
      for (const table of tables) writers.set(table, own);
    }
    const readers: Lane<Connection>[] = [];
    for (let i = 0; i < (options.readers ?? READER_LANES); i++) readers.push(await openNext());
    return { writer, writers, readers };
  };
  const { writer, writers, readers } = await openAll().catch(async (error: unknown) => {
    await closeLanes(lanes);
    throw error;
  });
  const writerOf = (insert: string) => writers.get(/^\s*INSERT INTO (\w+)/.exec(insert)?.[1] ?? '') ?? writer;
  const reader = () =>
    readers.reduce((best, lane) => (lane.waiting() < best.waiting() ? lane : best), readers[0] ?? writer);

  return {
    query: async (params) => {
      const safe = clean(params);
      return reader().run((connection) => connection.query(safe));
    },
    command: async (params) => {
      const safe = clean(params);
      return writer.run((connection) => connection.command(safe));
    },
    exec: async ({ values, ...params }) => {
      const safe = clean(params);
      if (values === undefined) return writer.run((connection) => connection.exec(safe));
      const whole = await wholeText(values);
      return writer.run((connection) => connection.exec({ ...safe, values: whole as never }));
    },
    insert: async ({ values, ...params }) => {
      const safe = clean(params);
      const whole = await wholeText(values);
      return writerOf(params.query).run((connection) => connection.insert({ ...safe, values: whole }));
    },
    ping: (params) => reader().run((connection) => connection.ping(params)),
    close: () => closeLanes(lanes),
  };
}

async function closeLanes(lanes: readonly Lane<Connection>[]): Promise<void> {
  for (const lane of lanes) {
    await lane.idle();
    await lane.connection.close();
  }
}

type OpenConnection = (options: { path: string }) => Connection;

/** Loaded when asked for: the package is 540 MB and optional, and only glibc Linux and macOS have it. */
async function loadEngine(): Promise<OpenConnection> {
  // Not a literal, so that the compiler does without the package where it is not installed.
  const name: string = 'chdb/connection';
  try {
    const engine = (await import(name)) as { createChdbConnection: OpenConnection };
    return engine.createChdbConnection;
  } catch (cause) {
    throw new ChainwardenError(
      'STORE_UNAVAILABLE',
      'the embedded store needs the optional package chdb (glibc Linux or macOS): install it, or set CLICKHOUSE_URL to use a server',
      { cause },
    );
  }
}

async function openLane(
  open: OpenConnection,
  { path, database }: EmbeddedOptions,
): Promise<Lane<Connection>> {
  const connection = connect(open, path);
  try {
    await connection.command({ query: `CREATE DATABASE IF NOT EXISTS ${database} ENGINE = Atomic` });
    await connection.command({ query: `USE ${database}` });
    for (const [name, value] of Object.entries(pinnedSettings)) {
      await connection.command({
        query: `SET ${name} = ${typeof value === 'number' ? value : `'${value}'`}`,
      });
    }
  } catch (error) {
    await connection.close();
    throw error;
  }
  return createLane(connection);
}

function connect(open: OpenConnection, path: string): Connection {
  try {
    return open({ path });
  } catch (cause) {
    // The engine writes "Cannot lock file" to stderr by itself and throws a bare failure.
    throw new ChainwardenError(
      'STORE_UNAVAILABLE',
      `cannot open the data folder ${path}: another process may have it open, or this process has another one open`,
      { cause },
    );
  }
}

function clean<Params extends Omit<QueryParams, 'values'>>(params: Params): Params {
  if (params.abort_signal !== undefined) {
    throw new ChainwardenError(
      'INTERNAL',
      'an embedded query cannot be aborted: write max_execution_time into its SQL instead',
    );
  }
  const settings = Object.entries(params.clickhouse_settings ?? {}).filter(
    ([, value]) => value !== undefined,
  );
  const sticky = settings
    .map(([name]) => name)
    .filter((name) => name !== 'default_format' && !httpOnly.has(name));
  if (sticky.length > 0) {
    throw new ChainwardenError(
      'INTERNAL',
      `settings of one call would stay on an embedded connection: write SETTINGS into the SQL instead of ${sticky.join(', ')}`,
    );
  }
  const kept: ClickHouseSettings = Object.fromEntries(settings.filter(([name]) => name === 'default_format'));
  const { query_params: bound, ...rest } = params;
  const cleaned = { ...rest, clickhouse_settings: kept };
  return (bound === undefined ? cleaned : { ...cleaned, query_params: boundParams(bound) }) as Params;
}

function boundParams(params: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, bindable(value)]));
}

/** The engine drops the milliseconds of a Date; seconds with a fraction keep them. */
function bindable(value: unknown): unknown {
  if (value instanceof Date) return (value.getTime() / 1_000).toFixed(3);
  return Array.isArray(value) ? value.map(bindable) : value;
}

async function wholeText(values: Values): Promise<string> {
  if (typeof values === 'string') return values;
  const parts: Buffer[] = [];
  for await (const chunk of values as AsyncIterable<string | Uint8Array>)
    parts.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(parts).toString('utf8');
}
