import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { PageAccess, Sessions } from '../../../src/serve/index.ts';
import { sendPage, themeOf, visitOf } from '../app.ts';
import { type Html, html } from '../html.ts';
import { shell, themes } from '../shell.ts';
import { cookieOptions, localPath, SESSION_COOKIE } from './cookie.ts';
import type { Oidc } from './oidc.ts';

export interface SignInOptions {
  readonly sessions: Sessions;
  readonly access: PageAccess;
  /** The console is reached by https: cookies go nowhere else. */
  readonly isSecure: boolean;
  /** People may sign in by it too. */
  readonly oidc?: Oidc | undefined;
}

interface Asked {
  readonly next?: string;
  readonly invitation?: string;
  readonly key?: string;
  readonly theme?: string;
  readonly from?: string;
}

const YEAR_SECONDS = 365 * 24 * 60 * 60;
/** Tries to sign in of one address, a minute. */
const TRIES_MAX = 20;

/** Signing in by an API key, or by the link that a terminal showed; signing out; and how pages look. */
export function signIn(app: FastifyInstance, { sessions, access, isSecure, oidc }: SignInOptions): void {
  const options = cookieOptions(isSecure);
  const tries = app.createRateLimit({ max: TRIES_MAX, timeWindow: 60_000, keyGenerator: ({ ip }) => ip });

  function show(request: FastifyRequest, reply: FastifyReply, status: number, asked: Asked, fault?: string) {
    const body = signInForm(asked, oidc, fault);
    return sendPage(reply, status, shell({ title: 'Sign in', body }, { theme: themeOf(request) }));
  }

  /** The secret of a new session, or why there is none. */
  async function openFor({ key, invitation }: Asked): Promise<{ secret?: string; fault?: string }> {
    if (invitation !== undefined) {
      const secret = sessions.redeem(invitation);
      return secret === undefined
        ? { fault: 'This link was used before, or is older than a quarter of an hour. Sign in with a key.' }
        : { secret };
    }
    const found = await access.authenticate(`Bearer ${(key ?? '').trim()}`);
    if (found === undefined) return { fault: 'This is no valid key.' };
    if (['publisher', 'gateway'].includes(found.role))
      return { fault: `A key with the role “${found.role}” sees nothing here.` };
    return { secret: sessions.open(found) };
  }

  app.get('/login', { schema: { hide: true } }, async (request, reply) => {
    if (visitOf(request, sessions) !== undefined) return reply.redirect('/', 303);
    return show(request, reply, 200, request.query as Asked);
  });

  app.post('/login', { schema: { hide: true } }, async (request, reply) => {
    const asked = (request.body ?? {}) as Asked;
    const tried = await tries(request);
    if (!tried.isAllowed && tried.isExceeded)
      return show(request, reply, 429, asked, 'Too many tries from this address. Wait a minute.');
    const { secret, fault } = await openFor(asked);
    if (secret === undefined) return show(request, reply, 403, { next: asked.next ?? '/' }, fault);
    const before = request.cookies[SESSION_COOKIE];
    if (before !== undefined) sessions.close(before);
    reply.setCookie(SESSION_COOKIE, secret, options);
    return reply.redirect(localPath(asked.next ?? '/'), 303);
  });

  app.post('/logout', { schema: { hide: true } }, async (request, reply) => {
    const secret = request.cookies[SESSION_COOKIE];
    if (secret !== undefined) sessions.close(secret);
    return reply.clearCookie(SESSION_COOKIE, options).redirect('/login', 303);
  });

  app.post('/theme', { schema: { hide: true } }, async (request, reply) => {
    const { theme, from = '/' } = (request.body ?? {}) as Asked;
    const known = themes.find((one) => one === theme) ?? 'auto';
    reply.setCookie('theme', known, { ...options, maxAge: YEAR_SECONDS });
    return reply.redirect(localPath(from), 303);
  });
}

function signInForm({ next = '/', invitation }: Asked, oidc: Oidc | undefined, fault?: string): Html {
  return html`<section class="state narrow">
<h1>Sign in to Chainwarden</h1>
${fault === undefined ? undefined : html`<p class="notice bad" role="alert">${fault}</p>`}
<form method="post" action="/login" class="stack">
<input type="hidden" name="next" value="${next}">
${invitation === undefined ? keyField() : html`<input type="hidden" name="invitation" value="${invitation}">`}
<button class="primary">Sign in</button>
</form>
${oidc !== undefined && invitation === undefined && providerLink(oidc, next)}
</section>`;
}

function providerLink({ config }: Oidc, next: string): Html {
  return html`<hr>
<p><a class="button" href="${`/login/oidc?next=${encodeURIComponent(next)}`}">
Sign in with ${new URL(config.issuer).host}</a></p>`;
}

function keyField(): Html {
  return html`<label for="key">API key</label>
<input id="key" name="key" type="password" autocomplete="current-password" required maxlength="512" spellcheck="false">
<p class="muted">A key with the role analyst, responder or admin. The first start of the service shows one, once;
further ones are made with <code>POST /v1/keys</code>.</p>`;
}
