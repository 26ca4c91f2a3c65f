import { ChainwardenError } from '../../domain/errors.ts';
import type { ResponseTarget } from '../../domain/response.ts';
import type { Guard } from '../guard.ts';
import { type Caller, createCaller, formType, membersOf } from './call.ts';
import type { ClientAuth } from './client-auth.ts';
import type { ConfigOf } from './config.ts';
import type { HeldToken } from './custodian.ts';
import type { Confirmation } from './types.ts';

/** As much as we need of an introspection answer. */
export interface Seen {
  readonly active: boolean;
  readonly jti: string | undefined;
}

export interface Introspection extends Pick<Caller, 'close'> {
  /** Throws when the server does not say. */
  ask(token: HeldToken, signal: AbortSignal): Promise<Seen>;
  /** What an answer after the revocation proves. */
  judge(target: ResponseTarget, seen: Seen): Confirmation;
}

/** RFC 7662, with the client that revokes. Undefined when it is not configured. */
export function createIntrospection(
  config: ConfigOf<'oauth'>,
  authenticate: ClientAuth,
  guard: Guard,
): Introspection | undefined {
  if (config.introspection === undefined) return undefined;
  const place = { url: new URL(config.introspection), allowPrivate: config.allowPrivate };
  const caller = createCaller(place, guard);
  /**
   * RFC 7662 section 2.2: a client that may not introspect is told `active: false` of every token. Only who has seen
   * a live one is believed that another has ended.
   */
  let hasSeenLife = false;

  return {
    async ask({ text, hint }, signal) {
      const { headers, form } = await authenticate();
      const hinted = hint === undefined ? {} : { token_type_hint: hint };
      const body = new URLSearchParams({ token: text, ...hinted, ...form }).toString();
      const answer = await caller.post({ ...headers, ...formType }, body, signal);
      const { active, jti } = membersOf(answer);
      if (answer.status !== 200 || typeof active !== 'boolean') {
        throw new ChainwardenError('DELIVERY_FAILED', `introspection answered ${answer.status}`);
      }
      hasSeenLife ||= active;
      return { active, jti: typeof jti === 'string' ? jti : undefined };
    },
    judge(target, seen) {
      if (isAnother(target, seen)) return 'unknown';
      if (seen.active) return 'alive';
      return hasSeenLife ? 'ended' : 'unknown';
    },
    close: caller.close,
  };
}

/** The server calls it by another name than the events do: the custodian mixed two tokens up. */
export function isAnother(target: ResponseTarget, { jti }: Seen): boolean {
  return target.kind === 'token' && 'jti' in target.ref && jti !== undefined && jti !== target.ref.jti;
}
