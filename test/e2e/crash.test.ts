import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { SimulatedEvent } from '../../src/evaluate/index.ts';
import { createRandom } from '../../src/evaluate/random.ts';
import { apiOf } from '../support/api.ts';
import { startReceiver } from '../support/receiver.ts';
import { breakStart, type RunningService, startService, temporaryFolder } from '../support/service.ts';
import { until } from '../support/until.ts';
import { contradictions, letTimePass, patient, standingAs, tellTruth } from './truth.ts';
import { detectedIn, essenceOfAlerts, essenceOfChains, identities, storedEvents } from './world.ts';

const SEED = 20;
/** Asked for nothing while nobody has let a detector act alone; what could be done is planned and proposed. */
const idp = { name: 'idp', kind: 'webhook', confirms: 'none' };
const ROUNDS = 4;
const BATCH_EVENTS = 25;
/** Requests under way at a time, so that a kill meets some in every state. */
const AT_ONCE = 3;

it('loses nothing and says nothing twice, whenever it is killed', { timeout: 150_000 }, async () => {
  const random = createRandom(SEED);
  const receiver = await startReceiver();
  const { events: world, labels } = await tellTruth(SEED, 100);
  const folder = temporaryFolder();
  const data = join(folder, 'data');
  const file = join(folder, 'config.yaml');
  const endpoints = [{ name: 'soc', url: receiver.url, secrets: [{ env: 'SOC_SECRET' }], events: ['*'] }];
  const outbound = {
    allow: ['127.0.0.1'],
    endpoints,
    connectors: [{ ...idp, url: receiver.url, secrets: [{ env: 'SOC_SECRET' }] }],
    response: { mode: 'auto', dryRun: false },
  };
  writeFileSync(file, stringify({ logLevel: 'warn', policy: patient, outbound }));
  const settings = { args: ['--config', file], env: { SOC_SECRET: receiver.secret } };

  const batches: SimulatedEvent[][] = [];
  for (let at = 0; at < world.length; at += BATCH_EVENTS) batches.push(world.slice(at, at + BATCH_EVENTS));
  let key = '';
  const acknowledged = new Set<number>();
  /** Sends what is open until so much is acknowledged, or the process is gone. */
  async function publish(service: RunningService, answersMax: number): Promise<void> {
    const api = apiOf(service.address, key);
    const open = batches.map((_, index) => index).filter((index) => !acknowledged.has(index));
    // Of what was acknowledged, some comes again: publishers retry when an answer is lost on its way.
    const again = random.shuffle([...acknowledged]).slice(0, 3);
    const queue = [...again, ...open];
    let answers = 0;
    async function sender(): Promise<void> {
      for (let index = queue.shift(); index !== undefined && answers < answersMax; index = queue.shift()) {
        const status = await api.publish(batches[index] ?? []).catch(() => undefined);
        if (status !== 202) return;
        acknowledged.add(index);
        answers += 1;
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, sender));
  }

  /** How long the last start took that came to its end. */
  let startMs = 0;
  async function start(): Promise<RunningService> {
    const beganMs = performance.now();
    const started = await startService(data, settings);
    startMs = performance.now() - beganMs;
    return started;
  }
  let service = await start();
  key = service.adminKey ?? '';
  const share = Math.floor(batches.length / ROUNDS);
  let unfinishedStarts = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    // So much gets through at most, that something is left for the last round; the kill does not wait for it.
    const killed = new Promise((resolve) => setTimeout(resolve, random.int(40, 900))).then(() =>
      service.end('SIGKILL'),
    );
    await Promise.all([publish(service, random.int(2, share)), killed]);
    expect((await service.ended).signal).toBe('SIGKILL');
    // The next one dies on its way up: opening, reading, replaying, or just up.
    const hadGreeted = await breakStart(data, settings, random.int(startMs * 0.2, startMs));
    unfinishedStarts += Number(!hadGreeted);
    service = await start();
  }
  expect(unfinishedStarts).toBeGreaterThan(0);

  await publish(service, Number.POSITIVE_INFINITY);
  expect(acknowledged.size).toBe(batches.length);
  await service.end('SIGKILL');
  await letTimePass({ path: join(data, 'store') });
  service = await start();
  const api = apiOf(service.address, key);
  const expected = await detectedIn(world, patient);
  const standing = await standingAs(api, expected.alerts);
  expect(essenceOfAlerts(standing)).toEqual(essenceOfAlerts(expected.alerts));
  expect(contradictions(labels, standing)).toEqual([]);
  expect(essenceOfChains(await api.chains())).toEqual(essenceOfChains(expected.chains.values()));
  const ids = (some: Iterable<{ readonly id: string }>) => [...some].map(({ id }) => id).sort();
  expect(ids(await api.actions())).toEqual(ids(expected.actions.values()));
  const pages = expected.alerts.filter(({ kind }) => kind === 'alert').map(({ id }) => id);
  // An alert that carries on under another id is not told again.
  const successors = new Map((await api.alerts()).map(({ id, mergedInto }) => [id, mergedInto ?? id]));
  const ofAlerts = () => receiver.messages.filter(({ type }) => !type.startsWith('incident.'));
  const told = () => new Set(ofAlerts().map(({ data }) => successors.get(String(data['alertId']))));
  await until('everybody is told', () => pages.every((id) => told().has(id)));
  expect((await service.end()).code).toBe(0);

  expect(await storedEvents(join(data, 'store'))).toBe(identities(world).size);

  expect(receiver.refused).toEqual([]);
  // One message, one id. An alert whose reason went and came back is raised again, and only then.
  const idsOf = (alertId: unknown, type: string): number =>
    new Set(
      receiver.messages
        .filter((message) => message.type === type)
        .filter(({ data }) => successors.get(String(data['alertId'])) === alertId)
        .map(({ id }) => id),
    ).size;
  const stands = new Set<unknown>(pages);
  const unbalanced = [...told()].filter(
    (id) => idsOf(id, 'alert.raised') !== idsOf(id, 'alert.withdrawn') + (stands.has(id) ? 1 : 0),
  );
  expect(unbalanced).toEqual([]);
});
