import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationsStore } from '../../../src/domain/operations.ts';
import { defaultPolicy } from '../../../src/domain/policy.ts';
import type { Vitals } from '../../../src/domain/vitals.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { nowMs, type Served, serve } from './support.ts';

const MINUTE_MS = 60_000;

const producer = {
  publisher: 'acme publisher',
  source: 'https://idp.example',
  events: 100,
  lastEventMs: nowMs - MINUTE_MS,
  lastHeardMs: nowMs - MINUTE_MS,
  medianDelayMs: 1_500,
  minutes: 60,
  longestGapMs: 2 * MINUTE_MS,
  gapFromMs: nowMs - 40 * MINUTE_MS,
};

const operations: OperationsStore = {
  alertCounts: async ({ tenant }) =>
    tenant === 'acme'
      ? {
          counts: [
            { detector: 'scope-creep', kind: 'alert', state: 'closed', count: 4, falseCount: 3 },
            { detector: 'scope-creep', kind: 'signal', state: 'open', count: 2, falseCount: 0 },
          ],
          reasons: [{ detector: 'scope-creep', reason: 'benign', count: 3 }],
        }
      : { counts: [], reasons: [] },
  producers: async ({ tenant }) =>
    tenant === 'acme'
      ? [
          producer,
          { ...producer, source: 'gone', lastHeardMs: nowMs - 6 * MINUTE_MS },
          { ...producer, source: 'slow', longestGapMs: 4 * MINUTE_MS, lastHeardMs: nowMs - 6 * MINUTE_MS },
          { ...producer, source: 'late', medianDelayMs: 11 * MINUTE_MS },
          { ...producer, source: 'ahead', medianDelayMs: -2 * MINUTE_MS },
          { ...producer, source: 'rare', minutes: 3, lastHeardMs: nowMs - 600 * MINUTE_MS },
        ]
      : [],
  refusals: async ({ tenant }) =>
    tenant === 'acme'
      ? [{ code: 'EVENT_INVALID', publisher: 'acme publisher', count: 2, lastMs: nowMs, example: undefined }]
      : [],
  policyHistory: async (limit) =>
    [2, 1].slice(0, limit).map((version) => ({
      kind: 'policy',
      seq: version,
      policy: { ...defaultPolicy, name: `policy ${version}` },
    })),
};

const vitals: Vitals = {
  time: {
    watermarkMs: nowMs - 90_000,
    holder: { partition: 'http/acme publisher', why: 'live' },
    sources: { live: 1 },
  },
  log: { queuedEvents: 3, queuedChars: 900, stuckSinceMs: nowMs - 4_000, pausedSinceMs: undefined },
  detection: {
    ...{ backlogRecords: 1, backlogChars: 10, stuckMs: 0, liveChains: 5, liveTokens: 9 },
    ...{ parkedChains: 0, evictedChains: 0, uncorrelated: 2 },
  },
  kafka: {
    ...{ state: 'running', restarts: 0, rebalances: 1 },
    partitions: [{ topic: 'delegation.tokens', partition: 0, lag: 7 }],
  },
  detectors: [{ detector: 'scope-creep', evaluations: 10, ms: 20, faults: 1 }],
};

let served: Served;
beforeAll(async () => {
  served = await serve(createMemoryStore(), { operations, vitals: async () => vitals });
});
afterAll(() => served.app.close());

async function get(path: string, tenant: 'acme' | 'rival' = 'acme') {
  const answer = await served.app.inject({ url: path, headers: served.as('analyst', tenant) });
  return { status: answer.statusCode, body: answer.json() };
}

describe('GET /v1/detectors/noise', () => {
  it('tells of every detector what it said and what people made of it', async () => {
    const { body } = await get('/v1/detectors/noise?days=3');
    expect(body.items).toEqual([
      {
        detector: 'scope-creep',
        alerts: { closed: 4 },
        signals: { open: 2 },
        closed: 4,
        closedAsFalse: 3,
        reasons: [{ reason: 'benign', count: 3 }],
      },
    ]);
    expect((await get('/v1/detectors/noise', 'rival')).body.items[0]).toMatchObject({
      alerts: {},
      closed: 0,
    });
    expect((await get('/v1/detectors/noise?days=400')).status).toBe(400);
  });
});

describe('GET /v1/requirements', () => {
  it('says what is asked for and which detectors answer it', async () => {
    const { body } = await get('/v1/requirements');
    expect(body.items).toEqual([
      { id: 'V05', asks: 'a hop keeps within the scope of its parent', detectors: ['scope-creep'] },
    ]);
  });
});

describe('GET /v1/health', () => {
  it('tells how the process is doing', async () => {
    const { body } = await get('/v1/health');
    expect(body).toMatchObject({
      version: '0.0.0-test',
      ready: true,
      time: { lagSeconds: 90, holder: { source: 'http/acme publisher', why: 'live' }, sources: { live: 1 } },
      log: { queuedEvents: 3, storeStuckSeconds: 4, pausedSeconds: 0 },
      detection: { backlogRecords: 1, storeStuckSeconds: 0, uncorrelated: 2 },
      kafka: { state: 'running', partitions: [{ topic: 'delegation.tokens', partition: 0, lag: 7 }] },
      detectors: [{ detector: 'scope-creep', evaluations: 10, seconds: 0.02, faults: 1 }],
    });
  });

  it('names no publisher of another tenant', async () => {
    const { body } = await get('/v1/health', 'rival');
    expect(body.time.holder).toEqual({ why: 'live' });
    expect(JSON.stringify(body)).not.toContain('acme');
  });

  it('is not for publishers', async () => {
    for (const url of ['/v1/health', '/v1/intake', '/v1/detectors/noise', '/v1/policy/history'])
      expect((await served.app.inject({ url, headers: served.as('publisher') })).statusCode).toBe(403);
  });
});

describe('GET /v1/intake', () => {
  it('says who is well, silent, late, ahead or too rare to tell, and which keys were never heard', async () => {
    const { body } = await get('/v1/intake?hours=2');
    const states = body.producers.map(({ source, state }: { source?: string; state: string }) => [
      source,
      state,
    ]);
    expect(states).toEqual([
      ['https://idp.example', 'well'],
      ['gone', 'silent'],
      ['slow', 'well'],
      ['late', 'late'],
      ['ahead', 'ahead'],
      ['rare', 'rare'],
    ]);
    expect(body.refusals).toMatchObject([{ code: 'EVENT_INVALID', count: 2 }]);
  });

  it("has nothing of another tenant's but that its own key was never heard", async () => {
    const { body } = await get('/v1/intake', 'rival');
    expect(body.producers).toEqual([{ publisher: 'rival publisher', state: 'never', events: 0 }]);
    expect(body.refusals).toEqual([]);
  });
});

describe('GET /v1/policy/history', () => {
  it('shows whole policies, latest first', async () => {
    const { body } = await get('/v1/policy/history');
    expect(body.items.map(({ name }: { name: string }) => name)).toEqual(['policy 2', 'policy 1']);
    expect(body.items[0].policy).toMatchObject({ clocks: defaultPolicy.clocks });
  });
});
