import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { createChdbConnection } from 'chdb/connection';

type Raw = ReturnType<typeof createChdbConnection>;

/**
 * The embedded engine behind ClickHouse's HTTP interface, as far as our client speaks it: where no server can be had,
 * the store's SQL, parameters, settings and errors still travel by HTTP to a real engine.
 */
export async function openFront(path: string): Promise<{ url: string; close(): Promise<void> }> {
  const idle: Raw[] = [];
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const connection = idle.pop() ?? createChdbConnection({ path });
    try {
      const { searchParams } = new URL(request.url ?? '/', 'http://front');
      const form = await formOf(request.headers['content-type'], body);
      for (const [name, value] of form) searchParams.set(name, value);
      const answer = await execute(connection, searchParams, form.has('query') ? '' : body);
      idle.push(connection);
      response.end(answer);
    } catch (error) {
      // What it had written before it failed would stand in front of the next answer.
      await connection.command({ query: 'SELECT 1 FORMAT Null' });
      idle.push(connection);
      const { code = '0', type = '' } = error as { code?: string; type?: string };
      response.writeHead(500, { 'X-ClickHouse-Exception-Code': code });
      response.end(`Code: ${code}. DB::Exception: ${(error as Error).message} (${type}) (version 26.7.2.1)`);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      for (const connection of idle) await connection.close();
    },
  };
}

/** What the interface itself takes from the address; everything else there is a setting. */
const ofHttp = new Set(['query', 'query_id', 'database', 'default_format', 'enable_http_compression']);
const ignored = new Set(['wait_end_of_query', 'send_progress_in_http_headers', 'session_id', 'role']);

async function execute(connection: Raw, address: URLSearchParams, body: string): Promise<Buffer> {
  await connection.command({ query: `USE ${address.get('database') ?? 'default'}` });
  // Over HTTP a parameter is no part of the query's text, and its bound does not count.
  await connection.command({ query: 'SET max_query_size = 16777216' });
  for (const [name, value] of address) {
    if (ofHttp.has(name) || ignored.has(name)) continue;
    const literal = value.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
    await connection.command({ query: `SET ${name} = '${literal}'` });
  }
  await connection.command({ query: 'SET max_query_size = DEFAULT' });
  const query = address.get('query');
  const { stream } = await connection.query({
    query: query === null ? body : `${query}\n${body}`,
    clickhouse_settings: { default_format: address.get('default_format') ?? 'TabSeparated' },
  } as Parameters<Raw['query']>[0]);
  return Buffer.concat(await stream.toArray());
}

/** A long list of parameters comes as a form, with the query beside it. */
async function formOf(type: string | undefined, body: string): Promise<Map<string, string>> {
  if (type?.startsWith('multipart/form-data') !== true) return new Map();
  const form = await new Response(body, { headers: { 'content-type': type } }).formData();
  return new Map([...form].map(([name, value]) => [name, String(value)]));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const bytes = Buffer.concat(await request.toArray());
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8');
}
