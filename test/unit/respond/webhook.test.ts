import { randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it } from 'vitest';
import { OutboundConfig } from '../../../src/respond/config.ts';
import { resolveEndpoints } from '../../../src/respond/endpoints.ts';
import { createGuard, type Resolve } from '../../../src/respond/guard.ts';
import { createWebhookChannel } from '../../../src/respond/webhook.ts';
import { entryOf } from './support.ts';

const secret = `whsec_${randomBytes(32).toString('base64')}`;

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly body: string;
}

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function receiver(answer: (response: ServerResponse, count: number) => void) {
  const received: Received[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { headers, method, url } = request;
      received.push({ headers, method, path: url, body: Buffer.concat(chunks).toString() });
      answer(response, received.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
  return { received, port: (server.address() as AddressInfo).port };
}

function connect(
  url: string,
  options: { allowPrivate?: boolean; allow?: string[]; resolve?: Resolve; timeoutMs?: number } = {},
) {
  const config = OutboundConfig.parse({
    endpoints: [{ name: 'ops', url, secrets: [{ env: 'HOOK' }], allowPrivate: options.allowPrivate ?? true }],
    allow: options.allow ?? [],
  });
  const [endpoint] = resolveEndpoints(config.endpoints, { HOOK: secret });
  if (endpoint?.kind !== 'webhook') throw new Error('no endpoint');
  const { resolve, timeoutMs } = options;
  const channel = createWebhookChannel(endpoint, {
    guard: createGuard({ allow: config.allow, ...(resolve && { resolve }) }),
    clock: Date.now,
    ...(timeoutMs && { timeoutMs }),
  });
  open.push(channel.close);
  return {
    send: (body = '{}') => channel.send(entryOf('msg_1', { body })),
    rehearse: () => channel.rehearse(entryOf('msg_1')),
  };
}

describe('a webhook', () => {
  it('arrives signed, byte for byte, and a receiver with the standard package accepts it', async () => {
    const { received, port } = await receiver((response) => response.writeHead(204).end());
    const body = '{"type":"alert.raised","data":{"title":"Zoë → \\u0000"}}';
    expect(await connect(`http://127.0.0.1:${port}/hook?x=1`).send(body)).toMatchObject({ status: 204 });
    const [message] = received;
    expect(message).toMatchObject({ method: 'POST', path: '/hook?x=1', body });
    expect(message?.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'webhook-id': 'msg_1',
      'idempotency-key': 'msg_1',
    });
    const verified = new Webhook(secret).verify(
      message?.body ?? '',
      message?.headers as Record<string, string>,
    );
    expect(verified).toEqual(JSON.parse(body));
    expect(() => new Webhook(secret).verify('{}', message?.headers as Record<string, string>)).toThrow();
  });

  it('follows no redirect', async () => {
    const { received: elsewhere, port: other } = await receiver((response) => response.writeHead(200).end());
    const { port } = await receiver((response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${other}/` }).end(),
    );
    expect(await connect(`http://127.0.0.1:${port}/`).send()).toMatchObject({ status: 307 });
    expect(elsewhere).toEqual([]);
  });

  it('hands on what the receiver says of retrying', async () => {
    const { port } = await receiver((response) => response.writeHead(429, { 'retry-after': '17' }).end());
    expect(await connect(`http://127.0.0.1:${port}/`).send()).toEqual({
      kind: 'answered',
      status: 429,
      retryAfter: '17',
    });
  });

  it('takes the status and leaves an endless answer', async () => {
    let written = 0;
    const { port } = await receiver((response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && written < 50_000_000) {
          written += 65_536;
          if (!response.write(Buffer.alloc(65_536))) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    });
    expect(await connect(`http://127.0.0.1:${port}/`).send()).toMatchObject({ status: 200 });
    expect(written).toBeLessThan(50_000_000);
  });

  it('gives up on a receiver that never answers', async () => {
    const { port } = await receiver(() => undefined);
    expect(await connect(`http://127.0.0.1:${port}/`, { timeoutMs: 50 }).send()).toMatchObject({
      kind: 'failed',
      code: 'DELIVERY_FAILED',
      retriable: true,
    });
  });

  it('reports a closed port as something that may heal', async () => {
    const { port } = await receiver(() => undefined);
    for (const close of open.splice(0)) await close();
    expect(await connect(`http://127.0.0.1:${port}/`).send()).toMatchObject({
      message: 'the request failed: ECONNREFUSED',
      retriable: true,
    });
  });

  it('never reaches a private address that was not allowed', async () => {
    const { received, port } = await receiver((response) => response.writeHead(200).end());
    const literal = connect(`https://127.0.0.1:${port}/`, { allowPrivate: false });
    const named = connect(`https://inside.example:${port}/`, {
      allowPrivate: false,
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    });
    for (const { send, rehearse } of [literal, named]) {
      expect(await send()).toMatchObject({ code: 'DESTINATION_FORBIDDEN', retriable: false });
      expect(await rehearse()).toContain('are refused');
    }
    expect(received).toEqual([]);
  });

  it('connects to the address it checked: a name that changes its mind gains nothing', async () => {
    const good = await receiver((response) => response.writeHead(200).end('good'));
    let asked = 0;
    const { send, rehearse } = connect(`http://rebind.example:${good.port}/`, {
      allow: ['rebind.example'],
      // A second look-up, had there been one, would lead to a port nobody listens on.
      resolve: async () => [{ address: ++asked === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }],
    });
    expect(await send()).toMatchObject({ status: 200 });
    expect(asked).toBe(1);
    expect(good.received[0]?.headers.host).toBe(`rebind.example:${good.port}`);

    asked = 0;
    const turned = connect(`http://rebind.example:${good.port}/`, {
      resolve: async () => [{ address: ++asked === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 }],
    });
    expect(await turned.rehearse()).toBeUndefined();
    expect(await turned.send()).toMatchObject({ code: 'DESTINATION_FORBIDDEN' });
    expect(await rehearse()).toBeUndefined();
  });

  it('reads no proxy from the environment', async () => {
    const proxy = await receiver((response) => response.writeHead(200).end());
    const { received, port } = await receiver((response) => response.writeHead(200).end());
    const before = { ...process.env };
    Object.assign(process.env, { HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, NODE_USE_ENV_PROXY: '1' });
    try {
      await connect(`http://127.0.0.1:${port}/`).send();
    } finally {
      process.env = before;
    }
    expect([received.length, proxy.received.length]).toEqual([1, 0]);
  });
});
