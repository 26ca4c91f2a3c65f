import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { SimulatedEvent } from '../../src/evaluate/index.ts';
import { openStore } from '../../src/store/index.ts';
import { openFront } from '../integration/store/front.ts';
import { apiOf } from '../support/api.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { type RunningService, startService, temporaryFolder } from '../support/service.ts';
import { until } from '../support/until.ts';
import { type Road, startRoad, type Weather } from '../support/weather.ts';
import { letTimePass, patient, standingAs } from './truth.ts';
import { detectedIn, essenceOfAlerts, essenceOfChains, identities, worldOfNow } from './world.ts';

/** 33 kB of attributes that nobody reads: what a full queue holds then is bounded by its text, not its number. */
const padding = Object.fromEntries(
  Array.from({ length: 32 }, (_, i) => [
    `pad${String.fromCharCode(97 + (i % 26))}${Math.floor(i / 26)}`,
    'x'.repeat(1_000),
  ]),
);
const BATCH_EVENTS = 28;
/** Asked for nothing while nobody has let a detector act alone; what could be done is planned and proposed. */
const idp = { name: 'idp', kind: 'webhook', confirms: 'none' };

let front: Awaited<ReturnType<typeof openFront>>;
let road: Road;
beforeAll(async () => {
  front = await openFront(join(temporaryFolder(), 'engine'));
  road = await startRoad(front.url);
});
afterAll(() => front.close());

interface Sent {
  readonly answers: Map<string, number>;
}

/** Publishes like anybody who wants nothing lost: what is not acknowledged is sent again, when told to wait after it. */
async function insist(
  service: RunningService,
  key: string,
  events: readonly object[],
  sent: Sent,
): Promise<void> {
  for (;;) {
    const response = await fetch(`${service.address}/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' },
      body: events.map((event) => `${JSON.stringify(event)}\n`).join(''),
    }).catch(() => undefined);
    const { code = '' } = response === undefined ? {} : ((await response.json()) as { code?: string });
    const answer = response === undefined ? 'broken off' : `${response.status} ${code}`.trim();
    sent.answers.set(answer, (sent.answers.get(answer) ?? 0) + 1);
    if (response?.status === 202) return;
    await delay(Number(response?.headers.get('retry-after') ?? 1) * 1_000);
  }
}

function startOn(folder: string, database: string, receiver: Receiver) {
  const file = join(folder, 'config.yaml');
  const endpoints = [{ name: 'soc', url: receiver.url, secrets: [{ env: 'SOC_SECRET' }], events: ['*'] }];
  const outbound = {
    allow: ['127.0.0.1'],
    endpoints,
    connectors: [{ ...idp, url: receiver.url, secrets: [{ env: 'SOC_SECRET' }] }],
    response: { mode: 'auto', dryRun: false },
  };
  writeFileSync(file, stringify({ logLevel: 'error', policy: patient, outbound }));
  return startService(join(folder, 'data'), {
    args: ['--config', file],
    env: {
      CLICKHOUSE_URL: road.url,
      CLICKHOUSE_DATABASE: database,
      SOC_SECRET: receiver.secret,
      NODE_OPTIONS: '--max-old-space-size=512',
    },
  });
}

async function storedIn(database: string): Promise<number> {
  const store = await openStore({ url: front.url, database });
  try {
    return (await store.counts('default')).events;
  } finally {
    await store.close();
  }
}

async function readiness({ address }: RunningService): Promise<{ status: number; said: string }> {
  const response = await fetch(`${address}/readyz`);
  const { checks } = (await response.json()) as { checks: { name: string; state: string; reason: string }[] };
  const ill = checks.filter(({ state }) => state !== 'ok');
  return { status: response.status, said: ill.map(({ name, reason }) => `${name}: ${reason}`).join('\n') };
}

function metric(page: string, name: string): number {
  return Number(
    new RegExp(`^chainwarden_${name.replace(/[{}]/g, '\\$&')} (\\S+)$`, 'm').exec(page)?.[1] ?? 0,
  );
}

describe('the service, while its store', () => {
  const cases: readonly (readonly [string, Weather, string])[] = [
    ['refuses connections', 'down', 'outage_down'],
    ['says nothing', 'silent', 'outage_silent'],
    ['is slow', 400, 'outage_slow'],
  ];
  it.each(cases)(
    '%s, holds publishers up, loses nothing and needs no restart',
    { timeout: 150_000 },
    async (_, weather, database) => {
      const receiver = await startReceiver();
      road.weather('clear');
      const folder = temporaryFolder();
      const service = await startOn(folder, database, receiver);
      const key = service.adminKey ?? '';
      const api = apiOf(service.address, key);
      const world = worldOfNow(31, 110);
      const isAway = typeof weather !== 'number';
      const batches: SimulatedEvent[][] = [];
      for (let at = 0; at < world.length; at += BATCH_EVENTS) {
        batches.push(
          world.slice(at, at + BATCH_EVENTS).map((event) => ({ ...event, ...(isAway && padding) })),
        );
      }
      const sent: Sent = { answers: new Map() };
      await Promise.all(batches.slice(0, 5).map((batch) => insist(service, key, batch, sent)));

      road.weather(weather);
      const publishing = Promise.all(batches.slice(5).map((batch) => insist(service, key, batch, sent)));
      if (isAway) {
        const turnedAway = async (reason: string) =>
          metric(await api.metrics(), `intake_requests_turned_away_total{reason="${reason}"}`);
        await until('the queue is full', async () => (await turnedAway('queue_bytes')) > 0);
        await until('publishers are asked to come again', async () => (await turnedAway('waited')) > 0);
        const page = await api.metrics();
        expect(metric(page, 'log_store_stuck_seconds')).toBeGreaterThan(5);
        expect(metric(page, 'log_queue_characters')).toBeLessThan(42_000_000);
        const { status, said } = await readiness(service);
        expect(status).toBe(503);
        expect(said).toContain('store: the store does not answer');
        expect(said).toContain('intake: the store does not take events, which wait in memory');
        expect([...sent.answers.keys()].sort()).toEqual(['202', '503 OVERLOADED']);
        road.weather('clear');
      }
      await publishing;
      road.weather('clear');

      const expected = await detectedIn(world, patient);
      const chains = () => api.chains().then(essenceOfChains);
      const wanted = essenceOfChains(expected.chains.values());
      await until('everything is correlated', async () => isDeepStrictEqual(await chains(), wanted), 60_000);
      await until('all is well again', async () => (await readiness(service)).said === '');
      const page = await api.metrics();
      for (const name of ['log_store_stuck_seconds', 'detection_store_stuck_seconds', 'log_queue_events']) {
        expect([name, metric(page, name)]).toEqual([name, 0]);
      }
      expect((await service.end()).code).toBe(0);

      await letTimePass({ url: front.url, database });
      const settling = await startOn(folder, database, receiver);
      const settled = apiOf(settling.address, key);
      const standing = await standingAs(settled, expected.alerts);
      expect(essenceOfAlerts(standing)).toEqual(essenceOfAlerts(expected.alerts));
      expect(essenceOfChains(await settled.chains())).toEqual(wanted);
      const pages = expected.alerts.filter(({ kind }) => kind === 'alert').map(({ id }) => id);
      const told = () => new Set(receiver.messages.map(({ data: { alertId } }) => alertId));
      await until('everybody is told', () => pages.every((id) => told().has(id)));
      expect((await settling.end()).code).toBe(0);
      expect(await storedIn(database)).toBe(identities(world).size);
    },
  );

  it.each([
    ['refuses connections', 'down', 'ending_down'],
    ['says nothing', 'silent', 'ending_silent'],
  ] as const)(
    '%s, ends when told to, and owns up to what it did not keep',
    { timeout: 90_000 },
    async (_, weather, database) => {
      const receiver = await startReceiver();
      road.weather('clear');
      const folder = temporaryFolder();
      const first = await startOn(folder, database, receiver);
      const key = first.adminKey ?? '';
      const world = worldOfNow(32, 20);
      const half = Math.floor(world.length / 2);
      expect(await apiOf(first.address, key).publish(world.slice(0, half))).toBe(202);
      road.weather(weather);
      const waiting = apiOf(first.address, key).publish(world.slice(half));
      await delay(3_000);
      const startedMs = Date.now();
      const ended = await first.end();
      const tookMs = Date.now() - startedMs;
      expect(ended.code).toBe(0);
      // Well before a supervisor's patience ends, and the program's own at 20 s.
      expect(tookMs).toBeLessThan(19_000);
      expect(await waiting).toBe(503);

      road.weather('clear');
      const second = await startOn(folder, database, receiver);
      expect(await apiOf(second.address, key).publish(world.slice(half))).toBe(202);
      expect((await second.end()).code).toBe(0);
      await letTimePass({ url: front.url, database });
      const third = await startOn(folder, database, receiver);
      const api = apiOf(third.address, key);
      const expected = await detectedIn(world, patient);
      const standing = await standingAs(api, expected.alerts);
      expect(essenceOfAlerts(standing)).toEqual(essenceOfAlerts(expected.alerts));
      expect(essenceOfChains(await api.chains())).toEqual(essenceOfChains(expected.chains.values()));
      expect((await third.end()).code).toBe(0);
      expect(await storedIn(database)).toBe(identities(world).size);
    },
  );
});
