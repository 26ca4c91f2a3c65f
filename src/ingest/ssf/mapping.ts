import type { EventOf, EventType } from '../../domain/event/index.ts';
import { TEXT_CHARS_MAX } from '../../domain/limits.ts';
import { holdsSecret } from '../secrets.ts';
import type { Subject } from './subject.ts';

type Said = 'token.revoked' | 'identity.changed' | 'identity.linked' | 'credential.exposed';
type Draft<T extends Said> = T extends EventType ? Omit<EventOf<T>, 'v'> : never;
/** What becomes of one event: data of our contract. */
export type EventDraft = Draft<Said>;

/** A subject whose names are told as the tenant's events tell them. */
export interface Told {
  readonly tokens: Subject['tokens'];
  readonly principals: readonly EventOf<'identity.changed'>['principal'][];
  readonly session: string | undefined;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Who says it. */
  readonly by: string;
  /** A further name of the subject, in the same way. */
  readonly rename: (id: string) => EventOf<'identity.changed'>['principal'];
}

type Mapping = (told: Told) => readonly EventDraft[];

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/';
const RISC = 'https://schemas.openid.net/secevent/risc/event-type/';
const OAUTH = 'https://schemas.openid.net/secevent/oauth/event-type/';
const SSF = 'https://schemas.openid.net/secevent/ssf/event-type/';

const mappings: ReadonlyMap<string, Mapping> = new Map<string, Mapping>([
  [`${CAEP}session-revoked`, (told) => [...revoked(told), ...changed(told, 'session-ended')]],
  [`${CAEP}credential-change`, (told) => changed(told, 'credential-changed')],
  [`${CAEP}risk-level-change`, (told) => changed(told, 'risk')],
  [
    `${RISC}account-disabled`,
    (told) => [
      ...changed(told, 'disabled'),
      ...(told.payload['reason'] === 'hijacking' ? changed(told, 'compromised') : []),
    ],
  ],
  [`${RISC}account-enabled`, (told) => changed(told, 'enabled')],
  [`${RISC}account-purged`, (told) => changed(told, 'offboarded')],
  [`${RISC}account-credential-change-required`, (told) => changed(told, 'risk')],
  [`${RISC}sessions-revoked`, (told) => changed(told, 'session-ended')],
  [`${RISC}credential-compromise`, exposed],
  [`${RISC}identifier-changed`, linked],
  [`${OAUTH}token-revoked`, revoked],
  [`${OAUTH}tokens-revoked`, (told) => [...revoked(told), ...revokedAll(told)]],
]);

const STREAM_UPDATED = `${SSF}stream-updated`;
/** Of the stream itself. */
const ofStream: ReadonlySet<string> = new Set([`${SSF}verification`, STREAM_UPDATED]);

/** Undefined: it is none of those that are understood here. */
export function mappingOf(type: string): Mapping | undefined {
  return mappings.get(type) ?? (ofStream.has(type) ? () => [] : undefined);
}

/** Whether it tells of the stream and of no subject. */
export function isOfStream(type: string): boolean {
  return ofStream.has(type);
}

/** Whether a transmitter that changed its stream goes on sending; undefined: it says nothing of that. */
export function sendsOn(type: string, payload: Readonly<Record<string, unknown>>): boolean | undefined {
  const { status } = payload;
  if (type !== STREAM_UPDATED || typeof status !== 'string') return undefined;
  return status === 'enabled';
}

function changed(
  { principals, session }: Told,
  change: EventOf<'identity.changed'>['change'],
): readonly EventDraft[] {
  const ends = change === 'session-ended' && session !== undefined ? { session } : {};
  return principals.map((principal) => ({ type: 'identity.changed', principal, change, ...ends }));
}

function revoked(told: Told): readonly EventDraft[] {
  return told.tokens.map((token) => ({ type: 'token.revoked', token, ...because(told) }));
}

function revokedAll(told: Told): readonly EventDraft[] {
  return told.principals.map((subject) => ({ type: 'token.revoked', subject, ...because(told) }));
}

function exposed({ tokens, principals, by }: Told): readonly EventDraft[] {
  return [
    ...tokens.map((token) => ({ type: 'credential.exposed' as const, token, by })),
    ...principals.map((principal) => ({ type: 'credential.exposed' as const, principal, by })),
  ];
}

/** RISC 1.0 section 2.5: the subject is the old identifier. */
function linked({ principals, payload, by, rename }: Told): readonly EventDraft[] {
  const value = payload['new-value'];
  const [old] = principals;
  if (old === undefined || typeof value !== 'string' || value === '' || value === old.id) return [];
  return [{ type: 'identity.linked', principals: [old, rename(value)], by }];
}

/** CAEP 1.0 section 2: who set it off, and why for administrators. A person's own logout is no incident. */
function because({ payload, by }: Told): { readonly by: string; readonly reason?: string } {
  const { initiating_entity: entity, reason_admin: text } = payload;
  const words = [entity === 'user' ? 'logout' : entity, ...wordsOf(text)].filter(
    (word): word is string => typeof word === 'string' && word !== '',
  );
  const reason = words.join(': ').slice(0, TEXT_CHARS_MAX);
  return reason === '' || holdsSecret(reason) ? { by } : { by, reason };
}

/** By language in 1.0, a text in drafts. */
function wordsOf(text: unknown): readonly unknown[] {
  if (typeof text !== 'object' || text === null) return [text];
  return Object.values(text).slice(0, 1);
}
