import { generateKeyPairSync } from 'node:crypto';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import type { ResponseTarget } from '../../../../src/domain/response.ts';
import { type Arrived, connectorsOf, orderedMs, orderFor, startStub, tokenTarget } from './support.ts';

const SESSION_REVOKED = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked';
const token = tokenTarget({ iss: 'https://as.example', jti: 't-1' });
const receiver = 'https://receiver.example';

function pem(kind: 'ed25519' | 'ec' | 'rsa'): string {
  const made = { ed25519: () => generateKeyPairSync('ed25519'), ec: p256, rsa: rsa };
  return String(made[kind]().privateKey.export({ format: 'pem', type: 'pkcs8' }));
}
const p256 = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 });

const taken = () => ({ status: 202 });

/** A connector, and a receiver that verifies with the published keys and nothing else. */
async function subscribe(
  answer: (request: Arrived) => { status: number; body?: string } = taken,
  key = pem('ec'),
) {
  const stub = await startStub(answer);
  const connectors = connectorsOf(
    [
      {
        name: 'caep',
        kind: 'caep',
        url: `${stub.url}/events`,
        issuer: 'https://chainwarden.example',
        audience: receiver,
        key: { env: 'KEY' },
        authorization: { env: 'PUSH' },
      },
    ],
    { KEY: key, PUSH: 'a-token-of-the-receiver' },
  );
  const [connector] = connectors.all;
  if (connector === undefined) throw new Error('there is no connector');
  async function verified(index = 0) {
    const keys = createLocalJWKSet(await connectors.jwks());
    const options = { issuer: 'https://chainwarden.example', audience: receiver, typ: 'secevent+jwt' };
    return (await jwtVerify(stub.arrived[index]?.body ?? '', keys, options)).payload;
  }
  return { connector, connectors, stub, verified };
}

describe('session-revoked events', () => {
  it.each(['ed25519', 'ec', 'rsa'] as const)('are verified with the published keys: %s', async (kind) => {
    const { connector, stub, verified } = await subscribe(taken, pem(kind));
    expect(await connector.send(orderFor(token))).toEqual({
      kind: 'answered',
      status: 202,
      retryAfter: undefined,
    });
    expect(await verified()).toEqual({
      iss: 'https://chainwarden.example',
      aud: receiver,
      iat: orderedMs / 1000,
      jti: orderFor(token).id,
      sub_id: { format: 'jwt_id', iss: 'https://as.example', jti: 't-1' },
      events: {
        [SESSION_REVOKED]: {
          event_timestamp: orderedMs / 1000,
          initiating_entity: 'policy',
          reason_admin: { en: 'scope-creep: gained crm:write' },
        },
      },
    });
    expect(stub.arrived[0]?.headers).toMatchObject({
      'content-type': 'application/secevent+jwt',
      accept: 'application/json',
      authorization: 'Bearer a-token-of-the-receiver',
    });
  });

  it('publish no private part, and name the key that signs', async () => {
    const { connector, connectors, stub } = await subscribe();
    await connector.send(orderFor(token));
    const { keys } = await connectors.jwks();
    expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    expect(decodeProtectedHeader(stub.arrived[0]?.body ?? '').kid).toBe(keys[0]?.kid);
  });

  it.each<[string, ResponseTarget, object]>([
    [
      'an agent',
      {
        kind: 'subject',
        key: 'prn:a',
        subject: { id: 'agent:a', iss: 'https://as.example', kind: 'agent' },
        cutOffMs: 1,
      },
      { format: 'iss_sub', iss: 'https://as.example', sub: 'agent:a' },
    ],
    [
      'an agent of no issuer',
      { kind: 'subject', key: 'prn:a', subject: { id: 'agent:a', kind: 'agent' }, cutOffMs: 1 },
      { format: 'opaque', id: 'agent:a' },
    ],
    [
      'a family',
      { kind: 'family', key: 'fam:f', iss: 'https://as.example', family: 'f' },
      {
        format: 'complex',
        session: { format: 'opaque', id: 'f' },
        tenant: { format: 'uri', uri: 'https://as.example' },
      },
    ],
  ])('name %s', async (_, target, subject) => {
    const { connector, verified } = await subscribe();
    expect(connector.handles(target)).toBe(true);
    await connector.send(orderFor(target));
    expect((await verified())['sub_id']).toEqual(subject);
  });

  it.each<[string, ResponseTarget]>([
    ['a token that is known by its hash only', tokenTarget({ hash: `sha256:${'a'.repeat(43)}` })],
    ['a family of no issuer', { kind: 'family', key: 'fam:f', iss: undefined, family: 'f' }],
    ['a human', { kind: 'subject', key: 'prn:ann', subject: { id: 'ann', kind: 'human' }, cutOffMs: 1 }],
  ])('cannot be said of %s', async (_, target) => {
    const { connector } = await subscribe();
    expect(connector.handles(target)).toBe(false);
  });

  it('repeat under the same jti', async () => {
    const { connector, verified } = await subscribe();
    await connector.send(orderFor(token));
    await connector.send({ ...orderFor(token), attempts: 1, nextAttemptMs: orderedMs + 5_000 });
    expect(await verified(1)).toEqual(await verified(0));
  });

  it('are rehearsed without being sent', async () => {
    const { connector, stub } = await subscribe();
    expect(await connector.rehearse(orderFor(token))).toBeUndefined();
    expect(stub.arrived).toEqual([]);
  });
});

describe('what receivers answer', () => {
  it.each([
    ['an error of RFC 8935', 400, '{"err":"invalid_key","description":"unknown kid"}', 'invalid_key'],
    ['a refusal in its own words', 403, '{"err":"<script>"}', 'HTTP 403'],
    ['a success that is none', 200, '<html>sign in</html>', 'HTTP 200'],
  ])('is final: %s', async (_, status, body, reason) => {
    const { connector } = await subscribe(() => ({ status, body }));
    expect(await connector.send(orderFor(token))).toEqual({
      kind: 'failed',
      code: 'DELIVERY_REFUSED',
      retriable: false,
      message: `the receiver did not take the event: ${reason}`,
    });
  });

  it.each([302, 410, 429, 500])('is left to the schedule: %d', async (status) => {
    const { connector } = await subscribe(() => ({ status }));
    expect(await connector.send(orderFor(token))).toMatchObject({ kind: 'answered', status });
  });
});
