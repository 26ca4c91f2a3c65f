import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { allows, type Session, type Sessions } from '../../src/serve/index.ts';
import { ApiProblem, createApi } from './api.ts';
import { isSameOrigin, localPath, SESSION_COOKIE } from './auth/cookie.ts';
import { errorPage } from './errors.ts';
import type { Html } from './html.ts';
import type { ConsoleApp, Form, Page, PageContext, Params } from './page.ts';
import { shell, type Theme, themes } from './shell.ts';

export interface AppOptions {
  readonly sessions: Sessions;
  readonly clock: () => number;
  /** Of the product. */
  readonly version: string;
  /** The console is reached by https. */
  readonly isSecure: boolean;
}

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const FORM_BYTES_MAX = 256 * 1024;

export interface Visit {
  readonly secret: string;
  readonly session: Session;
}

/** Reads cookies and forms, and says of everything that leaves what a browser may do with it. */
export async function prepare(app: FastifyInstance): Promise<void> {
  await app.register(cookie);
  await app.register(formbody, { bodyLimit: FORM_BYTES_MAX });
  app.addHook('onSend', async (_, reply) => {
    reply.header('content-security-policy', policy);
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
  // Before the body is read: a form of another site is not even parsed.
  app.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'GET' && request.method !== 'HEAD' && !isSameOrigin(request)) {
      return reply.code(403).type('text/plain').send('this form was not sent by this site');
    }
  });
}

export function visitOf(request: FastifyRequest, sessions: Sessions): Visit | undefined {
  const secret = request.cookies[SESSION_COOKIE];
  const session = secret === undefined ? undefined : sessions.find(secret);
  return secret === undefined || session === undefined ? undefined : { secret, session };
}

export function themeOf(request: FastifyRequest): Theme {
  return themes.find((theme) => theme === request.cookies['theme']) ?? 'auto';
}

export function sendPage(reply: FastifyReply, status: number, page: Html): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').send(String(page));
}

/** Pages for people who are signed in; others are asked to sign in first, and come back. */
export function consoleApp(
  app: FastifyInstance,
  { sessions, clock, version, isSecure }: AppOptions,
): ConsoleApp {
  function contextOf(request: FastifyRequest, { secret, session }: Visit): PageContext {
    const { name, role, tenant } = session.key;
    return {
      api: createApi(app, secret),
      who: { name, role, tenant },
      may: (access) => allows(role, access),
      nowMs: clock(),
      url: new URL(request.url, 'http://console.invalid'),
      origin: originOf(request, isSecure),
      say: session.say,
    };
  }

  /** The visit, or undefined after the browser was sent to sign in. */
  function visit(request: FastifyRequest, reply: FastifyReply): Visit | undefined {
    const found = visitOf(request, sessions);
    if (found !== undefined && allows(found.session.key.role, 'read')) return found;
    if (!isForPeople(request)) {
      if (request.url !== '/') reply.callNotFound();
      else void reply.send({ name: 'chainwarden', version, openapi: '/openapi.json' });
      return undefined;
    }
    const next = request.method === 'GET' ? request.url : '/';
    void reply.redirect(`/login?next=${encodeURIComponent(next)}`, 303);
    return undefined;
  }

  function show(request: FastifyRequest, reply: FastifyReply, found: Visit, page: Page): FastifyReply {
    const context = contextOf(request, found);
    const frame = { theme: themeOf(request), context, notices: found.session.heard() };
    return sendPage(reply, page.status ?? 200, shell(page, frame));
  }

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    work: (found: Visit, context: PageContext) => Promise<FastifyReply>,
  ): Promise<FastifyReply> {
    const found = visit(request, reply);
    if (found === undefined) return reply;
    try {
      return await work(found, contextOf(request, found));
    } catch (error) {
      // Its key was disabled meanwhile.
      if (error instanceof ApiProblem && error.problem.status === 401) {
        sessions.close(found.secret);
        return reply.redirect('/login', 303);
      }
      if (!(error instanceof ApiProblem)) request.log.error({ err: error }, 'a page failed');
      return show(request, reply, found, errorPage(error));
    }
  }

  return {
    page(path, render) {
      app.get(path, { schema: { hide: true } }, (request, reply) =>
        answer(request, reply, async (found, context) => {
          const made = await render(context, request.params as Params);
          if ('goTo' in made) return reply.redirect(localPath(made.goTo), 303);
          return show(request, reply, found, made);
        }),
      );
    },
    download(path, make) {
      app.get(path, { schema: { hide: true } }, (request, reply) =>
        answer(request, reply, async (_, context) => {
          const { type, name, body } = await make(context, request.params as Params);
          const plain = name.replace(/[^\w.-]/g, '_');
          reply.header('content-disposition', `attachment; filename="${plain}"`);
          return reply.type(type).send(body);
        }),
      );
    },
    action(path, access, act) {
      app.post(path, { schema: { hide: true } }, (request, reply) =>
        answer(request, reply, async (found, context) => {
          if (!context.may(access)) return show(request, reply, found, errorPage(forbidden()));
          const form = (request.body ?? {}) as Form;
          try {
            return reply.redirect(localPath(await act(context, request.params as Params, form)), 303);
          } catch (error) {
            if (!(error instanceof ApiProblem) || error.problem.status >= 500) throw error;
            context.say(`Not done: ${error.problem.detail}.`);
            return reply.redirect(localPath(cameFrom(request)), 303);
          }
        }),
      );
    },
  };
}

/** Browsers say that they want a page; programs are told where the API is. */
function isForPeople({ headers, method }: FastifyRequest): boolean {
  return method !== 'GET' || headers.accept?.includes('text/html') === true;
}

function forbidden(): ApiProblem {
  return new ApiProblem({
    ...{ type: 'about:blank', title: 'Forbidden', status: 403, code: 'FORBIDDEN' },
    ...{ detail: 'your role does not allow this', instance: '' },
  });
}

/** By the name that the browser itself used; what is no name is not repeated. */
function originOf(request: FastifyRequest, isSecure: boolean): string {
  try {
    return new URL(`${isSecure ? 'https' : 'http'}://${request.host}`).origin;
  } catch {
    return 'http://127.0.0.1:8787';
  }
}

/** The page that a form stood on, as the browser says; where it does not, the first page. */
function cameFrom(request: FastifyRequest): string {
  try {
    const { pathname, search } = new URL(request.headers.referer ?? '');
    return pathname + search;
  } catch {
    return '/';
  }
}

/** A scope of its own, with the console's answers to what goes wrong. */
export function scoped(register: (app: FastifyInstance) => Promise<void>): FastifyPluginAsync {
  return async (app) => {
    await prepare(app);
    app.setErrorHandler((error, request, reply) => {
      request.log.error({ err: error }, 'a page failed');
      return sendPage(reply, 500, shell(errorPage(error), { theme: themeOf(request) }));
    });
    await register(app);
  };
}
