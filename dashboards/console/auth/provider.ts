import type * as openid from 'openid-client';
import type { OidcConfig } from '../config.ts';
import type { Claims } from './identity.ts';

const REQUEST_SECONDS_MAX = 10;

/** Asks the provider over the network, within what the service may reach. */
export type SendToProvider = (
  url: URL,
  parts: {
    readonly method?: string | undefined;
    readonly headers: Headers;
    readonly body?: string | undefined;
    readonly signal: AbortSignal;
  },
) => Promise<Response>;

export interface ProviderOptions {
  readonly config: OidcConfig;
  readonly clientSecret: string | undefined;
  /** Where the provider sends the browser back to. */
  readonly redirectUri: string;
  readonly send: SendToProvider;
}

/** What one sign-in has to prove when it comes back. */
export interface Checks {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** The code flow with PKCE of one OpenID provider. */
export interface Provider {
  /** Where the browser goes. Rejects when the provider does not answer. */
  begin(): Promise<{ readonly url: URL; readonly checks: Checks }>;
  /** What the ID token says, once state, nonce, PKCE, issuer, audience, times and signature are right. Else rejects. */
  finish(callback: URL, checks: Checks): Promise<Claims>;
}

/** Loads the library and asks for the discovery document at the first sign-in: without any nothing of it is here. */
export function createProvider({ config, clientSecret, redirectUri, send }: ProviderOptions): Provider {
  let found: Promise<Known> | undefined;

  async function discover(): Promise<Known> {
    const client = await import('openid-client');
    const authentication =
      clientSecret === undefined ? client.None() : client.ClientSecretBasic(clientSecret);
    const customFetch = fetchBy(send);
    const known = await client.discovery(new URL(config.issuer), config.clientId, undefined, authentication, {
      [client.customFetch]: customFetch,
      timeout: REQUEST_SECONDS_MAX,
      // The guard refuses plain http to whatever is not private or allowed.
      ...(config.issuer.startsWith('http:') ? { execute: [client.allowInsecureRequests] } : {}),
    });
    // The signature too, although the token comes from the provider itself.
    client.enableNonRepudiationChecks(known);
    return { client, known };
  }

  function provider(): Promise<Known> {
    found ??= discover().catch((error: unknown) => {
      // The next sign-in asks again.
      found = undefined;
      throw error;
    });
    return found;
  }

  return {
    async begin() {
      const { client, known } = await provider();
      const checks = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      };
      const url = client.buildAuthorizationUrl(known, {
        redirect_uri: redirectUri,
        scope: config.scopes.join(' '),
        state: checks.state,
        nonce: checks.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(checks.verifier),
        code_challenge_method: 'S256',
      });
      return { url, checks };
    },
    async finish(callback, { state, nonce, verifier }) {
      const { client, known } = await provider();
      const tokens = await client.authorizationCodeGrant(known, callback, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new Error('the provider sent no ID token');
      return claims;
    },
  };
}

interface Known {
  readonly client: typeof openid;
  readonly known: openid.Configuration;
}

function fetchBy(send: SendToProvider): openid.CustomFetch {
  return (url, { method, headers, body, signal }) =>
    send(new URL(url), {
      method,
      headers: new Headers(headers),
      body: body === undefined || body === null ? undefined : String(body),
      signal: signal ?? AbortSignal.timeout(REQUEST_SECONDS_MAX * 1_000),
    });
}
