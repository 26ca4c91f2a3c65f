import type { EventData, EventOf, EventType } from '../domain/event/index.ts';

const calls = [
  'tool.invoked',
  'tool.completed',
  'tool.denied',
  'api.called',
  'api.denied',
  'system.changed',
] as const;
/** An event that reports a call. */
export type CallData = EventOf<(typeof calls)[number]>;
const callTypes: ReadonlySet<EventType> = new Set(calls);

export function isCallData(data: EventData): data is CallData {
  return callTypes.has(data.type);
}

const tokenTypes: ReadonlySet<EventType> = new Set([
  'token.issued',
  'token.exchanged',
  'token.refreshed',
  'token.introspected',
  'token.revoked',
  'token.rejected',
  'response.recorded',
  'credential.exposed',
  'privilege.granted',
  'privilege.expired',
]);

/** An event that says something of the token it names; a decision does when it belongs to no transaction. */
export function describesToken(data: EventData): boolean {
  return tokenTypes.has(data.type) || (data.type === 'policy.decision' && data.txn === undefined);
}

const personTypes: ReadonlySet<EventType> = new Set(['identity.changed', 'identity.linked']);
/** An event that says something of principals, beyond any chain. */
export type PersonData = EventOf<'identity.changed' | 'identity.linked' | 'credential.exposed'>;

export function isPersonData(data: EventData): data is PersonData {
  return personTypes.has(data.type) || (data.type === 'credential.exposed' && data.token === undefined);
}

/** Approvals, and ends of requests: said under an id of their own, with or without a transaction. */
export type EvidenceData = EventOf<
  | 'approval.requested'
  | 'approval.granted'
  | 'approval.denied'
  | 'approval.expired'
  | 'approval.withdrawn'
  | 'request.closed'
>;

export function isEvidenceData(data: EventData): data is EvidenceData {
  return data.type === 'request.closed' || data.type.startsWith('approval.');
}
