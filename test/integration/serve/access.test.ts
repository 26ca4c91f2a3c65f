import type { FastifyInstance, InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Role, roles } from '../../../src/domain/access.ts';
import { createMemoryStore, type MemoryStore } from '../../support/memory-store.ts';
import { alertRow, chainRows, cloudEvent, type Served, serve, token } from './support.ts';

let store: MemoryStore;
let served: Served;
let app: FastifyInstance;

beforeAll(async () => {
  store = createMemoryStore();
  served = await serve(store);
  app = served.app;
  const { chain, hop, actions } = chainRows('acme', 'chn_1');
  await store.writeChains([chain]);
  await store.writeHops([hop]);
  await store.writeActions(actions);
  await store.writeAlerts([alertRow('acme', 'alr_1', 'chn_1')]);
});
afterAll(() => app.close());

const one = JSON.stringify(cloudEvent('access'));
const json = { 'content-type': 'application/json' };
const readers: readonly Role[] = ['analyst', 'responder', 'admin'];
const publishers: readonly Role[] = ['publisher', 'admin'];
const admins: readonly Role[] = ['admin'];
const responders: readonly Role[] = ['responder', 'admin'];
const asked = { alert: 'absent', reason: 'r' };
const said = { digest: '0'.repeat(64), reason: 'r' };
const mode = { mode: 'propose', reason: 'r' };
const gateways: readonly Role[] = ['gateway', 'admin'];
const step = {
  ...{ subject: { type: 'agent', id: 'bot' }, action: { name: 'read' }, resource: { type: 'crm', id: '1' } },
};

/** Route, who may call it, and what it answers them. */
const table: readonly [InjectOptions, readonly Role[], number][] = [
  [{ method: 'POST', url: '/v1/events', headers: json, payload: one }, publishers, 202],
  [{ method: 'POST', url: '/v1/events/validate', headers: json, payload: one }, publishers, 200],
  [{ method: 'GET', url: '/v1/chains' }, readers, 200],
  [{ method: 'GET', url: '/v1/chains/chn_1' }, readers, 200],
  [{ method: 'GET', url: '/v1/actions' }, readers, 200],
  [{ method: 'GET', url: `/v1/tokens?iss=${encodeURIComponent(token.iss)}&jti=child` }, readers, 200],
  [{ method: 'GET', url: '/v1/alerts' }, readers, 200],
  [{ method: 'GET', url: '/v1/alerts/alr_1' }, readers, 200],
  [
    { method: 'POST', url: '/v1/alerts/alr_1/actions', payload: { verb: 'comment', note: 'seen' } },
    readers,
    201,
  ],
  [{ method: 'GET', url: '/v1/responses' }, readers, 200],
  [{ method: 'GET', url: '/v1/responses/absent' }, readers, 404],
  [{ method: 'POST', url: '/v1/responses', payload: asked }, responders, 404],
  [{ method: 'POST', url: '/v1/responses/absent/approve', payload: said }, responders, 404],
  [{ method: 'POST', url: '/v1/responses/absent/deny', payload: said }, responders, 404],
  [{ method: 'POST', url: '/v1/responses/absent/undo', payload: { reason: 'r' } }, responders, 404],
  [{ method: 'POST', url: '/v1/responses/absent/confirm', payload: { reason: 'r' } }, responders, 404],
  [{ method: 'GET', url: '/v1/plans' }, readers, 200],
  [{ method: 'GET', url: '/v1/plans/absent' }, readers, 404],
  [{ method: 'POST', url: '/v1/plans', payload: asked }, readers, 404],
  [{ method: 'POST', url: '/v1/plans/absent/approve', payload: said }, responders, 404],
  [{ method: 'POST', url: '/v1/plans/absent/deny', payload: said }, responders, 404],
  [{ method: 'GET', url: '/v1/dead-letters' }, readers, 200],
  [{ method: 'GET', url: '/v1/detectors' }, readers, 200],
  [{ method: 'GET', url: '/v1/policy' }, readers, 200],
  [{ method: 'GET', url: '/v1/coverage' }, readers, 200],
  [{ method: 'GET', url: '/v1/exceptions' }, readers, 200],
  [{ method: 'GET', url: '/v1/incidents' }, readers, 200],
  [{ method: 'GET', url: '/v1/incidents/inc_absent' }, readers, 404],
  [
    { method: 'POST', url: '/v1/detectors/scope-creep/switch', payload: { on: true, reason: 'r' } },
    admins,
    200,
  ],
  [{ method: 'POST', url: '/v1/detectors/absent/backtest', payload: {} }, admins, 404],
  [{ method: 'POST', url: '/v1/detectors/absent/mode', payload: mode }, admins, 404],
  [{ method: 'GET', url: '/v1/backtests/absent' }, readers, 404],
  [{ method: 'GET', url: '/v1/deny-list' }, gateways, 200],
  [{ method: 'POST', url: '/access/v1/evaluation', payload: step }, gateways, 200],
  [{ method: 'POST', url: '/access/v1/evaluations', payload: { evaluations: [step] } }, gateways, 200],
  [{ method: 'GET', url: '/v1/channels' }, readers, 200],
  [{ method: 'GET', url: '/v1/deliveries' }, readers, 200],
  [{ method: 'POST', url: '/v1/deliveries/absent/replay', payload: { reason: 'r' } }, readers, 404],
  [{ method: 'GET', url: '/v1/audit' }, readers, 200],
  [{ method: 'GET', url: '/v1/audit/head' }, readers, 200],
  [{ method: 'GET', url: '/v1/audit/chains/w_1' }, readers, 200],
  [{ method: 'GET', url: '/v1/audit/ocsf' }, readers, 200],
  [{ method: 'GET', url: '/v1/chains/absent/evidence' }, readers, 404],
  [{ method: 'GET', url: '/v1/chains/chn_1/ocsf' }, readers, 200],
  [{ method: 'GET', url: '/v1/chains/chn_1/unwind' }, readers, 200],
  [{ method: 'GET', url: '/v1/evidence-key' }, readers, 200],
  [{ method: 'GET', url: '/v1/tokens/absent/blast-radius' }, readers, 400],
  [{ method: 'GET', url: '/v1/principals/absent' }, readers, 404],
  [{ method: 'GET', url: '/v1/search?q=absent' }, readers, 200],
  [{ method: 'GET', url: '/v1/hunts' }, readers, 200],
  [{ method: 'POST', url: '/v1/hunts', payload: { name: 'n', of: 'chains', filters: {} } }, readers, 201],
  [{ method: 'DELETE', url: '/v1/hunts/absent' }, readers, 404],
  [{ method: 'GET', url: '/v1/overview' }, readers, 200],
  [{ method: 'GET', url: '/v1/health' }, readers, 200],
  [{ method: 'GET', url: '/v1/intake' }, readers, 200],
  [{ method: 'GET', url: '/v1/detectors/noise' }, readers, 200],
  [{ method: 'GET', url: '/v1/requirements' }, readers, 200],
  [{ method: 'GET', url: '/v1/policy/history' }, readers, 200],
  [{ method: 'GET', url: '/v1/keys' }, admins, 200],
  [{ method: 'POST', url: '/v1/keys', payload: { name: 'n', role: 'analyst' } }, admins, 201],
  [{ method: 'DELETE', url: '/v1/keys/absent' }, admins, 404],
  [{ method: 'GET', url: '/metrics' }, roles, 200],
];
const cases = table.flatMap(([request, allowed, status]) =>
  roles.map((role): [string, Role, InjectOptions, number] => [
    `${request.method} ${String(request.url).split('?')[0]}`,
    role,
    request,
    allowed.includes(role) ? status : 403,
  ]),
);

describe('who may do what', () => {
  it.each(cases)('%s as %s', async (_, role, request, status) => {
    const headers = { ...request.headers, ...served.as(role) };
    const answer = await app.inject({ ...request, headers });
    expect(answer.statusCode).toBe(status);
    if (status === 403) expect(answer.json()).toMatchObject({ code: 'FORBIDDEN', status: 403 });
  });

  it.each(table)('asks for a key: %o', async (request) => {
    const answer = await app.inject({ ...request, remoteAddress: nextAddress() });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.json()).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it.each([
    '/',
    '/healthz',
    '/readyz',
    '/openapi.json',
    '/.well-known/authzen-configuration',
    '/.well-known/jwks.json',
  ])('leaves %s open', async (url) => {
    expect((await app.inject(url)).statusCode).toBe(200);
  });

  it('covers every route of the document', async () => {
    const document: { paths: Record<string, object> } = (await app.inject('/openapi.json')).json();
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const open = [
      'GET /',
      'GET /healthz',
      'GET /readyz',
      'GET /.well-known/authzen-configuration',
      'GET /.well-known/jwks.json',
      // A security event token is admitted by its signature.
      'POST /ssf/v1/events',
    ];
    // /v1/tokens/{ref} and /v1/tokens answer alike; a stream does not end, and has tests of its own.
    expect(documented.length).toBe(table.length + open.length + 2);
  });
});

let address = 0;
function nextAddress(): string {
  address += 1;
  return `192.0.2.${address}`;
}

describe('keys', () => {
  const wrong = [
    ['nothing after Bearer', 'Bearer '],
    ['another scheme', 'Basic YWxpY2U6c2VjcmV0'],
    ['a text of another form', 'Bearer hello'],
    ['an unknown id', `Bearer cwk_${'0'.repeat(12)}_${'A'.repeat(43)}`],
  ] as const;
  it.each(wrong)('refuses %s', async (_, authorization) => {
    const request = { url: '/v1/chains', headers: { authorization }, remoteAddress: nextAddress() };
    expect((await app.inject(request)).statusCode).toBe(401);
  });

  it('refuses the right id with the secret of another key', async () => {
    const [analyst = '', responder = ''] = [served.as('analyst'), served.as('responder')].map(
      (h) => h.authorization,
    );
    const mixed =
      analyst.slice(0, 'Bearer cwk_000000000000_'.length) +
      responder.slice('Bearer cwk_000000000000_'.length);
    const request = { url: '/v1/chains', headers: { authorization: mixed }, remoteAddress: nextAddress() };
    expect((await app.inject(request)).statusCode).toBe(401);
  });

  it('are shown once, kept as a hash, and work at once', async () => {
    const payload = { name: 'pipeline', role: 'publisher', issuers: ['https://idp.example'] };
    const made = await app.inject({ method: 'POST', url: '/v1/keys', headers: served.as('admin'), payload });
    expect(made.headers['cache-control']).toBe('no-store');
    const { key, text } = made.json();
    expect(key).toMatchObject({ ...payload, disabled: false });

    const listed = await app.inject({ url: '/v1/keys', headers: served.as('admin') });
    expect(listed.body).toContain(key.id);
    const secret = text.split('_').slice(2).join('_');
    expect(listed.body + JSON.stringify(await store.apiKeys())).not.toContain(secret);
    for (const { hash } of await store.apiKeys()) expect(listed.body).not.toContain(hash);

    const headers = { ...json, authorization: `Bearer ${text}` };
    const sent = await app.inject({ method: 'POST', url: '/v1/events', headers, payload: one });
    expect(sent.statusCode).toBe(202);
  });

  it('stop working when they are disabled', async () => {
    const payload = { name: 'leaver', role: 'analyst' };
    const made = await app.inject({ method: 'POST', url: '/v1/keys', headers: served.as('admin'), payload });
    const { key, text } = made.json();
    const use = {
      url: '/v1/chains',
      headers: { authorization: `Bearer ${text}` },
      remoteAddress: nextAddress(),
    };
    expect((await app.inject(use)).statusCode).toBe(200);
    const url = `/v1/keys/${key.id}`;
    const gone = await app.inject({ method: 'DELETE', url, headers: served.as('admin') });
    expect(gone.json()).toMatchObject({ id: key.id, disabled: true });
    expect((await app.inject(use)).statusCode).toBe(401);
  });

  it('cannot disable themselves', async () => {
    const listed = await app.inject({ url: '/v1/keys', headers: served.as('admin') });
    const own = listed.json().items.find((key: { name: string }) => key.name === 'acme admin');
    const answer = await app.inject({
      method: 'DELETE',
      url: `/v1/keys/${own.id}`,
      headers: served.as('admin'),
    });
    expect(answer.json()).toMatchObject({ status: 409, code: 'CONFLICT' });
  });

  it.each([
    [{ name: 'n', role: 'publisher' }],
    [{ name: 'n', role: 'analyst', issuers: '*' }],
    [{ name: 'n', role: 'root' }],
    [{ name: 'n', role: 'analyst', tenant: 'rival' }],
  ])('are not made of %o', async (payload) => {
    const answer = await app.inject({
      method: 'POST',
      url: '/v1/keys',
      headers: served.as('admin'),
      payload,
    });
    expect(answer.json()).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
  });
});

describe('limits by rate', () => {
  it('slow down an address that keeps failing, and only that address', async () => {
    const guess = {
      url: '/v1/chains',
      headers: { authorization: 'Bearer no' },
      remoteAddress: '198.51.100.1',
    };
    const answers: number[] = [];
    for (let i = 0; i < 25; i += 1) answers.push((await app.inject(guess)).statusCode);
    expect(answers.slice(0, 20)).toEqual(Array(20).fill(401));
    expect(answers.at(-1)).toBe(429);
    const last = await app.inject({ ...guess, headers: served.as('analyst') });
    expect(last.json()).toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
    const elsewhere = { ...guess, headers: served.as('analyst'), remoteAddress: '198.51.100.2' };
    expect((await app.inject(elsewhere)).statusCode).toBe(200);
  });
});
