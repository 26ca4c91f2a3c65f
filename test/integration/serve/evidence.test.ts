import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuditWriter } from '../../../src/audit/index.ts';
import { auditOfPlan, auditOfResponse } from '../../../src/domain/audit-of.ts';
import type { EvidencePack } from '../../../src/domain/evidence.ts';
import { defaultPolicy } from '../../../src/domain/policy.ts';
import type { Store } from '../../../src/domain/ports.ts';
import type { Plan } from '../../../src/domain/response.ts';
import { checkAudit, checkEvidence, createEvidenceKeeper, evidenceKey } from '../../../src/evidence/index.ts';
import { openTestStore } from '../../support/store.ts';
import { chainwarden, temporaryFolder } from '../../unit/cli/support.ts';
import { faults } from '../../unit/domain/ocsf/schema.ts';
import { admitted } from '../store/rows.ts';
import { alertRow, chainRows, nowMs, responseRow, type Served, serve, token } from './support.ts';

const { privateKey } = generateKeyPairSync('ed25519');
const folder = temporaryFolder();
let store: Store;
let served: Served;
let app: FastifyInstance;

const plan: Plan = {
  tenant: 'acme',
  id: 'pln_1',
  digest: 'd'.repeat(64),
  trigger: { kind: 'person', by: 'ann', reason: 'asked' },
  chainId: 'chn_acme',
  madeMs: nowMs + 2_000,
  expiresMs: nowMs + 9_000,
  dryRun: true,
  verdict: 'propose',
  reasons: [],
  approvals: 1,
  steps: [],
  survivors: [],
};

beforeAll(async () => {
  ({ store } = await openTestStore());
  const policies = {
    status: { policy: defaultPolicy, document: undefined, warnings: [], refused: undefined },
  };
  const clock = () => nowMs;
  const evidence = createEvidenceKeeper({ store, key: privateKey, policies, clock, version: '0.0.0-test' });
  const audit = createAuditWriter({ store, writer: 'w_1', freshName: () => 'w_2', onFork: () => undefined });
  served = await serve(store, { audit, auditTrail: store, evidence, policies });
  app = served.app;
  for (const tenant of ['acme', 'rival']) {
    const { chain, hop, actions } = chainRows(tenant, `chn_${tenant}`);
    await store.writeChains([chain]);
    await store.writeHops([
      hop,
      { ...hop, key: 'hop-root', kind: 'request', parentKey: undefined, depth: 0 },
    ]);
    const [first, second] = actions;
    if (first === undefined || second === undefined) throw new Error('two actions');
    await store.writeActions([first, second, { ...first, id: 'denied', outcome: 'denied' }]);
    await store.writeActions([
      { ...first, id: 'read', effect: 'read' },
      { ...first, id: 'before', atMs: nowMs - 600_000 },
    ]);
    await store.writeAlerts([alertRow(tenant, 'alr_1', chain.id, { hop: hop.key })]);
    const response = { ...responseRow(tenant, 'rsp_1', 'alr_1', chain.id), planId: 'pln_1' };
    const rows = [response, { ...response, state: 'confirmed' as const, atMs: nowMs + 4_000 }];
    await audit.append([auditOfPlan({ ...plan, tenant, chainId: chain.id }), ...rows.map(auditOfResponse)]);
    await store.writeResponses(rows);
    await store.writePlans([{ ...plan, tenant, chainId: chain.id }]);
    const event = admitted({
      id: 'event-one',
      tenant,
      timeMs: nowMs,
      data: { ...admitted({ id: 'x' }).data, token } as never,
    });
    await store.appendEvents([{ seq: tenant === 'acme' ? 1 : 2, ingestedMs: nowMs, event }]);
  }
});
afterAll(async () => {
  await app.close();
  await store.close();
});

async function get(url: string, tenant: 'acme' | 'rival' = 'acme') {
  const answer = await app.inject({ url, headers: served.as('analyst', tenant) });
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
}

describe('evidence of a chain', () => {
  it('is a whole document that is signed by the key of the service', async () => {
    const { status, body, headers } = await get('/v1/chains/chn_acme/evidence');
    expect(status).toBe(200);
    expect(headers['content-disposition']).toContain('attachment');
    const key = (await get('/v1/evidence-key')).body;
    expect(key).toEqual(evidenceKey(privateKey));
    const heads = (await get('/v1/audit/head')).body.items;
    const { faults, notes, counts } = checkEvidence(body, { key, heads });
    expect(faults).toEqual([]);
    expect(counts).toMatchObject({ events: 1, 'audit entries': 3 });
    // The store has no event-two, which the alert names.
    expect(notes).toEqual(['1 events that alerts name are not in it']);
    const { parts } = body as EvidencePack;
    expect(parts['record']).toMatchObject({
      alerts: [
        { alertId: 'alr_1', responses: [{ states: [{ state: 'proposed' }, { state: 'confirmed' }] }] },
      ],
    });
    expect(parts['plans']).toMatchObject([{ id: 'pln_1' }]);
    expect(parts['incidents']).toEqual([]);
    expect(JSON.stringify(body)).not.toContain('rival');
  });

  it('is nothing for the chain of another tenant', async () => {
    expect((await get('/v1/chains/chn_rival/evidence')).status).toBe(404);
    expect((await get('/v1/chains/chn_rival/unwind')).status).toBe(404);
  });
});

describe('the audit', () => {
  it('is listed latest first, and only the tenant’s own', async () => {
    const { body } = await get('/v1/audit?limit=2');
    expect(body.items.map(({ kind, atMs }: { kind: string; atMs: number }) => [kind, atMs - nowMs])).toEqual([
      ['response.state', 4_000],
      ['response.state', 3_000],
    ]);
    const rest = await get(`/v1/audit?limit=2&cursor=${body.next}`);
    expect(rest.body.items).toMatchObject([
      { kind: 'plan.made', tenant: 'acme', actor: 'ann', subjectId: 'pln_1' },
    ]);
    expect((await get('/v1/audit?kind=plan.made')).body.items).toHaveLength(1);
    expect((await get('/v1/audit?subject=pln_1')).body.items).toHaveLength(3);
    expect((await get('/v1/audit?kind=anything')).status).toBe(400);
  });

  it('can be exported in order, and checked against its end', async () => {
    const first = (await get('/v1/audit/chains/w_1?limit=2')).body;
    const second = (await get(`/v1/audit/chains/w_1?limit=2&after=${first.next}`)).body;
    expect(second.next).toBeUndefined();
    const heads = (await get('/v1/audit/head')).body.items;
    expect(heads).toMatchObject([{ writer: 'w_1', seq: 3 }]);
    expect(checkAudit([...first.items, ...second.items], { heads }).faults).toEqual([]);
    expect(checkAudit(first.items, { heads }).faults).toHaveLength(1);
  });

  it('is told in OCSF, one activity a state', async () => {
    const { body } = await get('/v1/audit/ocsf');
    expect(body.items).toMatchObject([
      {
        class_uid: 7001,
        command_uid: 'rsp_1',
        status: 'Success',
        metadata: { version: '1.8.0', tenant_uid: 'acme' },
      },
      { class_uid: 7001, command_uid: 'rsp_1', status: 'proposed' },
    ]);
  });
});

describe('a chain in OCSF', () => {
  it('is its alerts as findings and the states of its responses as activities', async () => {
    const { body } = await get('/v1/chains/chn_acme/ocsf');
    expect(body.items).toMatchObject([
      {
        class_uid: 2004,
        activity_name: 'Create',
        finding_info: { uid: 'alr_1' },
        metadata: { version: '1.8.0', tenant_uid: 'acme' },
        unmapped: { chain_uid: 'chn_acme', delegation: { uid: 'child' } },
      },
      { class_uid: 7001, command_uid: 'rsp_1', status: 'Success' },
      { class_uid: 7001, command_uid: 'rsp_1', status: 'proposed' },
    ]);
    const [finding, activity] = body.items;
    expect(faults(finding, '1.8.0')).toEqual([]);
    expect(faults(activity, '1.8.0', 'remediation-activity')).toEqual([]);
    expect((await get('/v1/chains/absent/ocsf')).status).toBe(404);
  });

  it('says of an alert at which hop it stands', async () => {
    const { body } = await get('/v1/chains/chn_acme');
    expect(body.alerts).toMatchObject([{ id: 'alr_1', hopKey: body.hops.at(-1).key }]);
  });
});

describe('the command line', () => {
  it('brings home what verify is content with', async () => {
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    const [, CHAINWARDEN_KEY = ''] = served.as('analyst').authorization.split(' ');
    const ask = async (...argv: string[]) => {
      const { code, out, err } = await chainwarden(argv, [], { CHAINWARDEN_KEY, CHAINWARDEN_URL: address });
      expect({ code, err }).toEqual({ code: 0, err: expect.stringMatching(/^(note: .*\n)*$/) });
      return out;
    };
    const keep = async (name: string, ...argv: string[]) => {
      const file = join(folder, name);
      writeFileSync(file, await ask('audit', ...argv));
      return file;
    };
    const head = await keep('head.json', 'head');
    const pack = await keep('evidence.json', 'evidence', 'chn_acme');
    const key = await keep('key.json', 'key');
    expect(await ask('verify', pack, '--key', key, '--head', head)).toContain('is as it was made: 16 parts');
    const entries = await keep('audit.ndjson', 'export');
    expect(await ask('verify', entries, '--head', head)).toContain('3 audit entries, 1 chains');
  });
});

describe('a key', () => {
  it('is told of in the audit when it is made and when it ends, without its text', async () => {
    const headers = served.as('admin', 'rival');
    const payload = { name: 'night shift', role: 'responder' };
    const made = (await app.inject({ method: 'POST', url: '/v1/keys', headers, payload })).json();
    await app.inject({ method: 'DELETE', url: `/v1/keys/${made.key.id}`, headers });
    const { body } = await get(`/v1/audit?subject=${made.key.id}`, 'rival');
    const told = { kind: 'key.changed', actor: 'rival admin', subjectId: made.key.id };
    expect(body.items).toMatchObject([
      { ...told, body: { name: 'night shift', role: 'responder', disabled: true } },
      { ...told, body: { disabled: false } },
    ]);
    expect(JSON.stringify(body)).not.toContain(made.text);
  });
});

describe('unwinding a chain', () => {
  const ids = (body: { writes: { id: string }[] }) => body.writes.map(({ id }) => id);

  it('lists what was written since authority broke, newest first', async () => {
    const { body } = await get('/v1/chains/chn_acme/unwind');
    expect(ids(body)).toEqual(['chn_acme-two', 'chn_acme-one']);
    expect(body.writes[0]).toMatchObject({ effect: 'write', alerts: ['alr_1'], actor: { id: 'mail-bot' } });
    expect(body.breaks).toMatchObject([{ alertId: 'alr_1', label: 'child' }]);
    expect(body.incomplete).toBeUndefined();
  });

  it('goes back to the hop that is named', async () => {
    const from = (hop: string) => get(`/v1/chains/chn_acme/unwind?from=${encodeURIComponent(hop)}`);
    expect(ids((await from('hop-root')).body)).toEqual([]);
    expect((await from('no-hop')).status).toBe(404);
    const { hop } = chainRows('acme', 'chn_acme');
    expect(ids((await from(hop.key)).body)).toEqual(['chn_acme-two', 'chn_acme-one']);
  });
});
