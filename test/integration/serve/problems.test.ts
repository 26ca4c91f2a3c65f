import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ChainwardenError } from '../../../src/domain/errors.ts';
import { PAGE_ROWS_MAX } from '../../../src/domain/limits.ts';
import { createHealth } from '../../../src/observe/index.ts';
import { defaultServeConfig } from '../../../src/serve/index.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { nowMs, type Served, serve } from './support.ts';

let served: Served;
let app: FastifyInstance;

beforeAll(async () => {
  served = await serve(createMemoryStore());
  app = served.app;
});
afterAll(() => app.close());

describe('problem details', () => {
  it('have the members of RFC 9457 and a stable code', async () => {
    const answer = await app.inject({ url: '/v1/chains/absent', headers: served.as('analyst') });
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.json()).toEqual({
      type: 'urn:chainwarden:problem:not-found',
      title: 'Not found',
      status: 404,
      detail: 'no chain has this id',
      code: 'NOT_FOUND',
      instance: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/),
    });
  });

  it.each([
    ['an unknown address', 'GET', '/v2/nothing'],
    ['an unknown address below /v1', 'GET', '/v1/nothing'],
    ['a method that a route has not', 'PUT', '/v1/chains'],
  ] as const)('answer %s', async (_, method, url) => {
    const answer = await app.inject({ method, url });
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.json()).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });

  it.each([
    ['a malformed escape', '/v1/chains/%E0%A4%A'],
    ['a parameter that is too long', `/v1/tokens/${'a'.repeat(9_000)}`],
  ])('answer %s', async (_, url) => {
    const answer = await app.inject({ url, headers: served.as('analyst') });
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode).toBeLessThan(500);
  });

  it.each(['{"verb":', '{"__proto__":{"verb":"acknowledge"}}'])('answer the body %s', async (payload) => {
    const headers = { ...served.as('analyst'), 'content-type': 'application/json' };
    const answer = await app.inject({ method: 'POST', url: '/v1/alerts/a/actions', headers, payload });
    expect(answer.json()).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
  });

  it.each([
    new Error('Code: 60. DB::Exception: Unknown table /var/lib/secret'),
    new ChainwardenError('STORE_REFUSED', 'Code: 60. DB::Exception: Unknown table /var/lib/secret'),
    new ChainwardenError('STORE_UNAVAILABLE', 'connect ECONNREFUSED DB::Exception'),
  ])('never repeat what went wrong inside: %s', async (error) => {
    const store = { ...createMemoryStore(), chains: () => Promise.reject(error) };
    const broken = await serve(store);
    const answer = await broken.app.inject({ url: '/v1/chains', headers: broken.as('analyst') });
    expect(answer.statusCode).toBeGreaterThanOrEqual(500);
    expect(answer.json()).toHaveProperty('code');
    expect(answer.body).not.toMatch(/DB::|secret|ECONN|stack|at /);
    await broken.app.close();
  });
});

describe('query parameters', () => {
  const lists = ['chains', 'actions', 'alerts', 'responses', 'dead-letters', 'detectors', 'keys'];
  it.each([
    ...lists.map((list) => `/v1/${list}?unknown=1`),
    '/v1/chains/x?unknown=1',
    '/v1/alerts/x?unknown=1',
    '/v1/tokens/x?unknown=1',
  ])('%s is refused', async (url) => {
    const answer = await app.inject({ url, headers: served.as('admin') });
    expect(answer.json()).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
    expect(answer.json().errors[0].path).toBe('querystring');
  });

  it.each([
    [`limit=${PAGE_ROWS_MAX + 1}`, 'querystring.limit'],
    ['limit=0', 'querystring.limit'],
    ['limit=many', 'querystring.limit'],
    ['from=yesterday', 'querystring.from'],
    ['missing=everything', 'querystring.missing'],
    ['hash=sha256:short', 'querystring.hash'],
    ['iss=a', 'querystring'],
    ['jti=a', 'querystring'],
    ['cursor=', 'querystring.cursor'],
    ['principal=a&principal=b', 'querystring.principal'],
  ])('%s is refused with its path', async (query, path) => {
    const answer = await app.inject({ url: `/v1/chains?${query}`, headers: served.as('analyst') });
    expect(answer.json()).toMatchObject({ status: 400, code: 'REQUEST_INVALID', errors: [{ path }] });
  });
});

describe('limits by key', () => {
  it('answers 429 with Retry-After past the rate of a key, and leaves other keys alone', async () => {
    const config = {
      ...defaultServeConfig,
      loopDelayMsMax: 0,
      rates: { events: 3, reads: 2, steps: 2, failedAuth: 20 },
    };
    const narrow = await serve(createMemoryStore(), { config });
    const read = () => narrow.app.inject({ url: '/v1/chains', headers: narrow.as('analyst') });
    expect([(await read()).statusCode, (await read()).statusCode]).toEqual([200, 200]);
    const third = await read();
    expect(third.json()).toMatchObject({ status: 429, code: 'TOO_MANY_REQUESTS' });
    expect(Number(third.headers['retry-after'])).toBeGreaterThan(0);
    const other = await narrow.app.inject({ url: '/v1/chains', headers: narrow.as('responder') });
    expect(other.statusCode).toBe(200);
    await narrow.app.close();
  });
});

describe('a server under pressure', () => {
  it('refuses work with 503 and still answers probes', async () => {
    // Any delay at all is too much for this one.
    const config = { ...defaultServeConfig, loopDelayMsMax: 0.000_001 };
    const slow = await serve(createMemoryStore(), { config });
    const read = () => slow.app.inject({ url: '/v1/chains', headers: slow.as('analyst') });
    const answer = await vi.waitFor(
      async () => {
        const got = await read();
        expect(got.statusCode).toBe(503);
        return got;
      },
      { timeout: 20_000, interval: 100 },
    );
    expect(answer.json()).toMatchObject({ code: 'OVERLOADED' });
    expect(answer.headers['retry-after']).toBe('1');
    expect((await slow.app.inject('/healthz')).statusCode).toBe(200);
    await slow.app.close();
  });

  it('waits for nobody longer than it says', () => {
    const { headersTimeout, requestTimeout, timeout, keepAliveTimeout } = app.server;
    expect({ headersTimeout, requestTimeout, timeout, keepAliveTimeout }).toEqual({
      headersTimeout: 10_000,
      requestTimeout: 25_000,
      timeout: 30_000,
      keepAliveTimeout: 65_000,
    });
  });
});

describe('operations', () => {
  it('says that the process lives, whatever else is the matter', async () => {
    served.health.set('store', 'failing', 'the store does not answer');
    expect((await app.inject('/healthz')).json()).toEqual({ alive: true });
    served.health.set('store', 'ok');
  });

  it('says which check keeps it from serving', async () => {
    const health = createHealth(() => nowMs);
    health.set('kafka', 'degraded', 'reconnecting');
    const other = await serve(createMemoryStore(), { health });
    expect((await other.app.inject('/readyz')).statusCode).toBe(200);
    health.probe('store', 'the store does not answer', () => Promise.reject(new Error('DB::Exception')));
    const answer = await other.app.inject('/readyz');
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({
      ready: false,
      checks: [
        { name: 'kafka', state: 'degraded', reason: 'reconnecting', since: '2026-11-21T12:00:00.000Z' },
        {
          name: 'store',
          state: 'failing',
          reason: 'the store does not answer',
          since: '2026-11-21T12:00:00.000Z',
        },
      ],
    });
    await other.app.close();
  });

  it('gives metrics in the Prometheus format, by route and never by address', async () => {
    await app.inject({ url: '/v1/chains/chn_of_someone', headers: served.as('analyst') });
    const answer = await app.inject({ url: '/metrics', headers: served.as('publisher') });
    expect(answer.headers['content-type']).toMatch(/^text\/plain/);
    expect(answer.body).toContain('# HELP chainwarden_http_request_duration_seconds');
    expect(answer.body).toContain('route="/v1/chains/:id"');
    expect(answer.body).not.toContain('chn_of_someone');
  });

  it('opens metrics only when told to', async () => {
    const config = { ...defaultServeConfig, loopDelayMsMax: 0, openMetrics: true };
    const open = await serve(createMemoryStore(), { config });
    expect((await open.app.inject('/metrics')).statusCode).toBe(200);
    expect((await open.app.inject('/v1/chains')).statusCode).toBe(401);
    await open.app.close();
  });

  it('sends headers that keep a browser from making anything of an answer', async () => {
    const { headers } = await app.inject('/');
    expect(headers['content-security-policy']).toBe("default-src 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
  });
});
