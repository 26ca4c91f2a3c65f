import { ChainwardenError } from '../../domain/errors.ts';
import { WEBHOOK_TIMEOUT_MS } from '../../domain/limits.ts';
import type { OutboxEntry, ResponseTarget } from '../../domain/response.ts';
import { failure } from '../failure.ts';
import { bearerSecret, readSecret } from '../secrets.ts';
import type { Attempt } from '../types.ts';
import { type Answer, createCaller, membersOf } from './call.ts';
import type { ConfigOf } from './config.ts';
import { isHuman, isIssuedBy } from './handles.ts';
import { createJwtKey, jwtKey } from './keys.ts';
import { readOrder } from './order.ts';
import type { ConnectorParts } from './parts.ts';
import type { Connector } from './types.ts';

const SESSION_REVOKED = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked';

/** Tells a receiver of shared signals that a session was revoked (CAEP 1.0), by push (RFC 8935). */
export function createCaepConnector(config: ConfigOf<'caep'>, parts: ConnectorParts): Connector {
  const { name, disabled, issuers } = config;
  const { env, guard, timeoutMs = WEBHOOK_TIMEOUT_MS } = parts;
  const owner = `connector ${name}`;
  const key = createJwtKey(readSecret(owner, config.key, env, jwtKey), config.kid);
  const bearer =
    config.authorization === undefined
      ? undefined
      : readSecret(owner, config.authorization, env, bearerSecret);
  const caller = createCaller({ url: new URL(config.url), allowPrivate: config.allowPrivate }, guard);

  /** Repeats of an entry are the same event: the receiver knows it by its `jti`. */
  async function tokenOf({ id, body, createdMs }: OutboxEntry): Promise<string> {
    const order = readOrder(body);
    const subject = order === undefined || order.type === 'undo' ? undefined : subjectOf(order.data.target);
    if (order === undefined || subject === undefined) {
      throw new ChainwardenError('DELIVERY_REFUSED', 'the order is none that session-revoked could say');
    }
    const event = {
      event_timestamp: Math.floor(Date.parse(order.timestamp) / 1000),
      initiating_entity: 'policy',
      reason_admin: { en: order.data.reason },
    };
    return key.sign(
      {
        iss: config.issuer,
        aud: config.audience,
        iat: Math.floor(createdMs / 1000),
        jti: id,
        sub_id: subject,
        events: { [SESSION_REVOKED]: event },
      },
      'secevent+jwt',
    );
  }

  return {
    name,
    disabled,
    publicKey: key.publicJwk,
    declaration: {
      name,
      kind: 'caep',
      ends: 'What its receiver ends on session-revoked; each acts by its own rules.',
      leaves:
        'Everything at receivers that do not subscribe, and at one that takes the event and does nothing.',
      confirms: 'none',
      undoes: false,
    },
    handles: (target) => isIssuedBy(issuers, target) && !isHuman(target) && subjectOf(target) !== undefined,
    async send(entry) {
      try {
        const headers = {
          'content-type': 'application/secevent+jwt',
          ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        };
        const token = await tokenOf(entry);
        return attemptOf(await caller.post(headers, token, AbortSignal.timeout(timeoutMs)));
      } catch (error) {
        return failure(error);
      }
    },
    async rehearse(entry) {
      try {
        await tokenOf(entry);
        await caller.check();
        return undefined;
      } catch (error) {
        return failure(error).message;
      }
    },
    close: caller.close,
  };
}

/** RFC 9493, and `jwt_id` of Shared Signals 1.0. Undefined: it has no name that a receiver would know. */
function subjectOf(target: ResponseTarget): object | undefined {
  switch (target.kind) {
    case 'token':
      return 'jti' in target.ref ? { format: 'jwt_id', iss: target.ref.iss, jti: target.ref.jti } : undefined;
    case 'family':
      return target.iss === undefined
        ? undefined
        : {
            format: 'complex',
            session: { format: 'opaque', id: target.family },
            tenant: { format: 'uri', uri: target.iss },
          };
    case 'subject': {
      const { iss, id } = target.subject;
      return iss === undefined ? { format: 'opaque', id } : { format: 'iss_sub', iss, sub: id };
    }
  }
}

/** RFC 8935 section 2.4. Codes we do not know are not quoted. */
const errors: ReadonlySet<unknown> = new Set([
  'invalid_request',
  'invalid_key',
  'invalid_issuer',
  'invalid_audience',
  'authentication_failed',
  'access_denied',
]);

/** Only 202 says that the event was taken: any other success comes from something that is no receiver. */
function attemptOf(answer: Answer): Attempt {
  const { status, retryAfter } = answer;
  const refuses = status === 400 || status === 401 || status === 403;
  if (status === 202 || (status >= 300 && !refuses)) return { kind: 'answered', status, retryAfter };
  const { err } = membersOf(answer);
  const reason = refuses && errors.has(err) ? String(err) : `HTTP ${status}`;
  const message = `the receiver did not take the event: ${reason}`;
  return { kind: 'failed', code: 'DELIVERY_REFUSED', message, retriable: false };
}
