import { once } from 'node:events';
import { connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BODY_BYTES_MAX } from '../../../src/domain/limits.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { cloudEvent, type Served, serve } from './support.ts';

let served: Served;
let app: FastifyInstance;
let port = 0;

beforeAll(async () => {
  served = await serve(createMemoryStore());
  app = served.app;
  port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
});
afterAll(() => app.close());

/** Sends bytes as they are and reads until the server closes. */
async function raw(text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => void chunks.push(chunk));
  socket.end(text);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

describe('over a real socket', () => {
  it('takes an event from a foreign client', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/events`, {
      method: 'POST',
      headers: { ...served.as('publisher'), 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify(cloudEvent('over-the-wire')),
    });
    expect(answer.status).toBe(202);
    expect(served.logged.map((event) => event.id)).toEqual(['over-the-wire']);
  });

  it('refuses a body that says it is too large before it is sent', async () => {
    const head = [
      'POST /v1/events HTTP/1.1',
      'host: localhost',
      `authorization: ${served.as('publisher').authorization}`,
      'content-type: application/x-ndjson',
      `content-length: ${BODY_BYTES_MAX + 1}`,
      'connection: close',
    ];
    expect(await raw(`${head.join('\r\n')}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 413 [\s\S]*"code":"EVENT_TOO_LARGE"/,
    );
  });

  it.each([
    ['what is not HTTP', 'hello\r\n\r\n', 400],
    ['headers without end', `GET / HTTP/1.1\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
  ])('answers %s with problem details too', async (_, text, status) => {
    const answer = await raw(text);
    expect(answer.startsWith(`HTTP/1.1 ${status} `)).toBe(true);
    expect(answer).toContain('content-type: application/problem+json');
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status, code: 'REQUEST_INVALID' });
  });
});
