import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Store } from '../../../src/domain/ports.ts';
import { openTestStore } from '../../support/store.ts';
import { anIncident } from '../store/rows.ts';
import { alertRow, type Served, serve } from './support.ts';

let store: Store;
let served: Served;
let app: FastifyInstance;

beforeAll(async () => {
  ({ store } = await openTestStore());
  served = await serve(store);
  app = served.app;
  await store.writeIncidents([
    anIncident({ tenant: 'acme', id: 'inc_old', state: 'merged', mergedInto: 'inc_new' }),
    anIncident({ tenant: 'acme', id: 'inc_new', severity: 'critical' }),
    anIncident({ tenant: 'rival', id: 'inc_theirs' }),
  ]);
  await store.writeAlerts([
    alertRow('acme', 'alr_1', 'chn_1', { incidentId: 'inc_new' }),
    alertRow('acme', 'alr_2', 'chn_1', { incidentId: 'inc_new', kind: 'signal' }),
    alertRow('acme', 'alr_3', 'chn_1'),
  ]);
});
afterAll(async () => {
  await app.close();
  await store.close();
});

async function get(url: string) {
  return (await app.inject({ url, headers: served.as('analyst') })).json();
}

it('lists what people are paged for, without what merged, and nothing of another tenant', async () => {
  const { items } = await get('/v1/incidents');
  expect(items).toHaveLength(1);
  expect(items[0]).toEqual({
    id: 'inc_new',
    state: 'open',
    severity: 'critical',
    title: 'jti-1 gained mail.write',
    detector: 'scope-creep',
    subject: { kind: 'token', key: 'tok:1', label: 'jti-1' },
    detectors: ['scope-creep'],
    alertCount: 1,
    alerts: [
      {
        id: 'alr_1',
        role: 'cause',
        detector: 'scope-creep',
        severity: 'high',
        title: 'jti-1 gained mail.write',
        subject: { kind: 'token', key: 'tok:1', label: 'jti-1' },
        facts: ['hop-drift'],
      },
    ],
    chainId: 'chn_1',
    owner: 'team:ops',
    writesSince: 0,
    liveUntil: null,
    weakestLink: 1,
    revocable: true,
    revoke: { ref: expect.any(String), iss: 'https://issuer.test', jti: 'jti-1' },
    firstAt: expect.stringMatching(/Z$/),
    lastAt: expect.stringMatching(/Z$/),
    nextStep: expect.any(String),
    runbook: 'detectors/scope-creep/README.md',
    handling: { state: 'open', assignees: [] },
  });
  expect((await get('/v1/incidents?state=merged')).items.map(({ id }: { id: string }) => id)).toEqual([
    'inc_old',
  ]);
  expect((await get('/v1/incidents?minSeverity=critical&detector=nobody')).items).toEqual([]);
});

it('is asked for what people still have to do, in either order', async () => {
  const ids = async (query: string) =>
    (await get(`/v1/incidents?${query}`)).items.map(({ id }: { id: string }) => id);
  expect(await ids('handling=unclosed&order=severity')).toEqual(['inc_new']);
  expect(await ids('handling=closed')).toEqual([]);
});

it('shows one with everything that is a part of it, also by the id of what merged into it', async () => {
  for (const id of ['inc_new', 'inc_old']) {
    const { incident, alerts } = await get(`/v1/incidents/${id}`);
    expect(incident.id).toBe('inc_new');
    expect(alerts.map((alert: { id: string; incidentId: string }) => [alert.id, alert.incidentId])).toEqual([
      ['alr_2', 'inc_new'],
      ['alr_1', 'inc_new'],
    ]);
  }
  expect((await get('/v1/alerts?incident=inc_new')).items).toHaveLength(2);
});

it('finds none of another tenant, and refuses what it does not know', async () => {
  expect(await get('/v1/incidents/inc_theirs')).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  expect(await get('/v1/incidents?severity=high')).toMatchObject({ status: 400 });
});
