import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StepDecision, StepQuestion } from '../../../src/domain/step.ts';
import { createDenyList } from '../../../src/edge/index.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { issuer, nowMs, type Served, serve, token } from './support.ts';

const hash = `sha256:${'a'.repeat(43)}`;
const asked: StepQuestion[] = [];
const denyList = createDenyList({
  store: { writeDenyRows: async () => undefined, denyRows: async () => [] },
  clock: () => nowMs,
});

/** Denies the action `delete`. */
function decide(question: StepQuestion): StepDecision {
  asked.push(question);
  const { data } = question;
  if (data.type !== 'api.called' || data.action !== 'delete')
    return { allowed: true, reason: 'clear', chainId: 'chn_1', objections: [] };
  const about = { says: 'it was not asked for', firm: true, key: 'tok:a', detector: 'missing-approval' };
  const objection = {
    code: 'would-alert',
    severity: 'high',
    fact: 'no-approval',
    alertId: 'alr_1',
    ...about,
  };
  return { allowed: false, reason: 'would-alert', chainId: 'chn_1', objections: [objection as never] };
}

let served: Served;
beforeAll(async () => {
  served = await serve(createMemoryStore(), {
    steps: { decide: async (question) => decide(question) },
    denyList,
  });
});
afterAll(() => served.app.close());

const step = {
  subject: { type: 'agent', id: 'mail-bot' },
  action: { name: 'read' },
  resource: { type: 'crm', id: 'orders/7' },
  context: { token },
};

function post(url: string, payload: object, headers: Record<string, string> = {}) {
  return served.app.inject({
    method: 'POST',
    url,
    payload,
    headers: { ...served.as('gateway'), ...headers },
  });
}

async function questionOf(payload: object): Promise<StepQuestion> {
  const answer = await post('/access/v1/evaluation', payload);
  expect(answer.statusCode).toBe(200);
  return asked.at(-1) as StepQuestion;
}

describe('the question whether a step may be taken', () => {
  it('is answered as AuthZEN 1.0 wants it', async () => {
    const allowed = await post('/access/v1/evaluation', step);
    expect(allowed.json()).toEqual({ decision: true, context: { reason: 'clear', chain: 'chn_1' } });
    const denied = await post('/access/v1/evaluation', { ...step, action: { name: 'delete' } });
    expect(denied.statusCode).toBe(200);
    expect(denied.json()).toEqual({
      decision: false,
      context: {
        reason: 'would-alert',
        chain: 'chn_1',
        objections: [
          {
            ...{ code: 'would-alert', severity: 'high', says: 'it was not asked for', firm: true },
            ...{ detector: 'missing-approval', fact: 'no-approval', alert: 'alr_1' },
          },
        ],
      },
    });
  });

  it('is one of the tenant of the key, at the time at which it is asked', async () => {
    const { tenant, atMs } = await questionOf({ ...step, context: { ...step.context, tenant: 'rival' } });
    expect([tenant, atMs]).toEqual(['acme', nowMs]);
  });

  it('is a call of a system, as an event would tell of it', async () => {
    const { data } = await questionOf({
      subject: { type: 'user', id: 'alice', properties: { iss: issuer, department: 'sales' } },
      action: { name: 'pay', properties: { effect: 'write' } },
      resource: { type: 'invoice', id: '17', properties: { system: 'erp', status: 'open' } },
      context: {
        token,
        txn: 'txn-1',
        approvalId: 'apr-1',
        facts: { amount: 12 },
        time: '2026-11-21T12:00:00Z',
      },
    });
    expect(data).toEqual({
      ...{ type: 'api.called', v: 1, actor: { id: 'alice', kind: 'human', iss: issuer }, token },
      ...{ action: 'pay', effect: 'write', target: { system: 'erp', resource: '17' }, outcome: 'success' },
      ...{ txn: 'txn-1', approvalId: 'apr-1', facts: { amount: 12 } },
    });
  });

  it('is a call of a tool', async () => {
    const { data } = await questionOf({
      subject: { type: 'agent', id: 'mail-bot' },
      action: { name: 'call' },
      resource: { type: 'tool', id: 'send_mail', properties: { server: 'mcp://mail' } },
      context: { token: { hash }, target: { system: 'mail', resource: 'outbox' } },
    });
    expect(data).toEqual({
      ...{ type: 'tool.invoked', v: 1, actor: { id: 'mail-bot', kind: 'agent' }, token: { hash } },
      ...{ callId: 'step', outcome: 'success', tool: { name: 'send_mail', server: 'mcp://mail' } },
      target: { system: 'mail', resource: 'outbox' },
    });
  });

  it('names its credential also beside the subject, and a hash in either alphabet', async () => {
    const hex = Buffer.from('a'.repeat(43), 'base64url').toString('hex');
    const properties = { token: { hash: `sha256:${hex}` } };
    const { data } = await questionOf({
      ...{ subject: { type: 'agent', id: 'b', properties }, action: step.action, resource: step.resource },
    });
    expect(data.token).toEqual({ hash: `sha256:${Buffer.from(hex, 'hex').toString('base64url')}` });
  });

  it.each([
    ['no subject', { action: step.action, resource: step.resource }],
    ['a raw credential', { ...step, context: { token: 'eyJhbGciOi' } }],
    ['half a reference', { ...step, context: { token: { jti: 'a' } } }],
    ['a transaction that is none', { ...step, context: { token, txn: 7 } }],
  ])('is refused with %s', async (_, payload) => {
    const answer = await post('/access/v1/evaluation', payload);
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'REQUEST_INVALID']);
  });

  it('gives the id of a request back', async () => {
    const answer = await post('/access/v1/evaluation', step, { 'x-request-id': 'r-1' });
    expect(answer.headers['x-request-id']).toBe('r-1');
  });
});

describe('several questions at once', () => {
  const evaluations = [
    { action: { name: 'read' } },
    { action: { name: 'delete' } },
    { action: { name: 'read' } },
  ];
  const { action: _, ...shared } = step;
  const decisions = (answer: { json: () => { evaluations: { decision: boolean }[] } }) =>
    answer.json().evaluations.map(({ decision }) => decision);

  it('are answered in order, what they share standing beside them', async () => {
    expect(decisions(await post('/access/v1/evaluations', { ...shared, evaluations }))).toEqual([
      true,
      false,
      true,
    ]);
  });

  it.each([
    ['deny_on_first_deny', [true, false]],
    ['permit_on_first_permit', [true]],
  ])('end early by %s', async (semantic, expected) => {
    const options = { evaluations_semantic: semantic };
    expect(decisions(await post('/access/v1/evaluations', { ...shared, evaluations, options }))).toEqual(
      expected,
    );
  });

  it('without a list are one', async () => {
    expect((await post('/access/v1/evaluations', step)).json()).toMatchObject({ decision: true });
  });

  it('are all refused when one cannot be answered', async () => {
    const before = asked.length;
    const answer = await post('/access/v1/evaluations', { evaluations: [step, { action: { name: 'x' } }] });
    expect(answer.statusCode).toBe(400);
    expect(asked.length).toBe(before);
  });

  it('are found by whoever looks where AuthZEN says', async () => {
    const answer = await served.app.inject({
      ...{ url: '/.well-known/authzen-configuration', headers: { host: 'pdp.example:8787' } },
    });
    expect(answer.json()).toEqual({
      policy_decision_point: 'http://pdp.example:8787',
      access_evaluation_endpoint: 'http://pdp.example:8787/access/v1/evaluation',
      access_evaluations_endpoint: 'http://pdp.example:8787/access/v1/evaluations',
    });
  });
});

describe('the deny list', () => {
  const get = (url: string, headers: Record<string, string> = {}) =>
    served.app.inject({ url, headers: { ...served.as('gateway'), ...headers } });
  const add = (jti: string, untilMs: number | null = nowMs + 60_000, tenant = 'acme') =>
    denyList.add({ tenant, key: `tok:["${issuer}","${jti}"]`, ref: { iss: issuer, jti, hash }, untilMs });

  it('has what a gateway needs to know a token by, and when to forget it', async () => {
    await add('one');
    await add('endless', null);
    await add('theirs', null, 'rival');
    const list = (await get('/v1/deny-list')).json();
    expect(list).toMatchObject({ complete: true, removed: [] });
    expect(list.entries).toEqual([
      {
        token: { ref: expect.any(String), iss: issuer, jti: 'one', hash },
        ...{ until: new Date(nowMs + 60_000).toISOString(), since: new Date(nowMs).toISOString() },
      },
      { token: expect.objectContaining({ jti: 'endless' }), since: new Date(nowMs).toISOString() },
    ]);
  });

  it('answers 304 while nothing changes', async () => {
    const etag = String((await get('/v1/deny-list')).headers.etag);
    const same = await get('/v1/deny-list', { 'if-none-match': etag });
    expect([same.statusCode, same.body]).toEqual([304, '']);
    await add('two');
    expect((await get('/v1/deny-list', { 'if-none-match': etag })).statusCode).toBe(200);
  });

  it('says what is new since a cursor, and what was taken back', async () => {
    const { cursor } = (await get('/v1/deny-list')).json();
    await add('three');
    await denyList.remove({ tenant: 'acme', key: `tok:["${issuer}","one"]` });
    const news = (await get(`/v1/deny-list?since=${cursor}`)).json();
    expect(news.complete).toBe(false);
    expect(news.entries.map((entry: { token: { jti: string } }) => entry.token.jti)).toEqual(['three']);
    expect(news.removed).toEqual([expect.objectContaining({ jti: 'one' })]);
    expect((await get('/v1/deny-list?since=x')).statusCode).toBe(400);
  });
});
