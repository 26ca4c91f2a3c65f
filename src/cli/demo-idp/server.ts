import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Client, ClientMetadata, KoaContextWithOIDC, Provider } from 'oidc-provider';
import { ChainwardenError } from '../../domain/errors.ts';
import { createAdapters } from './adapter.ts';
import { createTokenBook, type Minted, type TokenBook } from './book.ts';
import { human, parties, scopes, secretOf } from './cast.ts';
import { CUSTODIAN_PATH, createCustodian } from './custodian.ts';
import { EXCHANGE, registerExchange } from './exchange.ts';
import { reportIntrospection, reportTo } from './report.ts';
import { registerSignIn, SIGN_IN } from './sign-in.ts';
import type { Tell } from './tell.ts';

/** How the server behaves, asked at every request. */
export interface Rules {
  /** Exchanges for more than the subject token holds. */
  readonly lax?: boolean;
  /** What was exchanged from a token ends with it. */
  readonly cascade?: boolean;
  /** Answers 200 to a revocation and does nothing: an ownership policy that RFC 7009 allows. */
  readonly silent?: boolean;
}

export interface AuthorizationServerOptions {
  readonly rules: () => Rules;
  readonly tell: Tell;
  readonly clients?: readonly ClientMetadata[];
  /** How the package is loaded; a development dependency need not be there. */
  readonly load?: () => Promise<typeof import('oidc-provider')>;
}

export interface AuthorizationServer {
  readonly issuer: string;
  readonly revocation: string;
  readonly introspection: string;
  readonly token: string;
  readonly custodian: { readonly url: string; readonly secret: string };
  readonly book: TokenBook;
  close(): Promise<void>;
}

const HOUR_SECONDS = 3_600;

/** A real authorization server on a free port of loopback: opaque tokens, exchange, rotation, revocation. */
export async function startAuthorizationServer(
  options: AuthorizationServerOptions,
): Promise<AuthorizationServer> {
  const { Provider, errors } = await loadProvider(options.load);
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const book = createTokenBook(issuer);
  const claims = new WeakMap<object, Record<string, unknown>>();
  const provider = new Provider(issuer, {
    ...fixedConfiguration(),
    clients: [...Object.values(parties).map(clientOf), ...(options.clients ?? [])],
    extraTokenClaims: (_ctx, token) => claims.get(token),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: {
        enabled: true,
        allowedPolicy: (_ctx, client) => client.clientId !== parties.portal.clientId,
      },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => options.rules().silent !== true && mayRevoke(client, token),
      },
    },
  });
  registerSignIn(provider, book);
  registerExchange(provider, {
    issuer,
    errors,
    book,
    claims,
    isLax: () => options.rules().lax === true,
    lifetimeSeconds: HOUR_SECONDS,
  });
  const cascade = cascadeOf(provider, book, () => options.rules().cascade === true);
  provider.use(async (ctx, next) => {
    await next();
    const oidc = ctx as KoaContextWithOIDC;
    // What ends with a token has ended before the server says so.
    await cascade.settled();
    if (oidc.oidc?.route === 'introspection') reportIntrospection(options.tell, issuer, book, oidc);
  });
  reportTo(options.tell, issuer, provider, book);

  const secret = randomBytes(24).toString('base64url');
  const answerCustodian = createCustodian(book, secret);
  const answerProvider = provider.callback();
  server.on('request', (request, response) => {
    if (request.url === CUSTODIAN_PATH) answerCustodian(request, response);
    else void answerProvider(request, response);
  });
  return {
    issuer,
    revocation: `${issuer}/token/revocation`,
    introspection: `${issuer}/token/introspection`,
    token: `${issuer}/token`,
    custodian: { url: `${issuer}${CUSTODIAN_PATH}`, secret },
    book,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Who installed without development dependencies can still run everything else. */
async function loadProvider(load = () => import('oidc-provider')): Promise<typeof import('oidc-provider')> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new ChainwardenError(
      'USAGE',
      'the package oidc-provider is not installed: npm install --no-save oidc-provider@9',
      { cause: error },
    );
  }
}

function clientOf(party: { readonly clientId: string }): ClientMetadata {
  return {
    client_id: party.clientId,
    client_secret: secretOf(party),
    redirect_uris: [],
    response_types: [],
    grant_types: ['client_credentials', 'refresh_token', EXCHANGE, SIGN_IN],
    token_endpoint_auth_method: 'client_secret_basic',
    scope: scopes.join(' '),
  };
}

function mayRevoke(client: Client, token: { readonly clientId?: string | undefined }): boolean {
  return client.clientId.startsWith(parties.chainwarden.clientId) || client.clientId === token.clientId;
}

function fixedConfiguration() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    adapter: createAdapters(),
    scopes: [...scopes],
    ttl: {
      AccessToken: HOUR_SECONDS,
      ClientCredentials: HOUR_SECONDS,
      RefreshToken: 12 * HOUR_SECONDS,
      IdToken: HOUR_SECONDS,
      Grant: 12 * HOUR_SECONDS,
    },
    rotateRefreshToken: true,
    clientDefaults: { id_token_signed_response_alg: 'ES256' as const },
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'demo' }] },
    cookies: { keys: [randomBytes(24).toString('base64url')] },
    findAccount: (_ctx: unknown, accountId: string) =>
      accountId === human.id ? { accountId, claims: async () => ({ sub: accountId }) } : undefined,
  };
}

/** Ends what was exchanged from a token that ended, down to the last. */
function cascadeOf(provider: Provider, book: TokenBook, isOn: () => boolean) {
  let work = Promise.resolve();
  async function endBelow(parent: Minted): Promise<void> {
    for (const child of book.childrenOf(parent))
      await (await provider.ClientCredentials.find(child.text))?.destroy();
  }
  function ended(entries: readonly Minted[]): void {
    if (!isOn()) return;
    work = work.then(async () => {
      for (const entry of entries) await endBelow(entry);
    });
  }
  for (const event of ['client_credentials.destroyed', 'access_token.destroyed'] as const) {
    provider.on(event as 'access_token.destroyed', ({ jti }) => {
      const entry = book.find(jti);
      if (entry !== undefined) ended([entry]);
    });
  }
  provider.on('grant.revoked', (_ctx, family) => ended(book.ofFamily(family)));
  return {
    /** Until nothing more was added while waiting. */
    async settled(): Promise<void> {
      let seen: Promise<void> | undefined;
      while (seen !== work) {
        seen = work;
        await work;
      }
    },
  };
}
