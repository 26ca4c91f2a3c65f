import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/';
export const RISC = 'https://schemas.openid.net/secevent/risc/event-type/';

export interface SetKey {
  readonly kid: string | undefined;
  readonly alg: string;
  readonly privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
  readonly publicJwk: JWK;
}

export async function newKey(kid: string | undefined, alg = 'ES256'): Promise<SetKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const named = kid === undefined ? {} : { kid };
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), alg, ...named } };
}

/** Signs as a transmitter would; members of claims or header that are undefined are left out. */
export async function signSet(
  key: Pick<SetKey, 'kid' | 'alg' | 'privateKey'>,
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const defined = (value: object) =>
    Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
  const protectedHeader = { alg: key.alg, kid: key.kid, typ: 'secevent+jwt', ...header };
  return new SignJWT(defined({ jti: randomUUID(), ...claims }))
    .setProtectedHeader(defined(protectedHeader) as { alg: string })
    .sign(key.privateKey, { crit: { odd: true } });
}

/** A real server of a JSON Web Key Set, whose keys can change, and which counts how often it was asked. */
export async function serveKeys(initial: readonly SetKey[]) {
  const state = { keys: initial.map(({ publicJwk }) => publicJwk), asked: 0, status: 200, padding: 0 };
  const server = createServer((_, response) => {
    state.asked += 1;
    response.writeHead(state.status, { 'content-type': 'application/jwk-set+json' });
    response.end(JSON.stringify({ keys: state.keys, padding: 'x'.repeat(state.padding) }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    state,
    url: `http://127.0.0.1:${port}/jwks.json`,
    rotate(keys: readonly SetKey[]) {
      state.keys = keys.map(({ publicJwk }) => publicJwk);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
