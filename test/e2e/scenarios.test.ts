import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type * as z from 'zod';
import { createApiKey } from '../../src/serve/auth/keys.ts';
import type { ChainShape, HopShape } from '../../src/serve/present/chain.ts';
import type { DetectorShape } from '../../src/serve/present/other.ts';
import { openStore } from '../../src/store/index.ts';
import { eventsOf, nameOf, policyFile, readScenarios } from '../scenarios/scenario.ts';
import { apiOf, type ShownAlert } from '../support/api.ts';
import { startService, temporaryFolder } from '../support/service.ts';
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

interface ShownDetail {
  readonly chain: z.infer<typeof ChainShape>;
  readonly hops: readonly z.infer<typeof HopShape>[];
}

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
  const keys = new Map(made.map(({ key, text }) => [key.tenant, text]));
  const keyOf = (tenant: string) => keys.get(tenant) ?? '';
  return {
    service,
    api: (tenant: string) => apiOf(service.address, keyOf(tenant)),
    async get<T>(tenant: string, path: string): Promise<T> {
      const headers = { authorization: `Bearer ${keyOf(tenant)}` };
      return (await (await fetch(`${service.address}/v1/${path}`, { headers })).json()) as T;
    },
  };
}

const runOf = (scenario: string, alert: string): Run => {
  const found = runs.find(
    ({ name, alerts }) => name.startsWith(scenario) && alerts.some((one) => one.includes(alert)),
  );
  if (found === undefined) throw new RangeError(`no run of ${scenario} raises ${alert}`);
  return found;
};

describe('the service, told every scenario over HTTP', () => {
  let served: Awaited<ReturnType<typeof serveAll>>;
  let alertsOf: ReadonlyMap<string, readonly ShownAlert[]>;

  beforeAll(async () => {
    served = await serveAll([...runs.map(({ tenant }) => tenant), 'fence']);
    const { api } = served;
    const startMs = lastStart(Date.now());
    const publish = async ({ events }: Run, tenant: string) =>
      expect(await api(tenant).publish(events(startMs))).toBe(202);
    await Promise.all(runs.map((run) => publish(run, run.tenant)));
    // The log has one order: when what was told last is settled, and nothing settles later than this, everything is.
    await publish(runOf('R56', 'orphaned-chain/unissued'), 'fence');
    await until('the last alert', async () =>
      (await api('fence').alerts()).some(({ kind }) => kind === 'alert'),
    );
    const read = runs.map(async ({ tenant }) => [tenant, await api(tenant).alerts()] as const);
    alertsOf = new Map(await Promise.all(read));
  });
  afterAll(() => served.service.end());

  it.each(runs.map((run) => [run.name, run] as const))('%s', (_, { tenant, alerts }) => {
    const paging = (alertsOf.get(tenant) ?? []).filter(({ kind }) => kind === 'alert');
    expect(paging.map(nameOf).sort()).toEqual(alerts.toSorted());
    expect(paging.filter(({ state, settled }) => state !== 'open' || !settled)).toEqual([]);
  });

  it('shows everything that an exposed secret reached (R59)', async () => {
    const { tenant } = runOf('R59', 'exposed-credential/');
    const owner = encodeURIComponent('service/nightly');
    const { items } = await served.get<{ items: { id: string }[] }>(tenant, `chains?principal=${owner}`);
    const details = await Promise.all(items.map(({ id }) => served.get<ShownDetail>(tenant, `chains/${id}`)));
    expect(details.flatMap(({ hops }) => hops.flatMap(({ token }) => token?.jti ?? [])).sort()).toEqual([
      'loader-session',
      'nightly-session',
    ]);
    expect(details.flatMap(({ chain }) => chain.targets).sort()).toEqual([
      'jobs/nightly',
      'tables/customers',
    ]);
  });

  it('lists what was done against one control (R60)', async () => {
    const wanted = 'PR.AA-05';
    const { items: catalogue } = await served.get<{ items: z.infer<typeof DetectorShape>[] }>(
      'fence',
      'detectors',
    );
    const ids = catalogue
      .filter(({ frameworks }) => frameworks.some(({ corrected }) => corrected.startsWith(wanted)))
      .map(({ id }) => id);
    for (const { tenant, alerts } of runs.filter(({ name }) => name.startsWith('R60'))) {
      const lists = ids.map((id) => served.get<{ items: object[] }>(tenant, `chains?detector=${id}`));
      const chains = (await Promise.all(lists)).flatMap(({ items }) => items);
      expect(chains).toHaveLength(alerts.length);
    }
  });
});
