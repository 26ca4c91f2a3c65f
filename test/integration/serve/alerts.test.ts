import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../../src/domain/ports.ts';
import { openTestStore } from '../../support/store.ts';
import { alertRow, responseRow, type Served, serve } from './support.ts';

let store: Store;
let served: Served;
let app: FastifyInstance;
let alert = '';
let count = 0;

beforeAll(async () => {
  ({ store } = await openTestStore());
  served = await serve(store);
  app = served.app;
});
afterAll(async () => {
  await app.close();
  await store.close();
});
beforeEach(async () => {
  count += 1;
  alert = `alr_${count}`;
  await store.writeAlerts([alertRow('acme', alert, 'chn_1')]);
});

async function act(payload: object, id = alert) {
  const headers = served.as('analyst');
  return (await app.inject({ method: 'POST', url: `/v1/alerts/${id}/actions`, headers, payload })).json();
}
async function get(url: string) {
  return (await app.inject({ url, headers: served.as('analyst') })).json();
}

describe('an alert', () => {
  it('carries what a person needs to decide', async () => {
    await store.writeResponses([responseRow('acme', `rsp_${alert}`, alert, 'chn_1')]);
    const body = await get(`/v1/alerts/${alert}`);
    expect(body.alert).toEqual({
      id: alert,
      state: 'open',
      kind: 'alert',
      severity: 'critical',
      title: 'mail-bot gained mail.send beyond what Alice held',
      detector: 'scope-creep',
      detectorVersion: 1,
      basis: 'deterministic',
      subject: { kind: 'token', key: 'tok:["https://idp.example","child"]', label: 'child' },
      hopKey: 'tok:x',
      facts: ['hop-drift'],
      chainId: 'chn_1',
      txn: 'txn-1',
      settled: true,
      initiator: 'Alice',
      owner: 'mail team',
      actor: 'mail-bot',
      target: 'crm',
      outcome: 'accepted',
      writesSince: 2,
      liveUntil: null,
      weakestLink: 1,
      revocable: true,
      revoke: { ref: expect.any(String), iss: 'https://idp.example', jti: 'child' },
      firstAt: '2026-11-21T12:00:00.000Z',
      lastAt: '2026-11-21T12:00:02.000Z',
      count: 2,
      evidence: { 'hop-drift': { added: ['mail.send'] } },
      eventIds: ['event-one', 'event-two'],
      nextStep: 'Revoke the token child',
      runbook: 'detectors/scope-creep/README.md',
    });
    expect(body.responses).toMatchObject([{ state: 'proposed', mode: 'dry_run' }]);
    expect(body.actions).toEqual([]);
  });

  it('that is not there is not found', async () => {
    expect(await get('/v1/alerts/absent')).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect(await act({ verb: 'acknowledge' }, 'absent')).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });
});

describe('what people do', () => {
  it('acknowledges, assigns, comments, closes with a reason and reopens', async () => {
    await act({ verb: 'acknowledge' });
    await act({ verb: 'assign', assignee: 'dana', note: 'on call' });
    await act({ verb: 'comment', note: 'asked the mail team' });
    const closed = await act({ verb: 'close', reason: 'known migration' });
    expect(closed.alert).toMatchObject({
      state: 'closed',
      assignee: 'dana',
      closedReason: 'known migration',
    });
    // A word about a closed alert must not lose why it was closed.
    const commented = await act({ verb: 'comment', note: 'ticket 12' });
    expect(commented.alert).toMatchObject({ state: 'closed', closedReason: 'known migration' });
    const reopened = await act({ verb: 'reopen' });
    expect(reopened.alert).toMatchObject({ state: 'open', assignee: 'dana' });
    expect(reopened.alert.closedReason).toBeUndefined();
    expect(reopened.actions.map((action: { verb: string }) => action.verb)).toEqual([
      'acknowledge',
      'assign',
      'comment',
      'close',
      'comment',
      'reopen',
    ]);
    expect(reopened.actions[0]).toMatchObject({ by: 'acme analyst', state: 'acknowledged' });
  });

  it.each([
    ['acknowledged twice', [{ verb: 'acknowledge' }], { verb: 'acknowledge' }],
    ['closed twice', [{ verb: 'close', reason: 'a' }], { verb: 'close', reason: 'b' }],
    ['acknowledged when closed', [{ verb: 'close', reason: 'a' }], { verb: 'acknowledge' }],
    ['assigned when closed', [{ verb: 'close', reason: 'a' }], { verb: 'assign', assignee: 'dana' }],
    ['reopened when open', [], { verb: 'reopen' }],
    ['reopened when acknowledged', [{ verb: 'acknowledge' }], { verb: 'reopen' }],
  ])('cannot be %s', async (_, before, command) => {
    for (const each of before) expect(await act(each)).toHaveProperty('alert');
    expect(await act(command)).toMatchObject({ status: 409, code: 'CONFLICT' });
    expect((await get(`/v1/alerts/${alert}`)).actions).toHaveLength(before.length);
  });

  it('is decided once when two people decide at the same time', async () => {
    const answers = await Promise.all([
      act({ verb: 'close', reason: 'first' }),
      act({ verb: 'close', reason: 'second' }),
    ]);
    expect(answers.map((answer) => answer.code)).toEqual([undefined, 'CONFLICT']);
    expect((await get(`/v1/alerts/${alert}`)).alert.closedReason).toBe('first');
  });

  it('may close and comment on what the engine withdrew', async () => {
    await store.writeAlerts([alertRow('acme', 'alr_withdrawn', 'chn_1', { withdrawn: true })]);
    const closed = await act({ verb: 'close', reason: 'approval came late' }, 'alr_withdrawn');
    expect(closed.actions).toMatchObject([{ verb: 'close', state: 'closed' }]);
  });

  it.each([
    [{ verb: 'close' }, 'body.reason'],
    [{ verb: 'close', reason: '  ' }, 'body.reason'],
    [{ verb: 'assign' }, 'body.assignee'],
    [{ verb: 'comment' }, 'body.note'],
    [{ verb: 'delete' }, 'body.verb'],
    [{ verb: 'acknowledge', reason: 'x' }, 'body'],
  ])('is not %o', async (command, path) => {
    expect(await act(command)).toMatchObject({ status: 400, code: 'REQUEST_INVALID', errors: [{ path }] });
  });
});

describe('the list', () => {
  it('filters by state, kind, severity, detector and chain', async () => {
    await store.writeAlerts([
      alertRow('acme', 'alr_low', 'chn_2', { severity: 'low', kind: 'signal', detector: 'unusual-fan-out' }),
    ]);
    await act({ verb: 'close', reason: 'x' });
    const ids = async (query: string): Promise<string[]> =>
      (await get(`/v1/alerts?${query}`)).items.map((each: { id: string }) => each.id);
    expect(await ids('kind=signal')).toEqual(['alr_low']);
    expect(await ids('detector=unusual-fan-out')).toEqual(['alr_low']);
    expect(await ids('chain=chn_2')).toEqual(['alr_low']);
    expect(await ids('minSeverity=high')).not.toContain('alr_low');
    expect(await ids('state=closed')).toContain(alert);
    expect(await ids('state=open')).not.toContain(alert);
  });
});
