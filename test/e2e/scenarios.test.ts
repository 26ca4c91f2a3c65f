import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { createApiKey } from '../../src/serve/auth/keys.ts';
import { openStore } from '../../src/store/index.ts';
import { eventsOf, nameOf, policyFile, readScenarios } from '../scenarios/scenario.ts';
import { type Api, apiOf } from '../support/api.ts';
import { type RunningService, startService, temporaryFolder } from '../support/service.ts';
import { until } from '../support/until.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const STORIES_BEGIN_MS = 8 * HOUR_MS;

const runs = readScenarios().flatMap(({ told }) =>
  Object.entries(told.runs).map(([name, run], index) => ({
    name: `${told.scenario} ${name}`,
    tenant: `${told.scenario}-${index}`,
    alerts: run.alerts,
    events: (startMs: number) => eventsOf(told, run, startMs),
  })),
);
type Run = (typeof runs)[number];

/** The last eight o'clock after which every story is over, and an hour more: by then all of it is settled. */
function lastStart(nowMs: number): number {
  const ends = runs.flatMap(({ events }) => events(0).map(({ time }) => Date.parse(time)));
  const beganMs = nowMs - Math.max(...ends) - HOUR_MS - STORIES_BEGIN_MS;
  return beganMs - (beganMs % DAY_MS) + STORIES_BEGIN_MS;
}

/** One service for all, and for every run a tenant of its own with a key of its own. */
async function serveAll(tenants: readonly string[]) {
  const folder = temporaryFolder();
  const data = join(folder, 'data');
  const made = tenants.map((tenant) =>
    createApiKey({ name: 'scenario', role: 'admin', tenant, issuers: '*', nowMs: Date.now() }),
  );
  const store = await openStore({ path: `${data}/store` });
  for (const { key } of made) await store.writeApiKey(key);
  await store.close();
  const config = join(folder, 'config.yaml');
  writeFileSync(config, stringify({ policyFile }));
  const service = await startService(data, { args: ['--config', config] });
  const apis = new Map(made.map(({ key, text }) => [key.tenant, apiOf(service.address, text)]));
  return { service, api: (tenant: string) => apis.get(tenant) as Api };
}

describe('the service, told every scenario over HTTP', () => {
  let service: RunningService;
  let api: (tenant: string) => Api;

  beforeAll(async () => {
    ({ service, api } = await serveAll([...runs.map(({ tenant }) => tenant), 'fence']));
    const startMs = lastStart(Date.now());
    const publish = async ({ events }: Run, tenant: string) =>
      expect(await api(tenant).publish(events(startMs))).toBe(202);
    for (const run of runs) await publish(run, run.tenant);
    // The log has one order: when what was told last is settled, and nothing settles later than this, everything is.
    await publish(runs.find(({ alerts }) => alerts.includes('orphaned-chain/unissued')) as Run, 'fence');
    await until('the last alert', async () =>
      (await api('fence').alerts()).some(({ kind }) => kind === 'alert'),
    );
  });
  afterAll(() => service.end());

  it.each(runs.map((run) => [run.name, run] as const))('%s', async (_, { tenant, alerts }) => {
    const paging = (await api(tenant).alerts()).filter(({ kind }) => kind === 'alert');
    expect(paging.map(nameOf).sort()).toEqual(alerts.toSorted());
    expect(paging.filter(({ state, settled }) => state !== 'open' || !settled)).toEqual([]);
  });
});
