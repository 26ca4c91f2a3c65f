import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ApiKey, Role } from '../../domain/access.ts';
import { ChainwardenError } from '../../domain/errors.ts';
import type { ServeDeps } from '../deps.ts';
import type { Keyring } from './keyring.ts';

/** What a route asks of its caller. */
export type Access = 'publish' | 'read' | 'triage' | 'respond' | 'administer' | 'evaluate' | 'any-key';

const granted: Readonly<Record<Role, readonly Access[]>> = {
  publisher: ['publish', 'any-key'],
  analyst: ['read', 'triage', 'any-key'],
  responder: ['read', 'triage', 'respond', 'any-key'],
  admin: ['publish', 'read', 'triage', 'respond', 'administer', 'evaluate', 'any-key'],
  // Asks whether steps may be taken and which credentials are denied, and is told nothing else.
  gateway: ['evaluate', 'any-key'],
};

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
    /** Which of the limits by key applies; `reads` when absent. */
    rate?: 'events' | 'reads' | 'steps';
    /** Called so often that a line for each request would be load of its own. */
    quiet?: boolean;
  }
  interface FastifyRequest {
    apiKey: ApiKey | null;
  }
}

export function allows(role: Role, access: Access): boolean {
  return granted[role].includes(access);
}

/** The caller of an authenticated route. */
export function caller(request: FastifyRequest): ApiKey {
  if (request.apiKey === null) throw new ChainwardenError('UNAUTHENTICATED', 'an API key is required');
  return request.apiKey;
}

/** Adds a key check to every route of a scope. */
export type Guard = (scope: FastifyInstance) => void;

/**
 * Checks the key before the body is read, so that a stranger cannot make us parse a megabyte. Failures are limited by
 * address: a look without counting comes first, and only a failure counts, so a valid key is never slowed by its own use
 * of the address. What a key does itself is limited by key.
 */
export function createGuard(app: FastifyInstance, deps: ServeDeps, keyring: Keyring): Guard {
  const { rates } = deps.config;
  const perMinute = { timeWindow: 60_000 };
  const failures = app.createRateLimit({ ...perMinute, max: rates.failedAuth, keyGenerator: ({ ip }) => ip });
  const byKey = { ...perMinute, keyGenerator: (request: FastifyRequest) => caller(request).id };
  const uses = {
    events: app.createRateLimit({ ...byKey, max: rates.events }),
    reads: app.createRateLimit({ ...byKey, max: rates.reads }),
    steps: app.createRateLimit({ ...byKey, max: rates.steps }),
  };

  /** By an API key, or by the session that somebody opened with one; what disables the key ends the session. */
  async function authenticate(authorization: string | undefined): Promise<ApiKey | undefined> {
    const [, secret] = /^Session +(\S+)$/i.exec(authorization ?? '') ?? [];
    if (secret === undefined) return keyring.authenticate(authorization);
    const key = deps.sessions?.find(secret)?.key;
    return key !== undefined && (await keyring.isValid(key)) ? key : undefined;
  }

  async function check(request: FastifyRequest): Promise<void> {
    const { access, rate = 'reads' } = request.routeOptions.config;
    refuseAbove(
      await failures(request, { increment: false }),
      'too many failed authentications from this address',
    );
    const key = await authenticate(request.headers.authorization);
    if (key === undefined) {
      deps.metrics.http.authFailures.inc();
      await failures(request);
      throw new ChainwardenError('UNAUTHENTICATED', 'send a valid key as "Authorization: Bearer cwk_…"');
    }
    request.apiKey = key;
    if (access === undefined || !allows(key.role, access)) {
      throw new ChainwardenError('FORBIDDEN', `a key with the role "${key.role}" may not do this`);
    }
    refuseAbove(await uses[rate](request), 'too many requests with this key');
  }

  return (scope) => {
    scope.addHook('onRoute', (route) => {
      // A route that forgets to say who may call it must not start, let alone be open.
      if (route.config?.access === undefined) throw new Error(`route ${route.url} declares no access`);
    });
    scope.addHook('onRequest', check);
  };
}

type Limit = Awaited<ReturnType<ReturnType<FastifyInstance['createRateLimit']>>>;

function refuseAbove(limit: Limit, sentence: string): void {
  if (limit.isAllowed || !limit.isExceeded) return;
  const retryAfterSeconds = Math.max(1, limit.ttlInSeconds);
  throw new ChainwardenError('TOO_MANY_REQUESTS', sentence, { detail: { retryAfterSeconds } });
}
