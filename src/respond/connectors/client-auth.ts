import { randomUUID } from 'node:crypto';
import { type Environment, readSecret, type SecretKind } from '../secrets.ts';
import type { Clock } from '../types.ts';
import type { ConfigOf } from './config.ts';
import { createJwtKey, jwtKey } from './keys.ts';

/** What a client adds to a form post to say who it is. */
export type ClientAuth = () => Promise<{
  readonly headers: Readonly<Record<string, string>>;
  readonly form: Readonly<Record<string, string>>;
}>;

/** RFC 6749 appendix A.2: any printable character, blanks included. */
const clientSecret: SecretKind<string> = {
  expected: 'a client secret of 1 to 4096 printable characters',
  parse: (text) => (/^[\x20-\x7e]{1,4096}$/.test(text) ? text : undefined),
};

/** An assertion is used at once (RFC 7523 section 3). */
const ASSERTION_SECONDS = 60;

export function createClientAuth(
  owner: string,
  client: ConfigOf<'oauth'>['client'],
  { env, clock }: { readonly env: Environment; readonly clock: Clock },
): ClientAuth {
  const { id } = client;
  switch (client.method) {
    case 'client_secret_basic': {
      const secret = readSecret(owner, client.secret, env, clientSecret);
      const credentials = Buffer.from(`${formEncoded(id)}:${formEncoded(secret)}`).toString('base64');
      return async () => ({ headers: { authorization: `Basic ${credentials}` }, form: {} });
    }
    case 'client_secret_post': {
      const secret = readSecret(owner, client.secret, env, clientSecret);
      return async () => ({ headers: {}, form: { client_id: id, client_secret: secret } });
    }
    case 'private_key_jwt': {
      const key = createJwtKey(readSecret(owner, client.key, env, jwtKey), client.kid);
      return async () => {
        const now = Math.floor(clock() / 1000);
        const claims = { iss: id, sub: id, aud: client.audience, jti: randomUUID(), iat: now };
        return {
          headers: {},
          form: {
            client_id: id,
            client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
            client_assertion: await key.sign({ ...claims, exp: now + ASSERTION_SECONDS }, 'JWT'),
          },
        };
      };
    }
  }
}

/** RFC 6749 section 2.3.1: both halves are form-encoded before they are joined. */
function formEncoded(text: string): string {
  return new URLSearchParams({ _: text }).toString().slice('_='.length);
}
