import { type ClickHouseClient, createClient } from '@clickhouse/client';
import { createDatabase } from './database.ts';
import { REQUEST_TIMEOUT_MS } from './limits.ts';
import { pinnedSettings, silent } from './settings.ts';

export interface ServerOptions {
  /** The server's HTTP interface, e.g. `http://127.0.0.1:8123`. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** A client of a ClickHouse server whose database exists. Requests are compressed: event text shrinks eight times. */
export async function openServer({
  url,
  user,
  password,
  database,
}: ServerOptions): Promise<ClickHouseClient> {
  const common = {
    url,
    username: user,
    password,
    request_timeout: REQUEST_TIMEOUT_MS,
    application: 'chainwarden',
    log: silent,
  };
  // A database that does not exist yet cannot be named while it is being made.
  const bootstrap = createDatabase(createClient({ ...common, max_open_connections: 1 }));
  try {
    await bootstrap.run(`CREATE DATABASE IF NOT EXISTS ${database}`);
  } finally {
    await bootstrap.close();
  }
  return createClient({
    ...common,
    database,
    compression: { request: true, response: true },
    // Ten thousand names do not fit into an address.
    use_multipart_params_auto: true,
    clickhouse_settings: pinnedSettings,
  });
}
