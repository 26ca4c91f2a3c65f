import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ChainwardenError } from '../../../src/domain/errors.ts';
import { BODY_BYTES_MAX, EVENTS_PER_REQUEST_MAX } from '../../../src/domain/limits.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { cloudEvent, type Served, serve } from './support.ts';

let served: Served;
let app: FastifyInstance;

beforeAll(async () => {
  served = await serve(createMemoryStore());
  app = served.app;
});
afterAll(() => app.close());
beforeEach(() => {
  served.logged.length = 0;
  served.letters.length = 0;
});

function send(type: string, payload: string | Buffer, url = '/v1/events', headers = {}) {
  const all = { ...served.as('publisher'), 'content-type': type, ...headers };
  return app.inject({ method: 'POST', url, headers: all, payload });
}
const text = (...ids: string[]) => ids.map((id) => JSON.stringify(cloudEvent(id)));
const loggedIds = () => served.logged.map((event) => event.id);

describe('the ways events come in', () => {
  it.each([
    ['one structured event', 'application/cloudevents+json', text('a')[0] ?? '', ['a']],
    ['one event as plain JSON', 'application/json', text('a')[0] ?? '', ['a']],
    ['a batch', 'application/cloudevents-batch+json', `[${text('a', 'b')}]`, ['a', 'b']],
    ['a plain JSON array', 'application/json; charset=utf-8', ` [${text('a', 'b')}]`, ['a', 'b']],
    ['lines', 'application/x-ndjson', `${text('a', 'b').join('\n')}\n\n`, ['a', 'b']],
    ['lines of another system', 'application/x-ndjson', text('a', 'b').join('\r\n'), ['a', 'b']],
  ])('%s', async (_, type, payload, ids) => {
    const answer = await send(type, payload);
    expect(answer.json()).toEqual({ accepted: ids.length, refused: [] });
    expect(answer.statusCode).toBe(202);
    expect(loggedIds()).toEqual(ids);
  });

  it('binary mode', async () => {
    const { data, ...attributes } = cloudEvent('a');
    const headers = Object.fromEntries(
      Object.entries(attributes)
        .filter(([name]) => name !== 'datacontenttype')
        .map(([name, value]) => [`ce-${name}`, encodeURIComponent(String(value))]),
    );
    const answer = await send('application/json', JSON.stringify(data), '/v1/events', headers);
    expect(answer.json()).toEqual({ accepted: 1, refused: [] });
    expect(served.logged[0]).toMatchObject({
      id: 'a',
      tenant: 'acme',
      origin: { publisher: 'acme publisher' },
    });
  });
});

describe('a bad event', () => {
  it('costs none of its neighbours, and becomes a dead letter at its place', async () => {
    const lines = [text('a')[0], 'no json', text('b')[0]].join('\n');
    const answer = await send('application/x-ndjson', lines);
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toMatchObject({ accepted: 2, refused: [{ index: 1, code: 'EVENT_NOT_JSON' }] });
    expect(loggedIds()).toEqual(['a', 'b']);
    expect(served.letters).toMatchObject([
      { tenant: 'acme', code: 'EVENT_NOT_JSON', position: { source: 'http', partition: 0, offset: 1 } },
    ]);
  });

  it('with broken UTF-8 spoils only its own line', async () => {
    const payload = Buffer.concat([
      Buffer.from([0x22, 0xc3, 0x28, 0x22, 0x0a]),
      Buffer.from(text('a')[0] ?? ''),
    ]);
    const answer = await send('application/x-ndjson', payload);
    expect(answer.json()).toMatchObject({ accepted: 1, refused: [{ index: 0, code: 'EVENT_NOT_JSON' }] });
  });

  it('alone is a problem with the same list, and is kept as a dead letter', async () => {
    const payload = JSON.stringify(cloudEvent('a', { scope: 'mail.read' }));
    const answer = await send('application/cloudevents+json', payload);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.json()).toMatchObject({
      status: 422,
      code: 'EVENT_INVALID',
      refused: [{ index: 0, code: 'EVENT_INVALID', path: 'data.scope' }],
    });
    expect(served.letters).toHaveLength(1);
  });

  it.each([
    ['a batch that is not JSON', 'application/cloudevents-batch+json', '[{"specversion"', 'EVENT_NOT_JSON'],
    ['text inside a batch', 'application/json', JSON.stringify([text('a')[0]]), 'EVENT_INVALID'],
    ["another issuer's event", 'application/json', foreign(), 'EVENT_ISSUER_FORBIDDEN'],
    ["another tenant's event", 'application/json', rivals(), 'EVENT_TENANT_FORBIDDEN'],
    ['a raw token', 'application/json', leaking(), 'EVENT_RAW_TOKEN'],
  ])('%s is refused', async (_, type, payload, code) => {
    const answer = await send(type, payload);
    expect(answer.json()).toMatchObject({ status: 422, code, refused: [{ index: 0, code }] });
    expect(loggedIds()).toEqual([]);
  });

  it('never has its value repeated', async () => {
    const answer = await send('application/json', leaking());
    expect(answer.body + JSON.stringify(served.letters)).not.toContain('eyJhbGciOiJIUzI1NiJ9');
  });
});

function foreign(): string {
  return JSON.stringify(cloudEvent('a', { token: { iss: 'https://other.example', jti: 'x' } }));
}
function rivals(): string {
  return JSON.stringify(cloudEvent('a', { tenant: 'rival' }));
}
function leaking(): string {
  const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlLW9mLXRlc3Q';
  return JSON.stringify(cloudEvent('a', { token: { iss: 'https://idp.example', jti: jwt } }));
}

describe('limits', () => {
  it('refuses a body above the bound before reading it', async () => {
    const answer = await send('application/x-ndjson', Buffer.alloc(BODY_BYTES_MAX + 1, 0x20));
    expect(answer.json()).toMatchObject({ status: 413, code: 'EVENT_TOO_LARGE' });
  });

  it('refuses more events than one request may bring, and stores none', async () => {
    const answer = await send('application/x-ndjson', '{}\n'.repeat(EVENTS_PER_REQUEST_MAX + 1));
    expect(answer.json()).toMatchObject({ status: 413, code: 'EVENT_TOO_LARGE' });
    expect(served.letters).toEqual([]);
  });

  it('admits as many as it may bring', async () => {
    const answer = await send('application/x-ndjson', '{}\n'.repeat(EVENTS_PER_REQUEST_MAX));
    expect(answer.json().refused).toHaveLength(EVENTS_PER_REQUEST_MAX);
  });

  it.each([
    ['nothing', 'application/json', ''],
    ['an empty batch', 'application/json', '[]'],
    ['blank lines', 'application/x-ndjson', '\n \r\n'],
  ])('refuses %s', async (_, type, payload) => {
    expect((await send(type, payload)).json()).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
  });

  it('refuses other content types and compressed bodies', async () => {
    expect((await send('text/plain', 'a')).json()).toMatchObject({ status: 415, code: 'REQUEST_INVALID' });
    const packed = await send('application/json', '{}', '/v1/events', { 'content-encoding': 'gzip' });
    expect(packed.json()).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
  });
});

describe('durability', () => {
  it('answers only after the log has the events', async () => {
    let release: () => void = () => undefined;
    const durable = new Promise<void>((resolve) => {
      release = resolve;
    });
    let reached: () => void = () => undefined;
    const appending = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const slow = await serve(createMemoryStore(), {
      sink: {
        append: async () => {
          reached();
          await durable;
        },
      },
    });
    let answered = false;
    const headers = { ...slow.as('publisher'), 'content-type': 'application/json' };
    const request = slow.app
      .inject({ method: 'POST', url: '/v1/events', headers, payload: text('a')[0] ?? '' })
      .then((answer) => {
        answered = true;
        return answer;
      });
    await appending;
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    release();
    expect((await request).statusCode).toBe(202);
    await slow.app.close();
  });

  it.each([
    ['a full queue', 'OVERLOADED', 503],
    ['a store that is away', 'STORE_UNAVAILABLE', 503],
    ['a failure of our own', 'STORE_REFUSED', 500],
  ] as const)('%s is a problem, not an acceptance', async (_, code, status) => {
    const inner = 'Code: 241. DB::Exception: memory limit';
    const broken = await serve(createMemoryStore(), {
      sink: { append: () => Promise.reject(new ChainwardenError(code, inner, { cause: new Error(inner) })) },
    });
    const headers = { ...broken.as('publisher'), 'content-type': 'application/json' };
    const payload = text('a')[0] ?? '';
    const answer = await broken.app.inject({ method: 'POST', url: '/v1/events', headers, payload });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['retry-after']).toBe(status === 503 ? '1' : undefined);
    expect(answer.json().code).toBe(status === 503 ? code : 'INTERNAL');
    if (code !== 'OVERLOADED') expect(answer.body).not.toContain('DB::Exception');
    expect(await broken.metrics.render()).not.toContain('intake_events_accepted_total{');
    await broken.app.close();
  });
});

it('validates without storing or counting', async () => {
  const before = await served.metrics.render();
  const intake = (page: string) => page.split('\n').filter((line) => line.includes('_intake_'));
  const answer = await send('application/x-ndjson', [text('a')[0], '{}'].join('\n'), '/v1/events/validate');
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toMatchObject({ accepted: 1, refused: [{ index: 1 }] });
  expect([loggedIds(), served.letters]).toEqual([[], []]);
  expect(intake(await served.metrics.render())).toEqual(intake(before));
});

it('counts what it took and what it refused', async () => {
  const fresh = await serve(createMemoryStore());
  const headers = { ...fresh.as('publisher'), 'content-type': 'application/x-ndjson' };
  const payload = [text('a')[0], 'no json'].join('\n');
  await fresh.app.inject({ method: 'POST', url: '/v1/events', headers, payload });
  const page = await fresh.metrics.render();
  expect(page).toContain('chainwarden_intake_events_accepted_total{source="http"} 1');
  expect(page).toContain('chainwarden_intake_events_refused_total{source="http",code="EVENT_NOT_JSON"} 1');
  await fresh.app.close();
});
