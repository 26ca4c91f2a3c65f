import type { AdmittedEvent, EventData, EventOf, TokenRef } from '../domain/event/index.ts';
import { principalKey } from '../domain/principal.ts';
import type { FilingRole } from '../domain/recall.ts';
import { hashKey, jtiKey } from '../domain/token.ts';
import { describesToken, isCallData, isPersonData, type PersonData } from './kinds.ts';
import { callIdKey } from './parent-calls.ts';

/**
 * What a name stands for decides who else has to be in memory with an event that bears it.
 *
 * `closed`: everybody who bears it (an event's identity, a transaction, a call id, one day of a credential's use).
 * `token`: everybody, unless the credential is an ancestor of many chains; then those who describe it.
 * `open`: those who describe it (revocations of a family or of a subject), never all that it covers.
 */
export type NameKind = 'closed' | 'token' | 'open';

export interface FiledName {
  readonly name: string;
  readonly role: FilingRole;
  /** The other name that the same reference gives. */
  readonly alias?: string;
}

export const SUBJECT_PREFIX = 'sub:';

/** Ids of HTTP requests, which callers may choose. */
export const REQUEST_PREFIX = 'htp:';

const kinds: Readonly<Record<string, NameKind>> = { tok: 'token', fam: 'open', sub: 'open' };

export function kindOfName(name: string): NameKind {
  return kinds[name.slice(0, 3)] ?? 'closed';
}

/** Every name that an event is filed under; a function of the event alone. */
export function namesOf(event: AdmittedEvent): readonly FiledName[] {
  const { data, source } = event;
  const names: FiledName[] = [{ name: identityName(source, event.id), role: 'describes' }];
  const file = (name: string, role: FilingRole = 'describes', alias?: string): void => {
    if (names.some((known) => known.name === name && known.role === role && known.alias === alias)) return;
    names.push({ name, role, ...(alias === undefined ? {} : { alias }) });
  };
  const fileRef = (ref: TokenRef, role: FilingRole): void => {
    const [name, alias] = refNames(ref) as [string, string?];
    file(name, role, alias);
    if (alias !== undefined) file(alias, role, name);
  };
  if (data.txn !== undefined) file(txnName(data.txn));
  if ('token' in data && data.token !== undefined) {
    fileRef(data.token, describesToken(data) ? 'describes' : 'uses');
  }
  for (const ref of mentionedIn(data)) fileRef(ref, 'uses');
  if ('callId' in data && data.callId !== undefined) file(callName(source, data.callId));
  if ('parentCallId' in data && data.parentCallId !== undefined) file(callName(source, data.parentCallId));
  if (isCallData(data) && data.httpRequestId !== undefined) file(`${REQUEST_PREFIX}${data.httpRequestId}`);
  if (data.approvalId !== undefined) file(approvalName(data.approvalId));
  if ('triggerId' in data) file(triggerName(data.triggerId));
  for (const { name, role } of coveringNames(data)) file(name, role);
  for (const name of sessionNames(event)) file(name);
  return names;
}

/** Tokens that an event names beside the one it is about. */
export function mentionedIn(data: EventData): readonly TokenRef[] {
  const refs: TokenRef[] = [];
  if ('actorToken' in data && data.actorToken !== undefined) refs.push(data.actorToken);
  if ('previous' in data) refs.push(data.previous);
  if ('parents' in data && data.parents !== undefined) refs.push(...data.parents);
  return refs;
}

export function identityName(source: string, id: string): string {
  return `evt:${JSON.stringify([source, id])}`;
}

export function approvalName(id: string): string {
  return `apr:${id}`;
}

export function triggerName(id: string): string {
  return `trg:${id}`;
}

/** Names of few or of everybody, at the sender's choice: what too many bear ties nobody together. */
export function isChosenName(name: string): boolean {
  return name.startsWith(REQUEST_PREFIX) || name.startsWith('apr:') || name.startsWith('trg:');
}

export function txnName(txn: string): string {
  return `txn:${txn}`;
}

function callName(source: string, callId: string): string {
  return `inv:${callIdKey(source, callId)}`;
}

/** A reference that carries a jti and a hash names the token twice. */
export function refNames(ref: TokenRef): readonly string[] {
  if (!('jti' in ref)) return [hashKey(ref.hash)];
  const byJti = jtiKey(ref.iss, ref.jti);
  return ref.hash === undefined ? [byJti] : [byJti, hashKey(ref.hash)];
}

/**
 * What happens to a family or a principal describes it: a revocation, an offboarding. What was minted or asked for in
 * its name uses it.
 */
function coveringNames(data: EventData): readonly FiledName[] {
  if (isPersonData(data)) return peopleIn(data).map((name) => ({ name, role: 'describes' }));
  if (data.type === 'request.received') {
    return [data.initiator, ...signersOf(data)].map((party) => ({ name: subjectName(party), role: 'uses' }));
  }
  const isRevocation = data.type === 'token.revoked' || data.type === 'response.recorded';
  const isMint = data.type === 'token.issued' || data.type === 'token.exchanged';
  if (!isRevocation && !isMint && data.type !== 'token.refreshed') return [];
  const { family, subject } = data as Partial<EventOf<'token.revoked'>>;
  const role = isRevocation ? 'describes' : 'uses';
  const names: FiledName[] = [];
  if (family !== undefined) names.push({ name: familyName(family), role });
  if (subject !== undefined && !('previous' in data)) names.push({ name: subjectName(subject), role });
  if (isMint && data.actor !== undefined) names.push({ name: subjectName(data.actor), role });
  return names;
}

function peopleIn(data: PersonData): readonly string[] {
  if (data.type === 'identity.linked') return data.principals.map(subjectName);
  return data.principal === undefined ? [] : [subjectName(data.principal)];
}

/** A key that signs is told of by its id, with or without whose it is. */
export function signersOf({
  initiator,
  provenance,
}: EventOf<'request.received'>): readonly { readonly id: string; readonly iss?: string }[] {
  const keyId = provenance?.keyId;
  if (keyId === undefined) return [];
  return initiator.iss === undefined ? [{ id: keyId }] : [{ id: keyId }, { id: keyId, iss: initiator.iss }];
}

export function familyName(family: string): string {
  return `fam:${family}`;
}

export function subjectName(subject: { id: string; iss?: string | undefined }): string {
  return SUBJECT_PREFIX + principalKey(subject);
}

/** Direct use without a transaction hangs on that day's session, should the credential be an ancestor. */
function sessionNames({ data, timeMs }: AdmittedEvent): readonly string[] {
  if (data.txn !== undefined || !('token' in data) || data.token === undefined) return [];
  if (!isCallData(data) && data.type !== 'agent.invoked') return [];
  return refNames(data.token).map((name) => sessionName(name, timeMs));
}

/** Also the key of the session's place, where `tokenKey` is the credential's canonical key. */
export function sessionName(tokenKey: string, atMs: number): string {
  return sessionOf(tokenKey, new Date(atMs).toISOString().slice(0, 10));
}

function sessionOf(tokenKey: string, day: string): string {
  return `ses:${JSON.stringify([tokenKey, day])}`;
}

/** A session's credential, and the same session by another name of that. Undefined for any other name. */
export function sessionIn(name: string): { token: string; as: (alias: string) => string } | undefined {
  if (!name.startsWith('ses:')) return undefined;
  const [token, day] = JSON.parse(name.slice('ses:'.length)) as [string, string];
  return { token, as: (alias) => sessionOf(alias, day) };
}

/** The name under which what a canonical key stands for is found again: keys of tokens and places. */
export function nameOfKey(key: string): string {
  if (!key.startsWith('call:')) return key;
  // The key of a call: its kind, how it is identified, and by what.
  const [, , how, ...rest] = key.split(':');
  const id = rest.join(':');
  if (how === 'h') return `${REQUEST_PREFIX}${id}`;
  return how === 'c' ? `inv:${id}` : `evt:${id}`;
}
