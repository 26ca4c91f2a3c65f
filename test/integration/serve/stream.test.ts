import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { News } from '../../../src/domain/news.ts';
import { createNews, createSessions, defaultServeConfig } from '../../../src/serve/index.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { until } from '../../support/until.ts';
import { type Served, serve } from './support.ts';

let served: Served;
let news: ReturnType<typeof createNews>;
let sessions: ReturnType<typeof createSessions>;
let port: number;

beforeEach(async () => {
  news = createNews();
  sessions = createSessions(() => 0);
  const config = { ...defaultServeConfig, loopDelayMsMax: 0, streamBeatMs: 20 };
  served = await serve(createMemoryStore(), { news, sessions, config });
  await served.app.listen({ host: '127.0.0.1', port: 0 });
  port = (served.app.server.address() as AddressInfo).port;
});

afterEach(() => served.app.close());

interface Heard {
  readonly response: IncomingMessage;
  text: string;
  ended: boolean;
}

/** A real client over a real socket, which reads for as long as it is not told to stop. */
function listen(headers: Readonly<Record<string, string>>): Promise<Heard> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/v1/stream', headers }, (response) => {
      const heard: Heard = { response, text: '', ended: false };
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        heard.text += chunk;
      });
      response.on('close', () => {
        heard.ended = true;
      });
      resolve(heard);
    }).on('error', reject);
  });
}

const alert = (id: string, tenant = 'acme'): News => ({ topic: 'alerts', tenant, id, severity: 'high' });
const idsIn = ({ text }: Heard) => [...text.matchAll(/^id: (.+)$/gm)].map(([, id]) => id ?? '');

it('tells what changed in the tenant of the key, small and named, with signs of life between', async () => {
  const heard = await listen(served.as('analyst'));
  expect(heard.response.statusCode).toBe(200);
  expect(heard.response.headers['content-type']).toBe('text/event-stream');
  await until('the stream is open', () => heard.text.includes('retry'));
  news.tell([
    alert('alr_1'),
    alert('alr_2', 'rival'),
    { topic: 'policy', tenant: undefined, state: 'loaded' },
  ]);
  await until('it is told', () => heard.text.includes('loaded'));
  expect(heard.text).toContain('event: news\ndata: {"topic":"alerts","id":"alr_1","severity":"high"}\n\n');
  expect(heard.text).not.toContain('alr_2');
  await until('it is told', () => heard.text.includes(': still here'));
});

it('brings what was missed, or says that it does not know', async () => {
  const before = await listen(served.as('analyst'));
  await until('the stream is open', () => before.text.includes('retry'));
  news.tell([alert('alr_1'), alert('alr_2')]);
  await until('it is told', () => idsIn(before).length === 2);
  const again = await listen({ ...served.as('analyst'), 'last-event-id': idsIn(before)[0] ?? '' });
  await until('it is told', () => again.text.includes('alr_2'));
  expect(again.text).not.toMatch(/alr_1|reset/);
  const lost = await listen({ ...served.as('analyst'), 'last-event-id': 'of-another-process.7' });
  await until('it is told', () => lost.text.includes('event: reset'));
});

it('is for those who may read', async () => {
  expect((await listen({})).response.statusCode).toBe(401);
  expect((await listen(served.as('publisher'))).response.statusCode).toBe(403);
});

it('ends when the session does, and tells nothing more', async () => {
  const key = { id: 'k', hash: '', name: 'ada', role: 'analyst', tenant: 'acme' } as const;
  const secret = sessions.open({ ...key, issuers: [], createdMs: 0, disabled: false });
  const heard = await listen({ authorization: `Session ${secret}` });
  await until('the stream is open', () => heard.text.includes('retry'));
  sessions.close(secret);
  news.tell([alert('alr_1')]);
  await until('the stream ends', () => heard.ended);
  expect(heard.text).toContain('event: closed\ndata: {"reason":"signed out"}');
  expect(heard.text).not.toContain('alr_1');
});

it('drops a client that does not read, and goes on for the others', async () => {
  const slow = await listen(served.as('analyst'));
  const quick = await listen(served.as('responder'));
  await until('both are open', () => slow.text.includes('retry') && quick.text.includes('retry'));
  slow.response.pause();
  // More than the sockets' own buffers swallow, and no faster than a client reads.
  for (let round = 0; round < 1_000; round += 1) {
    news.tell(Array.from({ length: 50 }, (_, n) => alert(`alr_${round}_${n}_${'x'.repeat(400)}`)));
    while (!quick.text.includes(`alr_${round}_49_`)) await setImmediate();
    quick.text = '';
  }
  slow.response.resume();
  await until('the slow client is let go', () => slow.ended);
  expect(slow.text).toContain('"reason":"too slow"');
  expect(quick.ended).toBe(false);
});

it('lets the server close', async () => {
  const heard = await listen(served.as('analyst'));
  await until('the stream is open', () => heard.text.includes('retry'));
  await served.app.close();
  await until('the stream ends', () => heard.ended);
  expect(heard.text).toContain('"reason":"the service is stopping"');
});
