import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parties, secretOf } from '../../../../src/cli/demo-idp/cast.ts';
import type { ResponseTarget } from '../../../../src/domain/response.ts';
import { type Peer, startPeer } from '../../../support/authorization-server/peer.ts';
import { connectorOf, orderFor, startStub, tokenTarget } from './support.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const grants = { grant_types: [], redirect_uris: [], response_types: [] as [] };
/** The same detector, authenticated otherwise. */
const clients = [
  {
    client_id: 'chainwarden-post',
    client_secret: secretOf({ clientId: 'chainwarden-post' }),
    token_endpoint_auth_method: 'client_secret_post' as const,
    ...grants,
  },
  {
    client_id: 'chainwarden-jwt',
    token_endpoint_auth_method: 'private_key_jwt' as const,
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'cw' }] },
    ...grants,
  },
];

let peer: Peer;
beforeAll(async () => {
  peer = await startPeer({ clients });
});
beforeEach(() => peer.setRules({}));

type Differs = Parameters<typeof connectorOf>[0][number] extends infer One
  ? Partial<Extract<One, { kind: 'oauth' }>>
  : never;

function connector(differs: Differs = {}, env: Readonly<Record<string, string>> = {}) {
  const { server } = peer;
  return connectorOf(
    [
      {
        name: 'idp',
        kind: 'oauth',
        issuers: [server.issuer],
        revocation: server.revocation,
        introspection: server.introspection,
        client: { method: 'client_secret_basic', id: 'chainwarden', secret: { env: 'CLIENT' } },
        custodian: { url: server.custodian.url, secret: { env: 'CUSTODIAN' } },
        ...differs,
      },
    ],
    { CLIENT: secretOf(parties.chainwarden), CUSTODIAN: server.custodian.secret, ...env },
  );
}

/** A token of the support agent under a human's session, and how the events name it. */
async function mint() {
  const session = await peer.as.portal.signIn('openid offline_access crm:read');
  const { accessToken } = await peer.as.support.exchange(session.accessToken, 'crm:read');
  const ref = peer.server.book.find(accessToken)?.ref;
  if (ref === undefined) throw new Error('the server does not know what it minted');
  return { session, accessToken, ref, target: tokenTarget(ref) };
}

const isActive = (token: string) => peer.as.chainwarden.isActive(token);
const orderOf = (target: ResponseTarget) => ({ tenant: 'acme', target });

describe('revocation at a real authorization server', () => {
  it('ends the token, and proves it by introspection', async () => {
    const { accessToken, session, target } = await mint();
    const idp = connector();
    expect(idp.handles(target)).toBe(true);
    expect(await idp.send(orderFor(target))).toMatchObject({ kind: 'answered', status: 200 });
    expect(await isActive(accessToken)).toBe(false);
    expect(await idp.confirm?.(orderOf(target))).toBe('ended');
    expect(await isActive(session.accessToken)).toBe(true);
  });

  it('tells a token that lives on although the server answered 200', async () => {
    peer.setRules({ silent: true });
    const { accessToken, target } = await mint();
    const idp = connector();
    expect(await idp.send(orderFor(target))).toMatchObject({ kind: 'answered', status: 200 });
    expect(await idp.confirm?.(orderOf(target))).toBe('alive');
    expect(await isActive(accessToken)).toBe(true);
  });

  it('ends a family by its current refresh token', async () => {
    const { session } = await mint();
    const renewed = await peer.as.portal.refresh(session.refreshToken ?? '');
    const family = peer.server.book.find(session.accessToken)?.family ?? '';
    const target = { kind: 'family', key: `fam:${family}`, iss: peer.server.issuer, family } as const;
    const idp = connector();
    expect(await idp.send(orderFor(target))).toMatchObject({ status: 200 });
    expect(await idp.confirm?.(orderOf(target))).toBe('ended');
    expect(await isActive(renewed.accessToken)).toBe(false);
  });

  it.each([
    [
      'client_secret_post',
      { method: 'client_secret_post', id: 'chainwarden-post', secret: { env: 'CLIENT' } },
    ],
    ['private_key_jwt', { method: 'private_key_jwt', id: 'chainwarden-jwt', key: { env: 'KEY' }, kid: 'cw' }],
  ] as const)('authenticates by %s', async (_, client) => {
    const { target } = await mint();
    const { issuer } = peer.server;
    const idp = connector(
      { client: client.method === 'private_key_jwt' ? { ...client, audience: issuer } : client },
      {
        CLIENT: secretOf({ clientId: client.id }),
        KEY: String(privateKey.export({ format: 'pem', type: 'pkcs8' })),
      },
    );
    expect(await idp.send(orderFor(target))).toMatchObject({ status: 200 });
    expect(await idp.confirm?.(orderOf(target))).toBe('ended');
  });

  it('rehearses without revoking', async () => {
    const { accessToken, target } = await mint();
    expect(await connector().rehearse(orderFor(target))).toBeUndefined();
    expect(await isActive(accessToken)).toBe(true);
  });
});

describe('what cannot be revoked or proven', () => {
  it('is said at once when the server does not accept the client', async () => {
    const { target } = await mint();
    const idp = connector({ introspection: undefined }, { CLIENT: 'the wrong secret' });
    expect(idp.declaration.confirms).toBe('none');
    expect(await idp.send(orderFor(target))).toEqual({
      kind: 'failed',
      code: 'DELIVERY_REFUSED',
      retriable: false,
      message:
        'the authorization server refused: it does not accept our client authentication (invalid_client)',
    });
  });

  it('is unknown when the client may not introspect, and is told that every token is inactive', async () => {
    const { accessToken, target } = await mint();
    const blind = connector(
      { client: { method: 'client_secret_basic', id: 'portal', secret: { env: 'CLIENT' } } },
      { CLIENT: secretOf(parties.portal) },
    );
    await blind.send(orderFor(target));
    expect(await isActive(accessToken)).toBe(true);
    expect(await blind.confirm?.(orderOf(target))).toBe('unknown');
  });

  it('is said when the server cannot revoke self-contained tokens', async () => {
    const { target } = await mint();
    const structured = await startStub(() => ({ status: 200, body: '{"token":"e30.e30.c2ln"}' }));
    const idp = connector({
      introspection: undefined,
      custodian: { url: structured.url, secret: { env: 'CUSTODIAN' } },
    });
    const jwt = tokenTarget({ iss: peer.server.issuer, jti: target.key });
    expect(await idp.send(orderFor(jwt))).toMatchObject({
      kind: 'failed',
      retriable: false,
      message: expect.stringContaining('unsupported_token_type'),
    });
  });

  it('is nothing when the custodian gives the text of another token', async () => {
    const { target } = await mint();
    const other = await mint();
    const liar = await startStub(() => ({ status: 200, body: JSON.stringify({ token: other.accessToken }) }));
    const idp = connector({ custodian: { url: liar.url, secret: { env: 'CUSTODIAN' } } });
    const refusal = { kind: 'failed', code: 'DELIVERY_REFUSED', message: expect.stringContaining('hash') };
    expect(await idp.send(orderFor(target))).toMatchObject(refusal);
    expect(await isActive(other.accessToken)).toBe(true);
    expect(await idp.confirm?.(orderOf(target))).toBe('unknown');
  });

  it.each([
    [404, false, 'the custodian holds no such token'],
    [401, false, 'the custodian does not accept our secret'],
    [503, true, 'the custodian answered 503'],
    [302, true, 'the custodian answered 302'],
  ])(
    'is tried again only where that could help: the custodian answers %d',
    async (status, retriable, message) => {
      const { target } = await mint();
      const custodian = await startStub(() => ({ status, headers: { location: peer.server.custodian.url } }));
      const idp = connector({ custodian: { url: custodian.url, secret: { env: 'CUSTODIAN' } } });
      expect(await idp.send(orderFor(target))).toMatchObject({ kind: 'failed', retriable, message });
      expect(custodian.arrived).toHaveLength(1);
      expect(await idp.rehearse(orderFor(target))).toBe(message);
    },
  );
});

describe('servers that misbehave', () => {
  /** A server of our own in place of the real one, with one answer for each introspection; the custodian is real. */
  async function against(
    revoke: { status: number; headers?: Record<string, string> },
    ...introspected: readonly string[]
  ) {
    let asked = 0;
    const stub = await startStub(({ path }) => {
      if (path !== '/introspect') return revoke;
      asked += 1;
      return { status: 200, body: introspected[asked - 1] ?? '' };
    });
    const { target, accessToken } = await mint();
    const idp = connector({ revocation: `${stub.url}/revoke`, introspection: `${stub.url}/introspect` });
    return { idp, stub, target, accessToken };
  }

  it('are not followed elsewhere with the text of a token', async () => {
    const trap = await startStub(() => ({ status: 200 }));
    const { idp, target } = await against(
      { status: 307, headers: { location: trap.url } },
      '{"active":true}',
    );
    expect(await idp.send(orderFor(target))).toMatchObject({ kind: 'answered', status: 307 });
    expect(trap.arrived).toEqual([]);
  });

  it('are asked again when they say so', async () => {
    const { idp, target } = await against(
      { status: 503, headers: { 'retry-after': '7' } },
      '{"active":true}',
    );
    expect(await idp.send(orderFor(target))).toEqual({ kind: 'answered', status: 503, retryAfter: '7' });
  });

  it.each([
    ['ended', 'that the token is inactive', '{"active":false}'],
    ['unknown', 'what is no answer', '<html>sign in</html>'],
    ['unknown', 'an answer that is too long', `{"active":false,"x":"${'x'.repeat(70_000)}"}`],
    ['unknown', 'an answer about another token', '{"active":false,"jti":"somebody-elses"}'],
  ])('prove that it is %s by %s', async (confirmation, _, answer) => {
    const { idp, target } = await against({ status: 200 }, '{"active":true}', answer);
    expect(await idp.send(orderFor(target))).toMatchObject({ status: 200 });
    expect(await idp.confirm?.(orderOf(target))).toBe(confirmation);
  });

  it('are not asked to revoke a token that they call by another name than the events', async () => {
    const { idp, stub, target } = await against({ status: 200 }, '{"active":true,"jti":"somebody-elses"}');
    expect(await idp.send(orderFor(target))).toMatchObject({ kind: 'failed', code: 'DELIVERY_REFUSED' });
    expect(stub.arrived.map(({ path }) => path)).toEqual(['/introspect']);
  });

  it('get the text of the token in the body, and nobody gets it in an address or a message', async () => {
    const { idp, stub, target, accessToken } = await against({ status: 400 }, '{"active":true}');
    const attempt = await idp.send(orderFor(target));
    expect(stub.arrived.map(({ body }) => new URLSearchParams(body).get('token'))).toEqual([
      accessToken,
      accessToken,
    ]);
    expect(stub.arrived.map(({ path }) => path).join()).not.toContain(accessToken);
    expect(JSON.stringify([attempt, idp])).not.toContain(accessToken);
  });
});

describe('addresses', () => {
  it('that are not public are refused before anything is asked', async () => {
    const { target } = await mint();
    const idp = connectorOf(
      [
        {
          name: 'idp',
          kind: 'oauth',
          revocation: 'https://10.0.0.7/revoke',
          client: { method: 'client_secret_basic', id: 'x', secret: { env: 'CLIENT' } },
          custodian: { url: 'https://169.254.169.254/custodian', secret: { env: 'CUSTODIAN' } },
        },
      ],
      { CLIENT: 'x', CUSTODIAN: 'sixteen-characters' },
    );
    expect(await idp.send(orderFor(target))).toMatchObject({ kind: 'failed', code: 'DESTINATION_FORBIDDEN' });
  });
});
