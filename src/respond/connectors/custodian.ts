import { createHash } from 'node:crypto';
import * as z from 'zod';
import { ChainwardenError } from '../../domain/errors.ts';
import type { TokenRef } from '../../domain/event/index.ts';
import type { ResponseTarget } from '../../domain/response.ts';
import { bearerSecret, readSecret } from '../secrets.ts';
import { type Caller, createCaller, membersOf } from './call.ts';
import type { ConfigOf } from './config.ts';
import type { ConnectorParts } from './parts.ts';
import type { Confirmable } from './types.ts';

/** The text of a token. It lives as long as the request that needs it, and is never logged or stored. */
export interface HeldToken {
  readonly text: string;
  /** RFC 7009 section 2.1. */
  readonly hint: string | undefined;
}

/** Who holds the text of tokens: a vault, or the authorization server itself. */
export interface Custodian extends Pick<Caller, 'check' | 'close'> {
  /** Throws DELIVERY_REFUSED when there is no such token, DELIVERY_FAILED when nobody can say. */
  fetch(order: Confirmable, signal: AbortSignal): Promise<HeldToken>;
}

/** RFC 6750 section 2.1, with room for the longest real ones. */
const Held = z.object({
  token: z.string().regex(/^[\x21-\x7e]{1,16384}$/),
  token_type_hint: z.string().max(64).optional(),
});

export function createCustodian(
  owner: string,
  config: ConfigOf<'oauth'>,
  { env, guard }: Pick<ConnectorParts, 'env' | 'guard'>,
): Custodian {
  const secret = readSecret(owner, config.custodian.secret, env, bearerSecret);
  const place = { url: new URL(config.custodian.url), allowPrivate: config.allowPrivate };
  const caller = createCaller(place, guard);
  return {
    check: caller.check,
    close: caller.close,
    async fetch({ tenant, target }, signal) {
      const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
      const body = JSON.stringify({ tenant, ...nameOf(target) });
      const answer = await caller.post(headers, body, signal);
      if (answer.status !== 200) throw refusal(answer.status);
      const held = Held.safeParse(membersOf(answer)).data;
      if (held === undefined) throw refused('the custodian gave no token');
      if (target.kind === 'token' && !isTextOf(target.ref, held.token)) {
        throw refused('the custodian gave another token: its hash is not the one that was reported');
      }
      return { text: held.token, hint: held.token_type_hint };
    },
  };
}

/** A family is ended by its refresh token: whichever is current. */
function nameOf(target: ResponseTarget): object {
  switch (target.kind) {
    case 'token':
      return { kind: 'token', ...target.ref };
    case 'family':
      return { kind: 'family', iss: target.iss, family: target.family };
    case 'subject':
      throw refused('a custodian knows tokens, and no subjects');
  }
}

/** Whether a text can be the token that was reported: yes as well when no hash of it was. */
function isTextOf({ hash }: TokenRef, text: string): boolean {
  if (hash === undefined) return true;
  const digest = createHash('sha256').update(text).digest();
  const said = hash.slice('sha256:'.length);
  return said === digest.toString('base64url') || said.toLowerCase() === digest.toString('hex');
}

function refusal(status: number): ChainwardenError {
  if (status === 404 || status === 410) return refused('the custodian holds no such token');
  if (status === 401 || status === 403) return refused('the custodian does not accept our secret');
  return new ChainwardenError('DELIVERY_FAILED', `the custodian answered ${status}`);
}

function refused(message: string): ChainwardenError {
  return new ChainwardenError('DELIVERY_REFUSED', message);
}
