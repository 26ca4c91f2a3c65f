import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { createClient } from '@clickhouse/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createDatabase } from '../../../src/store/database.ts';
import { openStore } from '../../../src/store/index.ts';
import { eventsTable } from '../../../src/store/rows/event.ts';
import { openServer } from '../../../src/store/server.ts';
import { silent } from '../../../src/store/settings.ts';
import { createWriter } from '../../../src/store/writer.ts';
import { logged } from './rows.ts';

/** What our client says over HTTP, heard by a listener that answers as told. The engine itself is in server.test.ts. */
interface Heard {
  readonly url: URL;
  readonly body: string;
}

let server: Server | undefined;
const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);
beforeEach(() => printed.mockClear());
afterEach(() => {
  // The client's own log would quote rows.
  expect(printed).not.toHaveBeenCalled();
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

async function listen(
  answer: (heard: Heard, response: ServerResponse) => void,
): Promise<{ url: string; heard: Heard[] }> {
  const heard: Heard[] = [];
  server = createServer(async (request, response) => {
    const said = { url: new URL(request.url ?? '/', 'http://x'), body: await bodyOf(request) };
    heard.push(said);
    answer(said, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const bytes = Buffer.concat(await request.toArray());
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8');
}

const inserts = (heard: readonly Heard[]) =>
  heard.filter(({ url }) => url.searchParams.get('query')?.startsWith('INSERT'));

it('pins its settings on every request and makes the database first', async () => {
  const { url, heard } = await listen((_, response) => response.end());
  const client = await openServer({ url, user: 'u', password: 'p', database: 'delegation' });
  await createDatabase(client).insert('events', ['a'], [['x']]);
  await client.close();
  expect(heard[0]?.body).toBe('CREATE DATABASE IF NOT EXISTS delegation');
  expect(heard[0]?.url.searchParams.get('database') ?? 'default').toBe('default');
  const [insert] = inserts(heard);
  expect(Object.fromEntries(insert?.url.searchParams ?? [])).toMatchObject({
    database: 'delegation',
    async_insert: '0',
    input_format_skip_unknown_fields: '0',
    date_time_output_format: 'iso',
    output_format_json_quote_64bit_integers: '1',
    use_skip_indexes_if_final_exact_mode: '1',
    max_partitions_per_insert_block: '1210',
  });
});

it('sends the very same bytes again when the server was away', async () => {
  let failures = 2;
  const { url, heard } = await listen((_, response) => {
    if (failures-- > 0) response.destroy();
    else response.end();
  });
  let now = 1_000;
  const writer = createWriter(createDatabase(createClient({ url, log: silent })), {
    clock: () => now++,
    retryMs: 1,
  });
  expect(await writer.writeEach(eventsTable, [logged(1), logged(2)])).toEqual([]);
  const bodies = inserts(heard).map(({ body }) => body);
  expect(bodies).toHaveLength(3);
  expect(new Set(bodies).size).toBe(1);
});

it('does not halve a batch when the server is away, and says that it may be tried again', async () => {
  const { url, heard } = await listen((_, response) => response.destroy());
  const writer = createWriter(createDatabase(createClient({ url, log: silent })), {
    clock: () => 1,
    retryMs: 1,
  });
  await expect(writer.writeEach(eventsTable, [logged(1), logged(2)])).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    retriable: true,
  });
  expect(inserts(heard)).toHaveLength(3);
});

it.each([
  [60, 'UNKNOWN_TABLE', 'STORE_REFUSED'],
  [241, 'MEMORY_LIMIT_EXCEEDED', 'STORE_UNAVAILABLE'],
  [27, 'CANNOT_PARSE_INPUT_ASSERTION_FAILED', 'STORE_REFUSED'],
])('never repeats what the server says of error %i %s', async (number, type, code) => {
  const { url } = await listen((_, response) => {
    response.statusCode = 500;
    response.setHeader('X-ClickHouse-Exception-Code', String(number));
    response.end(`Code: ${number}. DB::Exception: near 'the secret row': no. (${type}) (version 26.7.2.1)`);
  });
  const database = createDatabase(createClient({ url, log: silent }));
  const error = await database.insert('events', ['a'], [['x']]).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code, message: expect.stringContaining(`${number} ${type}`) });
  expect(error).toMatchObject({ message: expect.not.stringContaining('secret') });
  expect(error).toMatchObject({ cause: { message: expect.stringContaining('secret') } });
});

it('says that the store is unavailable when nobody listens', async () => {
  const { url } = await listen((_, response) => response.end());
  server?.close();
  server = undefined;
  await expect(openStore({ url })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retriable: true });
});

it.each([[{}], [{ path: '/tmp/x', database: 'a b; DROP' }]])(
  'refuses the configuration %j',
  async (options) => {
    await expect(openStore(options)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  },
);

it('sends a list that an address cannot hold in the body', async () => {
  const { url, heard } = await listen((_, response) => response.end());
  const client = await openServer({ url, user: 'u', password: 'p', database: 'delegation' });
  const database = createDatabase(client);
  const names = Array.from({ length: 10_000 }, (_, i) => i);
  await database.read('asking', 'SELECT {names:Array(UInt64)}', { names });
  await client.close();
  const asked = heard.at(-1);
  expect(asked?.url.href.length).toBeLessThan(4_096);
  expect(asked?.body).toContain(`name="param_names"\r\n\r\n[${names.join(',')}]\r\n`);
});
