import type { FastifyInstance, InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuditWriter } from '../../../src/audit/index.ts';
import type { Role } from '../../../src/domain/access.ts';
import { defaultPolicy } from '../../../src/domain/policy.ts';
import { createResponder, type Responder, systemTimer } from '../../../src/respond/index.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';
import { until } from '../../support/until.ts';
import { acting, connectorOn, createScripted, silent } from '../../unit/respond/support.ts';
import { alertRow, chainRows, type Served, serve, token } from './support.ts';

let opened: TestStore;
let responder: Responder;
let served: Served;
let app: FastifyInstance;
const network = createScripted(Date.now);

/** A chain, an alert about its token, and a connector that takes every order; all of it over the real store. */
beforeAll(async () => {
  opened = await openTestStore();
  const { store } = opened;
  for (const tenant of ['acme', 'rival']) {
    const { chain, hop } = chainRows(tenant, 'chn_1');
    await store.writeChains([chain]);
    await store.writeHops([hop]);
    await store.writeAlerts([alertRow(tenant, 'alr_1', 'chn_1')]);
  }
  responder = createResponder({
    store,
    channels: [],
    connectors: [connectorOn(network, { declared: { confirms: 'callback' } })],
    subscriptions: [],
    config: acting({ mode: 'propose' }),
    policy: () => defaultPolicy,
    audit: createAuditWriter({ store, writer: 'w_1', freshName: () => 'w_2', onFork: () => undefined }),
    clock: Date.now,
    timer: systemTimer,
    random: () => 0,
    log: silent,
    body: () => '',
  });
  await responder.start();
  served = await serve(store, { desk: responder.desk, auditTrail: store });
  app = served.app;
});
afterAll(async () => {
  await app.close();
  await responder.stop();
  await opened.close();
});

async function ask(role: Role, method: 'GET' | 'POST', url: string, payload?: object, tenant = 'acme') {
  const headers = served.as(role, tenant as 'acme' | 'rival');
  const request: InjectOptions = { method, url: `/v1${url}`, headers };
  const answer = await app.inject(payload === undefined ? request : { ...request, payload });
  return { status: answer.statusCode, body: answer.json() };
}

const asked = { alert: 'alr_1', reason: 'seen in triage' };

describe('responses over HTTP', () => {
  it('show a plan that nobody has to fear: nothing of it is kept', async () => {
    const { status, body } = await ask('analyst', 'POST', '/plans', asked);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      verdict: 'act',
      because: { by: 'acme analyst', reason: 'seen in triage' },
      steps: [
        {
          target: { kind: 'token', token },
          role: 'source',
          holder: 'mail-bot',
          connector: { name: 'idp', confirms: 'callback' },
          residualUntil: null,
        },
      ],
    });
    expect((await ask('analyst', 'GET', '/plans')).body).toEqual({ items: [] });
    expect((await ask('analyst', 'GET', '/responses')).body).toEqual({ items: [] });
  });

  it.each([
    ['nothing', { reason: 'r' }],
    ['two things', { ...asked, token }],
    ['no reason', { alert: 'alr_1' }],
    ['half a token', { token: { iss: 'i' }, reason: 'r' }],
    ['what it does not know', { ...asked, force: true }],
  ])('refuse to end %s', async (_, payload) => {
    expect((await ask('responder', 'POST', '/responses', payload)).status).toBe(400);
  });

  it('carry out what two people agree to, and see it confirmed and given back', async () => {
    const subject = { id: 'mail-bot', kind: 'agent' };
    const made = await ask('responder', 'POST', '/responses', { subject, reason: 'gone rogue' });
    expect(made.status).toBe(201);
    const { id, digest, verdict, approvals } = made.body.plan;
    expect([verdict, approvals]).toEqual(['propose', 1]);
    const { id: responseId } = made.body.responses[0];
    const word = { digest, reason: 'agreed' };

    const own = await ask('responder', 'POST', `/plans/${id}/approve`, word);
    expect([own.status, own.body.code]).toEqual([409, 'CONFLICT']);
    const other = await ask('admin', 'POST', `/plans/${id}/approve`, { ...word, digest: 'f'.repeat(64) });
    expect(other.body.detail).toContain('digest');
    expect((await ask('admin', 'POST', `/plans/${id}/approve`, word, 'rival')).status).toBe(404);
    expect(network.sent).toEqual([]);
    const refused = await ask('analyst', 'GET', `/audit?kind=person.refused&subject=${id}`);
    expect(refused.body.items).toMatchObject([
      { actor: 'acme admin', body: { verb: 'approve', digest: 'f'.repeat(64), why: other.body.detail } },
      { actor: 'acme responder', body: { verb: 'approve', said: 'agreed', why: own.body.detail } },
    ]);

    const approved = await ask('admin', 'POST', `/responses/${responseId}/approve`, word);
    expect(approved.body.decisions).toMatchObject([{ verb: 'approve', by: 'acme admin', reason: 'agreed' }]);
    const stateOf = async (of: string) =>
      (await ask('analyst', 'GET', `/responses/${of}`)).body.response.state;
    await until('it is accepted', async () => (await stateOf(responseId)) === 'accepted');
    expect(network.sent.map(({ endpoint }) => endpoint)).toEqual(made.body.plan.steps.map(() => 'idp'));

    const confirmed = await ask('responder', 'POST', `/responses/${responseId}/confirm`, { reason: 'done' });
    expect(confirmed.body.response).toMatchObject({ state: 'confirmed', approvedBy: ['acme admin'] });
    const undone = await ask('admin', 'POST', `/responses/${responseId}/undo`, { reason: 'a mistake' });
    expect(undone.body.response).toMatchObject({ action: 'undo', undoes: responseId });
    await until('it is undone', async () => (await stateOf(responseId)) === 'undone');
    const { body } = await ask('analyst', 'GET', `/responses/${responseId}`);
    expect(body.history.map(({ state }: { state: string }) => state)).toEqual([
      'proposed',
      'requested',
      'accepted',
      'confirmed',
      'undone',
    ]);
  });

  it('that a person asks for because of an alert are found by it', async () => {
    const made = await ask('responder', 'POST', '/responses', asked, 'rival');
    expect(made.body.plan.because).toEqual({
      by: 'rival responder',
      reason: 'seen in triage',
      alertId: 'alr_1',
    });
    const plans = await ask('analyst', 'GET', '/plans?alert=alr_1', undefined, 'rival');
    expect(plans.body.items.map(({ id }: { id: string }) => id)).toEqual([made.body.plan.id]);
    const idsOf = (responses: { id: string }[]) => responses.map(({ id }) => id);
    const found = await ask('analyst', 'GET', '/responses?alert=alr_1', undefined, 'rival');
    expect(idsOf(found.body.items)).toEqual(idsOf(made.body.responses));
    const shown = await ask('analyst', 'GET', '/alerts/alr_1', undefined, 'rival');
    expect(idsOf(shown.body.responses)).toEqual(idsOf(made.body.responses));
  });

  it('end with a denial', async () => {
    const subject = { id: 'mail-bot', kind: 'agent' };
    const { body } = await ask('responder', 'POST', '/responses', { subject, reason: 'again' }, 'rival');
    const [{ id }] = body.responses;
    const word = { digest: body.plan.digest, reason: 'no' };
    const denied = await ask('admin', 'POST', `/responses/${id}/deny`, word, 'rival');
    expect(denied.body.responses.map(({ state }: { state: string }) => state)).toContain('denied');
    expect((await ask('admin', 'POST', `/responses/${id}/approve`, word, 'rival')).status).toBe(409);
    const { items } = (
      await ask('analyst', 'GET', `/responses?state=denied&plan=${body.plan.id}`, undefined, 'rival')
    ).body;
    expect(items.map((one: { id: string }) => one.id)).toContain(id);
  });
});
