import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Sessions } from '../../../src/serve/index.ts';
import { sendPage, themeOf } from '../app.ts';
import type { OidcConfig } from '../config.ts';
import { html } from '../html.ts';
import { shell } from '../shell.ts';
import { cookieOptions, localPath, SESSION_COOKIE } from './cookie.ts';
import { identityOf } from './identity.ts';
import { type Checks, createProvider, type SendToProvider } from './provider.ts';

/** Signing in by an identity provider: how it is configured, and what composition lends to it. */
export interface Oidc {
  readonly config: OidcConfig;
  readonly clientSecret: string | undefined;
  /** Where browsers reach the console. */
  readonly publicUrl: string;
  /** Of people of whom the configuration says no other. */
  readonly tenant: string;
  readonly send: SendToProvider;
}

export interface OidcOptions {
  readonly oidc: Oidc;
  readonly sessions: Sessions;
  readonly isSecure: boolean;
  readonly clock: () => number;
}

const COOKIE = 'chainwarden-oidc';
const PATH = '/login/oidc';
/** Long enough for a second factor. */
const BEGUN_MS = 10 * 60_000;
const BEGUN_MAX = 1_000;
/** Of one address, a minute. */
const TRIES_MAX = 20;

interface Begun {
  readonly checks: Checks;
  readonly next: string;
  readonly endMs: number;
}

/**
 * The authorization code flow. What was begun is kept here under a secret that only the browser has that began it, and
 * is good for one return: a callback of another browser, or the same one again, finds nothing.
 */
export function signInByProvider(
  app: FastifyInstance,
  { oidc, sessions, isSecure, clock }: OidcOptions,
): void {
  const redirectUri = new URL(`${PATH}/callback`, oidc.publicUrl);
  const provider = createProvider({ ...oidc, redirectUri: redirectUri.href });
  const cookie = { ...cookieOptions(isSecure), path: PATH, maxAge: BEGUN_MS / 1_000 };
  const tries = app.createRateLimit({ max: TRIES_MAX, timeWindow: 60_000, keyGenerator: ({ ip }) => ip });
  const begun = new Map<string, Begun>();

  function keep(next: string, checks: Checks): string {
    const oldest = begun.size >= BEGUN_MAX ? begun.keys().next().value : undefined;
    if (oldest !== undefined) begun.delete(oldest);
    const secret = randomBytes(32).toString('base64url');
    begun.set(secret, { checks, next, endMs: clock() + BEGUN_MS });
    return secret;
  }

  function take(request: FastifyRequest): Begun | undefined {
    const secret = request.cookies[COOKIE] ?? '';
    const found = begun.get(secret);
    begun.delete(secret);
    return found !== undefined && clock() < found.endMs ? found : undefined;
  }

  app.get(PATH, { schema: { hide: true } }, async (request, reply) => {
    const tried = await tries(request);
    if (!tried.isAllowed && tried.isExceeded)
      return refuse(request, reply, 429, 'Too many tries from this address. Wait a minute.');
    const { next = '/' } = request.query as { readonly next?: unknown };
    try {
      const { url, checks } = await provider.begin();
      const secret = keep(localPath(String(next)), checks);
      return reply.setCookie(COOKIE, secret, cookie).redirect(url.href, 303);
    } catch (error) {
      request.log.warn({ err: error }, 'identity provider does not answer');
      return refuse(
        request,
        reply,
        502,
        'The identity provider does not answer. Sign in with a key meanwhile.',
      );
    }
  });

  app.get(`${PATH}/callback`, { schema: { hide: true } }, async (request, reply) => {
    const found = take(request);
    reply.clearCookie(COOKIE, cookie);
    if (found === undefined)
      return refuse(
        request,
        reply,
        400,
        'This sign-in was not begun in this browser, is used up, or took longer than ten minutes. Begin again.',
      );
    try {
      const callback = new URL(redirectUri);
      callback.search = new URL(request.url, redirectUri).search;
      const claims = await provider.finish(callback, found.checks);
      const who = identityOf(claims, oidc.config, { tenant: oidc.tenant, nowMs: clock() });
      if ('fault' in who) return refuse(request, reply, 403, who.fault);
      request.log.info({ keyId: who.key.id, role: who.key.role }, 'signed in by identity provider');
      const before = request.cookies[SESSION_COOKIE];
      if (before !== undefined) sessions.close(before);
      reply.setCookie(SESSION_COOKIE, sessions.open(who.key), cookieOptions(isSecure));
      return reply.redirect(found.next, 303);
    } catch (error) {
      request.log.warn({ err: error }, 'sign-in by identity provider refused');
      return refuse(request, reply, 403, refusalOf(error));
    }
  });
}

function refuse(request: FastifyRequest, reply: FastifyReply, status: number, fault: string): FastifyReply {
  const body = html`<section class="state narrow">
<h1>Not signed in</h1>
<p class="notice bad" role="alert">${fault}</p>
<p><a class="button" href="/login">Back to signing in</a></p>
</section>`;
  return sendPage(reply, status, shell({ title: 'Not signed in', body }, { theme: themeOf(request) }));
}

/** What the provider said, by its code alone; what the library found wrong is for the log. */
function refusalOf(error: unknown): string {
  const said = typeof error === 'object' && error !== null && 'error' in error ? error.error : undefined;
  return typeof said === 'string'
    ? `The identity provider refused: ${said.slice(0, 100)}.`
    : 'What the identity provider answered could not be verified. The log of the service says what was wrong.';
}
