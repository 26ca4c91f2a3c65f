import { ChainwardenError } from '../../domain/errors.ts';
import { WEBHOOK_TIMEOUT_MS } from '../../domain/limits.ts';
import type { OutboxEntry } from '../../domain/response.ts';
import { failure } from '../failure.ts';
import type { Attempt } from '../types.ts';
import { type Answer, createCaller, formType, membersOf } from './call.ts';
import { createClientAuth } from './client-auth.ts';
import type { ConfigOf } from './config.ts';
import { createCustodian, type HeldToken } from './custodian.ts';
import { isIssuedBy } from './handles.ts';
import { createIntrospection, isAnother } from './introspection.ts';
import { readOrder } from './order.ts';
import type { ConnectorParts } from './parts.ts';
import type { Confirmable, Connector } from './types.ts';

/**
 * Revokes at the authorization server (RFC 7009) and asks it whether the token ended (RFC 7662): a server answers 200
 * to a revocation that it did not do.
 */
export function createOauthConnector(config: ConfigOf<'oauth'>, parts: ConnectorParts): Connector {
  const { name, disabled, issuers, allowPrivate } = config;
  const { guard, timeoutMs = WEBHOOK_TIMEOUT_MS } = parts;
  const owner = `connector ${name}`;
  const authenticate = createClientAuth(owner, config.client, parts);
  const custodian = createCustodian(owner, config, parts);
  const revocation = createCaller({ url: new URL(config.revocation), allowPrivate }, guard);
  const introspection = createIntrospection(config, authenticate, guard);

  /** Everything but the revocation: the token's text, seen by the server as the token that is meant. */
  async function prepare(order: Confirmable, signal: AbortSignal): Promise<HeldToken> {
    const token = await custodian.fetch(order, signal);
    const seen = await introspection?.ask(token, signal);
    if (seen !== undefined && isAnother(order.target, seen)) {
      throw new ChainwardenError('DELIVERY_REFUSED', 'the custodian gave another token: its jti differs');
    }
    return token;
  }

  async function revoke(token: HeldToken, signal: AbortSignal): Promise<Attempt> {
    const { headers, form } = await authenticate();
    const hint = token.hint === undefined ? {} : { token_type_hint: token.hint };
    const body = new URLSearchParams({ token: token.text, ...hint, ...form }).toString();
    return attemptOf(await revocation.post({ ...headers, ...formType }, body, signal));
  }

  return {
    name,
    disabled,
    declaration: {
      name,
      kind: 'oauth',
      ends:
        'The token at its authorization server, for everybody who asks that server; ' +
        'a refresh token with its family.',
      leaves:
        'What was exchanged from it, unless the server ends that too; ' +
        'a self-contained token wherever it is checked without asking, until it expires.',
      confirms: introspection === undefined ? 'none' : 'introspection',
      undoes: false,
    },
    handles: (target) => target.kind !== 'subject' && isIssuedBy(issuers, target),
    async send(entry) {
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        return await revoke(await prepare(confirmableOf(entry), signal), signal);
      } catch (error) {
        return failure(error);
      }
    },
    async rehearse(entry) {
      try {
        await prepare(confirmableOf(entry), AbortSignal.timeout(timeoutMs));
        await revocation.check();
        return undefined;
      } catch (error) {
        return failure(error).message;
      }
    },
    ...(introspection !== undefined && {
      async confirm(order: Confirmable) {
        const signal = AbortSignal.timeout(timeoutMs);
        try {
          return introspection.judge(
            order.target,
            await introspection.ask(await custodian.fetch(order, signal), signal),
          );
        } catch {
          return 'unknown';
        }
      },
    }),
    async close() {
      await Promise.all([custodian.close(), revocation.close(), introspection?.close()]);
    },
  };
}

function confirmableOf({ body }: OutboxEntry): Confirmable {
  const order = readOrder(body);
  if (order === undefined || order.type === 'undo') {
    throw new ChainwardenError(
      'DELIVERY_REFUSED',
      'the order is none that an authorization server could carry out',
    );
  }
  return order.data;
}

/** What cannot become better by itself is not tried again: somebody has to look. */
function attemptOf(answer: Answer): Attempt {
  const { status, retryAfter } = answer;
  if (status !== 400 && status !== 401 && status !== 403) return { kind: 'answered', status, retryAfter };
  const message = `the authorization server refused: ${reasonOf(answer)}`;
  return { kind: 'failed', code: 'DELIVERY_REFUSED', message, retriable: false };
}

/** RFC 6749 section 5.2 and RFC 7009 section 2.2.1. Codes we do not know are not quoted. */
const reasons: Readonly<Record<string, string>> = {
  unsupported_token_type: 'it cannot revoke tokens of this type (unsupported_token_type)',
  invalid_client: 'it does not accept our client authentication (invalid_client)',
  unauthorized_client: 'our client may not revoke this token (unauthorized_client)',
  invalid_request: 'it does not understand the request (invalid_request)',
};

function reasonOf(answer: Answer): string {
  const { error } = membersOf(answer);
  return (typeof error === 'string' ? reasons[error] : undefined) ?? `HTTP ${answer.status}`;
}
