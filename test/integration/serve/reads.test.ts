import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../../src/domain/ports.ts';
import { refKey } from '../../../src/domain/token.ts';
import { openTestStore } from '../../support/store.ts';
import { alertRow, chainRows, issuer, nowMs, responseRow, type Served, serve, token } from './support.ts';

const hash = `sha256:${'A'.repeat(42)}E`;
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
    const merged = { ...chain, id: `${own}_old`, state: 'merged' as const, mergedInto: own, tokenKeys: [] };
    const hashed = { ...chain, id: `${own}_hash`, startedMs: nowMs - 60_000, lastEventMs: nowMs - 60_000 };
    await store.writeChains([chain, merged, { ...hashed, tokenKeys: [refKey({ hash })], targets: ['ldap'] }]);
    await store.writeHops([
      hop,
      { ...hop, chainId: hashed.id, key: refKey({ hash }), token: { hash }, parentKey: undefined },
    ]);
    await store.writeActions(actions);
    await store.writeAlerts([alertRow(tenant, `alr_${tenant}`, own)]);
    await store.writeResponses([responseRow(tenant, `rsp_${tenant}`, `alr_${tenant}`, own)]);
    await store.appendDeadLetters([
      {
        tenant,
        atMs: nowMs,
        publisher: `${tenant} publisher`,
        position: { source: 'http', partition: 0, offset: 3 },
        code: 'EVENT_INVALID',
        path: 'data.scope',
        reason: 'expected array',
        raw: `{"of":"${tenant}"}`,
      },
    ]);
  }
});
afterAll(async () => {
  await app.close();
  await store.close();
});

async function get(url: string, tenant: 'acme' | 'rival' = 'acme') {
  const answer = await app.inject({ url, headers: served.as('analyst', tenant) });
  return { status: answer.statusCode, body: answer.json() };
}

describe('chains', () => {
  it('lists them with times as ISO 8601', async () => {
    const { status, body } = await get('/v1/chains?target=crm');
    expect(status).toBe(200);
    const chain = body.items.find((each: { id: string }) => each.id === 'chn_acme');
    expect(chain).toMatchObject({
      startedAt: '2026-11-21T12:00:00.000Z',
      lastEventAt: '2026-11-21T12:00:05.000Z',
      completeness: { request: true, authority: true, context: false, impact: true },
      initiator: { id: 'alice', kind: 'human' },
    });
    expect(JSON.stringify(body)).not.toMatch(/"\w+Ms"/);
  });

  it.each([
    ['iss and jti', `iss=${encodeURIComponent(issuer)}&jti=child`, 'chn_acme'],
    ['hash', `hash=${hash}`, 'chn_acme_hash'],
    ['the same hash in hexadecimal', `hash=sha256:${hex(hash)}`, 'chn_acme_hash'],
    ['target', 'target=ldap', 'chn_acme_hash'],
  ])('finds one by %s', async (_, query, id) => {
    const { body } = await get(`/v1/chains?${query}`);
    expect(body.items.map((chain: { id: string }) => chain.id)).toEqual([id]);
  });

  it('pages by cursor until the end', async () => {
    const all = (await get('/v1/chains')).body.items.map((chain: { id: string }) => chain.id);
    const seen: string[] = [];
    let next: string | undefined;
    do {
      const { body } = await get(
        `/v1/chains?limit=1${next === undefined ? '' : `&cursor=${encodeURIComponent(next)}`}`,
      );
      expect(body.items).toHaveLength(1);
      seen.push(...body.items.map((chain: { id: string }) => chain.id));
      next = body.next;
    } while (next !== undefined && seen.length < 10);
    expect(seen).toEqual(all);
    expect(seen.length).toBeGreaterThan(1);
  });

  it('shows one with its hops, actions, alerts and responses', async () => {
    const { body } = await get('/v1/chains/chn_acme');
    expect(body.chain.id).toBe('chn_acme');
    expect(body.hops).toMatchObject([
      { addedScope: ['mail.send'], expiresAt: null, level: 1, to: { id: 'mail-bot' } },
    ]);
    expect(body.actions.items.map((action: { id: string }) => action.id).sort()).toEqual([
      'chn_acme-one',
      'chn_acme-two',
    ]);
    expect(body.alerts).toMatchObject([{ id: 'alr_acme' }]);
    expect(body.responses).toMatchObject([{ id: 'rsp_acme', mode: 'dry_run', state: 'proposed' }]);
  });

  it('resolves the id of a chain that was merged', async () => {
    const { body } = await get('/v1/chains/chn_acme_old');
    expect(body.chain.id).toBe('chn_acme');
    expect(body.hops).toHaveLength(1);
  });
});

describe('tokens', () => {
  it.each([
    [
      'the reference that answers hold',
      async () => (await get('/v1/chains/chn_acme')).body.hops[0].token.ref,
      'chn_acme',
    ],
    ['a hash', async () => hash, 'chn_acme_hash'],
    ['a hash in hexadecimal', async () => `sha256:${hex(hash)}`, 'chn_acme_hash'],
  ])('lead to their chain by %s', async (_, ref, id) => {
    const { status, body } = await get(`/v1/tokens/${await ref()}`);
    expect(status).toBe(200);
    expect(body.chain.id).toBe(id);
  });

  it('lead to their chain by iss and jti', async () => {
    const { body } = await get(`/v1/tokens?iss=${encodeURIComponent(token.iss)}&jti=${token.jti}`);
    expect(body).toMatchObject({ token: { iss: issuer, jti: 'child' }, chain: { id: 'chn_acme' } });
  });

  it('that nobody reported are not found', async () => {
    expect((await get('/v1/tokens?hash=sha256:'.concat('B'.repeat(43)))).body).toMatchObject({
      status: 404,
      code: 'NOT_FOUND',
    });
  });

  it.each(['nonsense', Buffer.from('tok:["a"]').toString('base64url')])('are not named %s', async (ref) => {
    expect((await get(`/v1/tokens/${ref}`)).body).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
  });

  it('may have the longest of names', async () => {
    const ref = Buffer.from(refKey({ iss: '\u20ac'.repeat(512), jti: '\u20ac'.repeat(512) })).toString(
      'base64url',
    );
    expect((await get(`/v1/tokens/${ref}`)).body).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });
});

describe('lists', () => {
  it('gives actions of a chain', async () => {
    const { body } = await get('/v1/actions?chain=chn_acme&actor=mail-bot');
    expect(body.items).toHaveLength(2);
    expect(body.items[0]).toMatchObject({ effect: 'write', outcome: 'accepted', system: 'crm' });
  });

  it('gives responses of an alert', async () => {
    const { body } = await get('/v1/responses?alert=alr_acme');
    expect(body.items).toMatchObject([{ id: 'rsp_acme', residualUntil: null, reason: 'dry run' }]);
  });

  it('gives dead letters', async () => {
    const { body } = await get('/v1/dead-letters');
    expect(body.items).toMatchObject([
      { code: 'EVENT_INVALID', position: { offset: 3 }, raw: '{"of":"acme"}' },
    ]);
  });

  it('gives detectors with labels as printed and corrected', async () => {
    const { body } = await get('/v1/detectors');
    expect(body.items).toMatchObject([
      { id: 'scope-creep', frameworks: [{ asPrinted: expect.any(String), corrected: expect.any(String) }] },
    ]);
  });
});

describe('one tenant', () => {
  it.each(['/v1/chains/chn_rival', '/v1/chains/chn_rival_old', '/v1/alerts/alr_rival'])(
    'does not find %s of another',
    async (url) => {
      expect((await get(url, 'rival')).status).toBe(200);
      expect((await get(url)).body).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    },
  );

  it.each([
    '/v1/chains',
    '/v1/actions',
    '/v1/actions?chain=chn_rival',
    '/v1/alerts',
    '/v1/alerts?chain=chn_rival',
    '/v1/responses',
    '/v1/responses?alert=alr_rival',
    '/v1/dead-letters',
    `/v1/tokens?iss=${encodeURIComponent(issuer)}&jti=child`,
  ])('sees nothing of another in %s', async (url) => {
    expect(JSON.stringify((await get(url, 'rival')).body)).toContain('rival');
    expect(JSON.stringify((await get(url)).body)).not.toContain('rival');
  });

  it('cannot act on an alert of another', async () => {
    const request = {
      method: 'POST',
      url: '/v1/alerts/alr_rival/actions',
      payload: { verb: 'acknowledge' },
    } as const;
    const answer = await app.inject({ ...request, headers: served.as('admin') });
    expect(answer.json()).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect((await get('/v1/alerts/alr_rival', 'rival')).body).toMatchObject({
      alert: { state: 'open' },
      actions: [],
    });
  });

  it('sees and disables only its own keys', async () => {
    const listed = await app.inject({ url: '/v1/keys', headers: served.as('admin', 'rival') });
    const names = listed.json().items.map((key: { name: string }) => key.name);
    expect(names.every((name: string) => name.startsWith('rival'))).toBe(true);
    const [{ id }] = listed.json().items;
    const answer = await app.inject({ method: 'DELETE', url: `/v1/keys/${id}`, headers: served.as('admin') });
    expect(answer.statusCode).toBe(404);
  });
});

describe('a key disabled here', () => {
  it('is disabled for the next process too', async () => {
    const admin = served.as('admin');
    const payload = { name: 'leaver', role: 'analyst' };
    const made = await app.inject({ method: 'POST', url: '/v1/keys', headers: admin, payload });
    const { key, text } = made.json();
    const use = { url: '/v1/detectors', headers: { authorization: `Bearer ${text}` } };
    expect((await app.inject(use)).statusCode).toBe(200);
    await app.inject({ method: 'DELETE', url: `/v1/keys/${key.id}`, headers: admin });
    const next = await serve(store);
    expect((await next.app.inject(use)).statusCode).toBe(401);
    await next.app.close();
  });
});

function hex(text: string): string {
  return Buffer.from(text.slice('sha256:'.length), 'base64url').toString('hex');
}
