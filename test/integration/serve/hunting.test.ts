import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HUNTS_MAX } from '../../../src/domain/limits.ts';
import type { Store } from '../../../src/domain/ports.ts';
import { hashKey, jtiKey } from '../../../src/domain/token.ts';
import { openTestStore } from '../../support/store.ts';
import { logged } from '../store/rows.ts';
import { alertRow, chainRows, issuer, nowMs, responseRow, type Served, serve, token } from './support.ts';

const hour = 3_600_000;
const root = { iss: issuer, jti: 'root' };
const grandchild = { iss: issuer, jti: 'grandchild' };
const keyHash = `sha256:${'K'.repeat(42)}E`;
const refOf = (ref: { iss: string; jti: string }) =>
  Buffer.from(jtiKey(ref.iss, ref.jti)).toString('base64url');
let store: Store;
let served: Served;
let app: FastifyInstance;

beforeAll(async () => {
  ({ store } = await openTestStore());
  served = await serve(store);
  app = served.app;
  for (const tenant of ['acme', 'rival']) {
    const own = `chn_${tenant}`;
    const { chain, hop, actions } = chainRows(tenant, own);
    const alice = { id: 'alice', iss: issuer, kind: 'human', name: 'Alice', owner: 'team:mail' } as const;
    const bot = { id: 'mail-bot', kind: 'agent' } as const;
    const blank = { parentKey: undefined, level: undefined, depth: 0, addedScope: [], from: undefined };
    const top = { ...hop, ...blank, key: jtiKey(root.iss, root.jti), token: root, label: 'root', to: alice };
    await store.writeChains([chain, { ...chain, id: `${own}_2`, initiator: bot, tokenKeys: [], txns: [] }]);
    await store.writeHops([
      { ...top, expiresMs: nowMs + hour, ancestorKey: hashKey(keyHash) },
      { ...top, key: hashKey(keyHash), token: { hash: keyHash }, label: 'static key', chainId: `${own}_2` },
      { ...hop, subject: alice, expiresMs: nowMs + hour },
      {
        ...{ ...hop, key: jtiKey(issuer, 'grandchild'), token: grandchild, label: 'grandchild', level: 4 },
        ...{ chainId: `${own}_2`, parentKey: hop.key, from: bot, to: { id: 'other-bot', kind: 'agent' } },
        ...{ expiresMs: nowMs - 1 },
      },
    ]);
    const far = { id: 'far', hopKey: jtiKey(issuer, 'grandchild'), system: 'hr', effect: 'read' as const };
    await store.writeActions([...actions, ...actions.slice(0, 1).map((action) => ({ ...action, ...far }))]);
    await store.writeAlerts([alertRow(tenant, `alr_${tenant}`, own)]);
    await store.writeResponses([responseRow(tenant, `rsp_${tenant}`, `alr_${tenant}`, own)]);
  }
  const approver = { id: 'boss', kind: 'human' } as const;
  const granted = {
    v: 1 as const,
    type: 'approval.granted' as const,
    approvalId: 'apr-1',
    binds: [],
    approver,
  };
  const data = { ...granted, txn: 'txn-1', exp: (nowMs + hour) / 1000 };
  await store.appendEvents([logged(1, { tenant: 'acme', timeMs: nowMs, data })]);
});
afterAll(async () => {
  await app.close();
  await store.close();
});

type Role = Parameters<Served['as']>[0];
async function get(url: string, tenant: 'acme' | 'rival' = 'acme', role: Role = 'analyst') {
  const answer = await app.inject({ url, headers: served.as(role, tenant) });
  return { status: answer.statusCode, body: answer.json() };
}
async function send(method: 'POST' | 'DELETE', url: string, payload?: object, role: Role = 'analyst') {
  const answer = await app.inject({
    ...{ method, url, headers: served.as(role) },
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: answer.statusCode, body: answer.json() };
}

describe('a token', () => {
  it('tells its hop, where it comes from, who approved it, and what was found and done', async () => {
    const { status, body } = await get(`/v1/tokens/${refOf(token)}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      token: { jti: 'child' },
      chain: { id: 'chn_acme' },
      hop: { label: 'child', to: { id: 'mail-bot' } },
      approvals: [
        { id: 'apr-1', verb: 'granted', approver: { id: 'boss' }, until: '2026-11-21T13:00:00.000Z' },
      ],
      alerts: [{ id: 'alr_acme' }],
      responses: [{ id: 'rsp_acme' }],
    });
    const up = body.provenance.map(({ hop, level }: { hop: { label: string }; level?: number }) => [
      hop.label,
      level,
    ]);
    expect(up).toEqual([
      ['child', undefined],
      ['root', 1],
      ['static key', 4],
    ]);
  });
});

describe('the blast radius of a token', () => {
  it('is all below it, across chains, with what was touched and what still lives', async () => {
    const { status, body } = await get(`/v1/tokens/${refOf(root)}/blast-radius`);
    expect(status).toBe(200);
    expect(body.source).toMatchObject({ label: 'root', life: 'alive' });
    expect(body.tokens).toMatchObject([
      { label: 'child', depth: 1, level: 1, life: 'alive', by: 'parent', parent: refOf(root) },
      { label: 'grandchild', depth: 2, level: 4, life: 'ended', chainId: 'chn_acme_2' },
    ]);
    expect(body).toMatchObject({
      tokenCount: 2,
      chains: ['chn_acme', 'chn_acme_2'],
      holders: [
        { holder: { id: 'alice' }, tokens: 1, alive: 1 },
        { holder: { id: 'mail-bot' }, tokens: 1, alive: 1 },
        { holder: { id: 'other-bot' }, tokens: 1, alive: 0 },
      ],
      systems: [
        { system: 'crm', writes: 2, reads: 0 },
        { system: 'hr', writes: 0, reads: 1 },
      ],
      alive: { tokens: 2, unknown: 0, until: '2026-11-21T13:00:00.000Z' },
      isCut: false,
    });
    expect(JSON.stringify(body)).not.toMatch(/"\w+Ms"/);
  });

  it('is known of a key from what hangs on it alone', async () => {
    const { body } = await get(`/v1/tokens/${keyHash}/blast-radius`);
    expect(body.tokens.map(({ label }: { label: string }) => label)).toEqual(['root', 'child', 'grandchild']);
    expect(body.alive.until).toBeNull();
  });

  it.each([
    ['a token nobody knows', `sha256:${'B'.repeat(42)}E`, 404],
    ['no reference', 'root', 400],
  ])('of %s is refused', async (_, ref, status) => {
    expect((await get(`/v1/tokens/${ref}/blast-radius`)).status).toBe(status);
  });

  it.each(['publisher', 'gateway'] as const)('is nothing for a %s', async (role) => {
    expect((await get(`/v1/tokens/${refOf(root)}/blast-radius`, 'acme', role)).status).toBe(403);
  });
});

describe('a principal', () => {
  it('tells who it is, its chains and roles, tokens, systems, alerts and hours', async () => {
    const { status, body } = await get('/v1/principals/mail-bot');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: 'mail-bot',
      identities: [{ id: 'mail-bot', kind: 'agent' }],
      firstSeenAt: '2026-11-21T12:00:00.000Z',
      lastSeenAt: '2026-11-21T12:00:05.000Z',
      chainCount: 2,
      tokens: [{ label: 'child' }],
      systems: [
        { system: 'crm', writes: 2 },
        { system: 'hr', reads: 1 },
      ],
      alerts: [{ id: 'alr_acme' }],
      activity: [{ at: '2026-11-21T12:00:00.000Z', actions: 3, writes: 2, denied: 0 }],
      days: 7,
    });
    const roles = new Map(
      body.chains.map((one: { chain: { id: string }; roles: string[] }) => [one.chain.id, one.roles]),
    );
    expect(roles.get('chn_acme')).toEqual(['actor']);
    expect(roles.get('chn_acme_2')).toEqual(['initiator', 'delegator']);
  });

  it('is named with its owner, and as whom others speak for', async () => {
    const { body } = await get('/v1/principals/alice?days=1');
    expect(body.identities).toContainEqual({
      id: 'alice',
      iss: issuer,
      kind: 'human',
      name: 'Alice',
      owner: 'team:mail',
    });
    const own = body.chains.find((one: { chain: { id: string } }) => one.chain.id === 'chn_acme');
    expect(own.roles).toEqual(['initiator', 'actor', 'delegator', 'subject']);
    expect(body.days).toBe(1);
  });

  it.each([
    ['nobody', 404],
    [encodeURIComponent("x' OR '1'='1"), 404],
    ['mail-bot?days=31', 400],
  ])('%s is refused', async (id, status) => {
    expect((await get(`/v1/principals/${id}`)).status).toBe(status);
  });
});

describe('hunting by filters', () => {
  it.each([
    ['/v1/chains?system=crm', 2],
    ['/v1/chains?tool=send_mail&txn=txn-1', 1],
    ['/v1/chains?verdict=gap', 0],
    ['/v1/actions?system=crm&effect=write&outcome=accepted', 2],
    ['/v1/actions?tool=send_mail&txn=txn-1&system=hr', 1],
    ['/v1/actions?resource=a*', 0],
  ])('%s gives %i', async (url, count) => {
    expect((await get(url)).body.items).toHaveLength(count);
  });

  it.each(['/v1/actions?effect=all', '/v1/actions?outcome=', '/v1/chains?verdict=x', '/v1/chains?tol=x'])(
    '%s is refused',
    async (url) => {
      expect((await get(url)).status).toBe(400);
    },
  );
});

describe('a search', () => {
  const hits = async (q: string, tenant: 'acme' | 'rival' = 'acme') =>
    (await get(`/v1/search?q=${encodeURIComponent(q)}`, tenant)).body.items.map(
      ({ kind, id }: { kind: string; id: string }) => `${kind} ${id}`,
    );

  it.each([
    ['chn_acme', ['chain chn_acme']],
    ['  alr_acme ', ['alert alr_acme']],
    ['rsp_acme', ['response rsp_acme']],
    ['txn-1', ['transaction txn-1']],
    ['child', [`token ${refOf(token)}`]],
    [refOf(token), [`token ${refOf(token)}`]],
    [keyHash, [`token ${keyHash}`]],
    ['mail-bot', ['principal mail-bot']],
    ['scope-creep', ['detector scope-creep']],
    ['chn_rival', []],
    ['pln_x', []],
    ['//evil.example', []],
    ["'; DROP TABLE chains --", []],
  ])('for %s', async (q, expected) => {
    expect(await hits(q)).toEqual(expected);
  });

  it('tells the chains of a transaction, and wants something to look for', async () => {
    expect((await get('/v1/search?q=txn-1')).body.items[0].chains).toEqual(['chn_acme']);
    for (const query of ['', '?q=', '?q=%20']) expect((await get(`/v1/search${query}`)).status).toBe(400);
  });
});

describe('saved hunts', () => {
  const hunt = { name: 'Writes <to> crm', of: 'actions', filters: { system: 'crm', range: '24h' } };

  it('are kept for whoever saved them, until they are forgotten', async () => {
    const saved = await send('POST', '/v1/hunts', hunt);
    expect(saved).toMatchObject({ status: 201, body: { ...hunt, savedAt: '2026-11-21T12:00:00.000Z' } });
    expect((await get('/v1/hunts')).body.items).toMatchObject([hunt]);
    expect((await get('/v1/hunts', 'rival')).body.items).toEqual([]);
    expect((await get('/v1/hunts', 'acme', 'responder')).body.items).toEqual([]);
    const changed = { ...hunt, filters: { system: 'hr' } };
    expect((await send('POST', '/v1/hunts', changed)).body.id).toBe(saved.body.id);
    expect((await send('DELETE', `/v1/hunts/${saved.body.id}`, undefined, 'responder')).status).toBe(404);
    expect((await get('/v1/hunts')).body.items).toMatchObject([changed]);
  });

  it.each([
    ['no name', { ...hunt, name: ' ' }],
    ['an unknown filter', { ...hunt, filters: { sistem: 'crm' } }],
    ['nothing to hunt', { ...hunt, of: 'tokens' }],
    ['a member that is not known', { ...hunt, owner: 'k' }],
  ])('are refused with %s', async (_, body) => {
    expect((await send('POST', '/v1/hunts', body)).status).toBe(400);
  });

  it('are for people who hunt', async () => {
    expect((await send('POST', '/v1/hunts', hunt, 'publisher')).status).toBe(403);
  });

  it('are as many as one still reads', async () => {
    const of = { ...hunt, filters: {} };
    for (let n = 0; n < HUNTS_MAX; n += 1) {
      expect((await send('POST', '/v1/hunts', { ...of, name: `h${n}` }, 'admin')).status).toBe(201);
    }
    expect((await send('POST', '/v1/hunts', { ...of, name: 'one more' }, 'admin')).status).toBe(409);
    expect((await send('POST', '/v1/hunts', { ...of, name: 'h0' }, 'admin')).status).toBe(201);
  });
});
