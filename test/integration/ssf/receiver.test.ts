import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config.ts';
import { type Service, startService } from '../../../src/main.ts';
import { type Api, apiOf } from '../../support/api.ts';
import { CAEP, newKey, RISC, type SetKey, serveKeys, signSet } from '../../support/ssf/transmitter.ts';
import { until } from '../../support/until.ts';
import { temporaryFolder } from '../../unit/cli/support.ts';

const iss = 'https://login.example.com';
const aud = 'https://chainwarden.example.com/ssf';
const maya = { id: 'user:maya', iss, kind: 'human' };
const agent = { id: 'agent:refund', kind: 'agent' };
const nowSeconds = () => Math.floor(Date.now() / 1000);

let service: Service;
let api: Api;
let key: SetKey;
let keys: Awaited<ReturnType<typeof serveKeys>>;

beforeAll(async () => {
  key = await newKey('k1');
  keys = await serveKeys([key]);
  const base = loadConfig({ env: { CHAINWARDEN_DATA: temporaryFolder(), CHAINWARDEN_PORT: '0' } });
  const transmitter = { name: 'idp', issuer: iss, audience: aud, jwksUrl: keys.url, allowPrivate: true };
  const clocks = { ...base.policy.clocks, skewSeconds: 0, revocationPropagationSeconds: 0 };
  service = await startService({
    ...base,
    policy: { ...base.policy, clocks },
    ssf: { transmitters: [{ ...transmitter, bareSubjects: false }] },
    logLevel: 'silent',
  });
  api = apiOf(service.address, service.adminKey ?? '');
});
afterAll(async () => {
  await service?.stop();
  await keys.close();
});

let sent = 0;
function event(type: string, data: object) {
  sent += 1;
  return {
    specversion: '1.0',
    id: `e${sent}`,
    source: iss,
    type: `com.example.${type}.v1`,
    time: new Date().toISOString(),
    data: { v: 1, type, ...data },
  };
}
const minted = (jti: string) =>
  event('token.issued', {
    token: { iss, jti },
    tokenKind: 'access_token',
    grant: 'authorization_code',
    subject: maya,
    actor: agent,
    scope: ['crm:write'],
    iat: nowSeconds() - 600,
    exp: nowSeconds() + 600,
  });
const used = (jti: string) =>
  event('api.called', {
    actor: agent,
    target: { system: 'crm' },
    action: 'write',
    effect: 'write',
    token: { iss, jti },
  });

async function push(claims: object, type = 'application/secevent+jwt') {
  const body = await signSet(key, { iss, aud, iat: nowSeconds(), ...claims });
  return fetch(`${service.address}/ssf/v1/events`, {
    method: 'POST',
    headers: { 'content-type': type },
    body,
  });
}

const found = (fact: string) => async () => (await api.alerts()).some(({ facts }) => facts.includes(fact));

it('judges a live chain again as soon as an account is disabled, or a token revoked', async () => {
  expect(await api.publish([minted('at-1'), minted('at-2'), used('at-1'), used('at-2')])).toBe(202);
  await until('the chains are there', async () => (await api.chains()).length === 2);
  expect(await api.alerts()).toEqual([]);

  // Told now, of a minute ago: what was done since was done in the name of nobody.
  const stamp = nowSeconds() - 60;
  const closed = {
    jti: 'set-1',
    sub_id: { format: 'iss_sub', iss, sub: maya.id },
    events: { [`${RISC}account-disabled`]: { event_timestamp: stamp } },
  };
  const answer = await push(closed);
  expect([answer.status, await answer.text()]).toEqual([202, '']);
  await until('the chain outlives its initiator', found('initiator-disabled'));

  expect((await push(closed)).status).toBe(202);
  const revoked = {
    sub_id: { format: 'jwt_id', iss, jti: 'at-2' },
    events: { [`${CAEP}session-revoked`]: { event_timestamp: stamp, initiating_entity: 'admin' } },
  };
  expect((await push(revoked)).status).toBe(202);
  await until('the token is used after its revocation', found('used-after-revocation'));
  expect(await api.metrics()).toContain(
    'chainwarden_ssf_tokens_total{transmitter="idp",outcome="repeated"} 1',
  );
});

it('answers as RFC 8935 says', async () => {
  const verification = { events: { 'https://schemas.openid.net/secevent/ssf/event-type/verification': {} } };
  expect((await push(verification)).status).toBe(202);
  const refused = await push({ ...verification, aud: 'https://other.example.com' });
  expect([
    refused.status,
    refused.headers.get('content-type'),
    refused.headers.get('content-language'),
  ]).toEqual([400, expect.stringMatching(/^application\/json/), 'en']);
  expect(await refused.json()).toEqual({
    err: 'invalid_audience',
    description: 'it is meant for somebody else',
  });
  expect((await push(verification, 'application/json')).status).toBe(415);
  const large = { ...verification, padding: 'x'.repeat(70_000) };
  expect((await push(large)).status).toBe(413);
});

it('stops listening to an address that sends nothing but what is refused', async () => {
  const statuses: number[] = [];
  for (let n = 0; n < 25; n += 1) statuses.push((await push({ iss: 'https://nobody.example.com' })).status);
  expect(new Set(statuses.slice(0, 10))).toEqual(new Set([400]));
  expect(statuses.at(-1)).toBe(429);
});
