import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { apiOf } from '../support/api.ts';
import { type FloodShape, flood } from '../support/flood.ts';
import { startService, temporaryFolder } from '../support/service.ts';
import { until } from '../support/until.ts';
import { letTimePass, patient } from './truth.ts';
import { detectedIn, essenceOfAlerts, essenceOfChains, storedEvents, worldOfNow } from './world.ts';

const EVENTS = 7_500;
const BATCH_EVENTS = 500;
/** MB of V8's old space; the service at rest takes 60. */
const HEAP_MB = 192;

it.each([
  ['one chain that gets every event', 'hot', 1],
  ['a publisher that mints roots', 'roots', EVENTS],
] as const)(
  '%s: stays within its memory and goes on detecting',
  { timeout: 170_000 },
  async (_, shape, chains) => {
    const folder = temporaryFolder();
    const data = join(folder, 'data');
    const file = join(folder, 'config.yaml');
    writeFileSync(file, stringify({ logLevel: 'error', policy: patient }));
    const env = { NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}`, CHAINWARDEN_MEMORY_MB: `${HEAP_MB}` };
    const start = () => startService(data, { args: ['--config', file], env });
    const flooding = await start();
    const key = flooding.adminKey ?? '';
    const { publish } = apiOf(flooding.address, key);
    const insist = async (events: readonly object[]) => {
      while ((await publish(events)) !== 202) await delay(1_000);
    };
    for (const batch of batches(shape)) await insist(batch);
    const world = worldOfNow(35, 20);
    await insist(world);
    expect((await flooding.end()).code).toBe(0);
    await letTimePass({ path: join(data, 'store') });
    const service = await start();
    const api = apiOf(service.address, key);

    const expected = await detectedIn(world, patient);
    const wanted = essenceOfAlerts(expected.alerts);
    const said = async () => new Set(essenceOfAlerts((await api.alerts()).filter(({ settled }) => settled)));
    await until(
      'the alerts of what came behind it',
      async () => {
        const now = await said();
        return wanted.every((one) => now.has(one));
      },
      90_000,
    );
    const flooded = (await api.chains()).filter(({ id }) => !expected.chains.has(id));
    expect(flooded.reduce((sum, { eventCount }) => sum + eventCount, 0)).toBe(EVENTS);
    expect(flooded).toHaveLength(chains);
    const others = (await api.chains()).filter(({ id }) => expected.chains.has(id));
    expect(essenceOfChains(others)).toEqual(essenceOfChains(expected.chains.values()));
    expect((await service.end()).code).toBe(0);
    const identities = new Set(world.map(({ source, id }) => `${source} ${id}`)).size;
    expect(await storedEvents(join(data, 'store'))).toBe(EVENTS + identities);
  },
);

function* batches(shape: FloodShape): Generator<readonly object[]> {
  let batch: object[] = [];
  for (const event of flood(shape, EVENTS, Date.now() - 60_000 * 60)) {
    batch.push(event);
    if (batch.length < BATCH_EVENTS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
