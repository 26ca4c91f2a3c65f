import type { Publisher } from '../domain/access.ts';
import { type EventData, OWN_ADAPTER, OWN_SOURCE } from '../domain/event/index.ts';
import { issuerOf } from '../domain/token.ts';
import type { Refusal } from './contract.ts';

/** The tenant of an event: the publisher's own, or for a publisher of every tenant the one it names. */
export function tenantFor(publisher: Publisher, claimed: unknown): string | undefined {
  if (publisher.tenant !== '*') {
    return claimed === undefined || claimed === publisher.tenant ? publisher.tenant : undefined;
  }
  // `*` stands for every tenant in a key; as a tenant's name it would be seen by all.
  if (claimed === '*') return undefined;
  return typeof claimed === 'string' ? claimed : 'default';
}

/** Issuers in whose name a publisher speaks when it sends `data`; undefined stands for "does not say". */
function spokenFor(data: EventData): readonly (string | undefined)[] {
  switch (data.type) {
    case 'token.issued':
    case 'token.exchanged':
    case 'token.introspected':
      return [issuerOf(data.token)];
    case 'token.refreshed':
      // One server issued both: otherwise a publisher could graft its token onto another issuer's.
      return [issuerOf(data.token), issuerOf(data.previous)];
    case 'token.revoked':
      return [data.token === undefined ? data.subject?.iss : issuerOf(data.token)];
    default:
      return [];
  }
}

/**
 * Refuses an event that says what only Chainwarden says of itself: anybody else could revoke by it. The adapter is ours
 * to choose, never a sender's: every transport has one of its own.
 */
export function forbiddenOwn(adapter: string, type: string, source: string): Refusal | undefined {
  if (adapter === OWN_ADAPTER) return undefined;
  const code = 'EVENT_RESERVED';
  if (type === 'response.recorded') return { code, path: 'data.type', reason: 'only Chainwarden says this' };
  if (source === OWN_SOURCE) return { code, path: 'source', reason: 'is the source of Chainwarden itself' };
  return undefined;
}

/** Refuses an event in which a publisher speaks for an issuer that is not its own. */
export function forbiddenIssuer(publisher: Publisher, data: EventData): Refusal | undefined {
  if (publisher.issuers === '*') return undefined;
  const allowed = publisher.issuers;
  const issuer = spokenFor(data).find((name) => name !== undefined && !allowed.includes(name));
  if (issuer === undefined) return undefined;
  return {
    issuer,
    code: 'EVENT_ISSUER_FORBIDDEN',
    path: data.type === 'token.revoked' && data.token === undefined ? 'data.subject.iss' : 'data.token.iss',
    reason: 'the publisher may not speak for this issuer',
  };
}

/**
 * True when the publisher's own credential vouches for the issuer of the event's token. `*` means that the
 * operator vouches for the publisher whatever the issuer. A token known by hash only, and an event without
 * one, is the issuer's when the CloudEvents source is.
 */
export function isIssuerBound(publisher: Publisher, data: EventData, source: string): boolean {
  if (publisher.issuers === '*') return true;
  const token = 'token' in data ? data.token : undefined;
  const issuer = token === undefined ? undefined : issuerOf(token);
  return publisher.issuers.includes(issuer ?? source);
}
