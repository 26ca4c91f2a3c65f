import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ChainwardenError } from '../../../src/domain/errors.ts';
import { INTAKE_WAIT_MS_MAX, STOP_GRACE_MS } from '../../../src/domain/limits.ts';
import type { EventSink } from '../../../src/domain/ports.ts';
import { createKeyring } from '../../../src/serve/auth/keyring.ts';
import { createApiKey } from '../../../src/serve/index.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { until } from '../../support/until.ts';
import { cloudEvent, serve } from '../serve/support.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** A log that never gets anything written: only whoever waits can end the wait. */
function stuckSink(): EventSink & { readonly waiting: number } {
  let waiting = 0;
  return {
    append(_events, _letters, signal) {
      waiting += 1;
      return new Promise((_resolve, reject) =>
        signal?.addEventListener('abort', () => {
          waiting -= 1;
          reject(signal.reason);
        }),
      );
    },
    get waiting() {
      return waiting;
    },
  };
}

async function publishInto(sink: EventSink) {
  const served = await serve(createMemoryStore(), { sink });
  const headers = { ...served.as('publisher'), 'content-type': 'application/json' };
  const payload = JSON.stringify(cloudEvent('a'));
  const send = () => served.app.inject({ method: 'POST', url: '/v1/events', headers, payload });
  const turnedAway = async () => {
    const page = await served.metrics.render();
    return [...page.matchAll(/turned_away_total\{reason="(\w+)"\} (\d+)/g)].map(([, reason, n]) => [
      reason,
      n,
    ]);
  };
  return { ...served, headers, payload, send, turnedAway };
}

describe('a publisher whose events do not get durable', () => {
  it('is asked to come again before it gives up by itself', async () => {
    const sink = stuckSink();
    const { app, send, turnedAway } = await publishInto(sink);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const answer = send();
    await vi.waitUntil(() => sink.waiting === 1);
    await vi.advanceTimersByTimeAsync(INTAKE_WAIT_MS_MAX);
    expect((await answer).statusCode).toBe(503);
    expect((await answer).headers['retry-after']).toBe('5');
    expect((await answer).json()).toMatchObject({ code: 'OVERLOADED' });
    expect(sink.waiting).toBe(0);
    expect(await turnedAway()).toEqual([['waited', '1']]);
    vi.useRealTimers();
    await app.close();
  });

  it('is told soon that the service ends', async () => {
    const sink = stuckSink();
    const { app, send, turnedAway } = await publishInto(sink);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const answer = send();
    await vi.waitUntil(() => sink.waiting === 1);
    const closing = app.close();
    await vi.advanceTimersByTimeAsync(STOP_GRACE_MS + 100);
    expect((await answer).statusCode).toBe(503);
    await closing;
    expect(await turnedAway()).toEqual([['closing', '1']]);
  });

  it('takes its events along when it leaves', async () => {
    const sink = stuckSink();
    const { app, headers, payload, turnedAway } = await publishInto(sink);
    const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    const lines = Object.entries({ ...headers, host: 'x', 'content-length': String(payload.length) });
    socket.write(
      `POST /v1/events HTTP/1.1\r\n${lines.map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n${payload}`,
    );
    await until('it waits', () => sink.waiting === 1);
    socket.destroy();
    await until('nobody waits', () => sink.waiting === 0);
    await until('it is counted', async () => (await turnedAway()).length > 0);
    expect(await turnedAway()).toEqual([['client_gone', '1']]);
    await app.close();
  });

  it.each(['queue_events', 'queue_bytes'])('is counted under the reason: %s', async (reason) => {
    const full = new ChainwardenError('OVERLOADED', 'full', { detail: { reason } });
    const { app, send, turnedAway } = await publishInto({ append: () => Promise.reject(full) });
    const answer = await send();
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
    expect(await turnedAway()).toEqual([[reason, '1']]);
    await app.close();
  });
});

describe('keys, while the store is silent', () => {
  it('go on working, and cost a second once', async () => {
    const store = createMemoryStore();
    const { key, text } = createApiKey({
      name: 'k',
      role: 'admin',
      tenant: 'acme',
      issuers: '*',
      nowMs: 0,
    });
    await store.writeApiKey(key);
    let nowMs = 0;
    let isSilent = false;
    const apiKeys = async () => (isSilent ? new Promise<never>(() => undefined) : store.apiKeys());
    const keyring = createKeyring({ ...store, apiKeys }, () => nowMs);
    const known = async () => (await keyring.authenticate(`Bearer ${text}`)) !== undefined;
    expect(await known()).toBe(true);
    isSilent = true;
    nowMs = 60_000;
    const startedMs = performance.now();
    for (let request = 0; request < 50; request += 1) expect(await known()).toBe(true);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });
});
