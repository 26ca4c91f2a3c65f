import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { SimulatedEvent } from '../../src/evaluate/index.ts';
import { createRandom } from '../../src/evaluate/random.ts';
import { apiOf } from '../support/api.ts';
import { startReceiver } from '../support/receiver.ts';
import { type RunningService, startService, temporaryFolder } from '../support/service.ts';
import { until } from '../support/until.ts';
import {
  detectedIn,
  essenceOfAlerts,
  essenceOfChains,
  identities,
  policy,
  standingAlerts,
  storedEvents,
  worldOfNow,
} from './world.ts';

const SEED = 20;
const ROUNDS = 6;
const BATCH_EVENTS = 25;
/** Requests under way at a time, so that a kill meets some in every state. */
const AT_ONCE = 3;
const world = worldOfNow(SEED, 100);

it('loses nothing and says nothing twice, whenever it is killed', { timeout: 120_000 }, async () => {
  const random = createRandom(SEED);
  const receiver = await startReceiver();
  const folder = temporaryFolder();
  const data = join(folder, 'data');
  const file = join(folder, 'config.yaml');
  writeFileSync(
    file,
    stringify({
      logLevel: 'warn',
      policy,
      outbound: {
        allow: ['127.0.0.1'],
        endpoints: [{ name: 'soc', url: receiver.url, secrets: [{ env: 'SOC_SECRET' }], events: ['*'] }],
        response: { mode: 'auto', endpoint: 'soc' },
      },
    }),
  );
  const start = () => startService(data, { args: ['--config', file], env: { SOC_SECRET: receiver.secret } });

  const batches: SimulatedEvent[][] = [];
  for (let at = 0; at < world.length; at += BATCH_EVENTS) batches.push(world.slice(at, at + BATCH_EVENTS));
  let key = '';
  const acknowledged = new Set<number>();
  /** Sends what is open until all is acknowledged or the process is killed after so many acknowledgements. */
  async function publish(service: RunningService, killAfter: number): Promise<void> {
    const api = apiOf(service.address, key);
    const open = batches.map((_, index) => index).filter((index) => !acknowledged.has(index));
    // Of what was acknowledged, some comes again: publishers retry when an answer is lost on its way.
    const again = random.shuffle([...acknowledged]).slice(0, 3);
    const queue = [...again, ...open];
    let answers = 0;
    let isDead = false;
    async function sender(): Promise<void> {
      for (let index = queue.shift(); index !== undefined && !isDead; index = queue.shift()) {
        const status = await api.publish(batches[index] ?? []).catch(() => undefined);
        if (status !== 202) return;
        acknowledged.add(index);
        answers += 1;
        if (answers < killAfter || isDead) continue;
        isDead = true;
        // Somewhere within the writes that follow an answer.
        setTimeout(() => void service.end('SIGKILL'), random.int(0, 40));
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, sender));
  }

  for (let round = 0; round < ROUNDS; round += 1) {
    const service = await start();
    key = service.adminKey ?? key;
    await publish(service, random.int(3, Math.floor(batches.length / ROUNDS)));
    expect((await service.ended).signal).toBe('SIGKILL');
  }

  const service = await start();
  await publish(service, Number.POSITIVE_INFINITY);
  expect(acknowledged.size).toBe(batches.length);
  const api = apiOf(service.address, key);
  const expected = await detectedIn(world);
  const standing = await standingAlerts(api, expected.alerts.length);
  expect(essenceOfAlerts(standing)).toEqual(essenceOfAlerts(expected.alerts));
  expect(essenceOfChains(await api.chains())).toEqual(essenceOfChains(expected.chains.values()));
  const pages = expected.alerts.filter(({ kind }) => kind === 'alert').map(({ id }) => id);
  // An alert that carries on under another id is not told again.
  const successors = new Map((await api.alerts()).map(({ id, mergedInto }) => [id, mergedInto ?? id]));
  const told = () => new Set(receiver.messages.map(({ data }) => successors.get(String(data['alertId']))));
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
