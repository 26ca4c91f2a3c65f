import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '../../../src/domain/access.ts';
import type { AuditDraft } from '../../../src/domain/audit.ts';
import type { ChannelHealth } from '../../../src/domain/delivery.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { chainwarden } from '../../unit/cli/support.ts';
import { anEntry } from '../store/rows.ts';
import { nowMs, type Served, serve } from './support.ts';

const health: ChannelHealth = {
  endpoint: 'soc',
  disabled: false,
  waiting: 0,
  inFlight: 0,
  overflowed: false,
  gone: false,
  pausedUntilMs: 0,
  failingSinceMs: undefined,
  lastError: '',
  lastDeliveryMs: undefined,
};
const lanes: ChannelHealth[] = [
  { ...health, lastDeliveryMs: nowMs },
  { ...health, endpoint: 'idp', waiting: 3, failingSinceMs: nowMs - 1_000, lastError: 'HTTP 500' },
  { ...health, endpoint: 'pager', pausedUntilMs: nowMs + 60_000 },
  { ...health, endpoint: 'old', gone: true, overflowed: true },
];
const store = createMemoryStore();
const audited: AuditDraft[] = [];
const revived: string[] = [];

let served: Served;
beforeAll(async () => {
  const entry = (id: string, over = {}) => anEntry({ tenant: 'acme', id, state: 'dead', ...over });
  await store.writeOutbox([
    entry('given-up', { lastStatus: 500, lastError: 'HTTP 500; attempts are used up', attempts: 12 }),
    entry('revocation', { endpoint: 'idp', type: 'token.revoke', responseId: 'rsp_1' }),
    entry('withdrawn', { isCancelled: true, lastError: 'the alert was withdrawn' }),
    entry('waiting', { state: 'pending' }),
    entry('raised', { orderKey: 'alr_1' }),
    entry('closed', { orderKey: 'alr_1', createdMs: nowMs, state: 'delivered', type: 'alert.withdrawn' }),
    entry('foreign', { tenant: 'rival' }),
  ]);
  served = await serve(store, {
    delivery: {
      lanes,
      async revive(tenant, ids) {
        revived.push(...ids.map((id) => `${tenant} ${id}`));
        return ids.length;
      },
    },
    audit: { append: async (drafts) => void audited.push(...drafts) },
  });
});
afterAll(() => served.app.close());
beforeEach(() => {
  audited.length = 0;
  revived.length = 0;
});

async function get(url: string, role: Role = 'analyst') {
  const answer = await served.app.inject({ url, headers: served.as(role) });
  return { status: answer.statusCode, body: answer.json() };
}

async function replay(id: string, role: Role = 'responder', payload: object = { reason: 'it is back' }) {
  const headers = served.as(role);
  const answer = await served.app.inject({
    method: 'POST',
    url: `/v1/deliveries/${id}/replay`,
    payload,
    headers,
  });
  return { status: answer.statusCode, body: answer.json() };
}

describe('messages', () => {
  it('are listed by state and channel, of the own tenant alone, without their text', async () => {
    const { body } = await get('/v1/deliveries?state=dead&channel=soc');
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual(['given-up', 'withdrawn', 'raised']);
    expect(body.items[0]).toEqual({
      id: 'given-up',
      channel: 'soc',
      type: 'alert.raised',
      state: 'dead',
      attempts: 12,
      createdAt: expect.any(String),
      lastStatus: 500,
      lastError: 'HTTP 500; attempts are used up',
      isCancelled: false,
    });
    expect((await get('/v1/deliveries?state=lost')).status).toBe(400);
    expect((await get('/v1/deliveries', 'publisher')).status).toBe(403);
  });

  it('that are dead are sent again, and the audit says by whom and why', async () => {
    expect(await replay('given-up')).toEqual({ status: 202, body: { id: 'given-up', channel: 'soc' } });
    expect(revived).toEqual(['acme given-up']);
    expect(audited).toMatchObject([
      {
        kind: 'message.replayed',
        subjectId: 'given-up',
        actor: 'acme responder',
        body: { reason: 'it is back' },
      },
    ]);
  });

  it.each<[string, string, Role, number]>([
    ['nobody has heard of', 'unknown', 'responder', 404],
    ['is of another tenant', 'foreign', 'responder', 404],
    ['still waits', 'waiting', 'responder', 409],
    ['was cancelled', 'withdrawn', 'admin', 409],
    ['was overtaken by what has arrived', 'raised', 'responder', 409],
    ['is a revocation, for an analyst', 'revocation', 'analyst', 403],
  ])('are not sent again when one %s', async (_, id, role, status) => {
    expect((await replay(id, role)).status).toBe(status);
    expect([revived, audited]).toEqual([[], []]);
  });

  it('are sent again only for a reason; a revocation by who may decide about credentials', async () => {
    expect((await replay('revocation', 'responder', {})).status).toBe(400);
    expect((await replay('revocation', 'responder')).status).toBe(202);
  });
});

it('lets the command line list dead messages and send them again', async () => {
  const url = await served.app.listen({ host: '127.0.0.1', port: 0 });
  const env = { CHAINWARDEN_KEY: served.as('responder').authorization.replace('Bearer ', '') };
  const listed = await chainwarden(['deliveries', 'list', '--channel', 'soc', '--url', url], [], env);
  expect(listed.code).toBe(0);
  expect(listed.out).toContain(
    ' given-up dead soc alert.raised 12 attempts HTTP 500; attempts are used up\n',
  );
  expect(listed.out.trim().split('\n')).toHaveLength(3);
  const again = ['deliveries', 'replay', 'given-up', '--reason', 'it is back', '--url', url];
  expect(await chainwarden(again, [], env)).toMatchObject({ code: 0, out: 'given-up leaves again by soc\n' });
  expect(revived).toEqual(['acme given-up']);
  const refused = await chainwarden([...again.slice(0, 2), 'waiting', ...again.slice(3)], [], env);
  expect(refused).toMatchObject({
    code: 4,
    err: 'the service answered 409: the message is pending, not dead\n',
  });
  expect(await chainwarden(again)).toMatchObject({
    code: 2,
    err: expect.stringContaining('CHAINWARDEN_KEY'),
  });
  const nowhere = await chainwarden([...again.slice(0, -1), 'http://127.0.0.1:1'], [], env);
  expect(nowhere).toMatchObject({ code: 4, err: 'the service at http://127.0.0.1:1 does not answer\n' });
});

it('shows how every channel is doing', async () => {
  const { body } = await get('/v1/channels');
  const said = (body.items as { name: string; state: string }[]).map(({ name, state }) => `${name} ${state}`);
  expect(said).toEqual(['soc well', 'idp failing', 'pager paused', 'old gone']);
  expect(body.items[1]).toMatchObject({
    waiting: 3,
    failingSince: expect.any(String),
    lastError: 'HTTP 500',
  });
});
