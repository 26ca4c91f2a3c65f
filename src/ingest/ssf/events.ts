import { deterministicId } from '../../domain/ids.ts';
import { EVENT_AGE_MS_MAX, ID_CHARS_MAX } from '../../domain/limits.ts';
import { holdsSecret } from '../secrets.ts';
import type { SetClaims } from './claims.ts';
import type { Transmitter } from './config.ts';
import { SetFailure } from './failure.ts';
import { type EventDraft, isOfStream, mappingOf, sendsOn, type Told } from './mapping.ts';
import { readSubject, type Subject } from './subject.ts';

/** What a token says, as CloudEvents that admission still has to judge. */
export interface Translated {
  readonly events: readonly object[];
  /** Issuers in whose name it speaks. */
  readonly issuers: readonly string[];
  /** Its event types that are not understood here. */
  readonly unknown: readonly string[];
  /** False: the transmitter has paused its stream, or ended it. */
  readonly sendsOn: boolean | undefined;
}

export function translate(claims: SetClaims, transmitter: Transmitter, nowMs: number): Translated {
  const drafts: { readonly draft: EventDraft; readonly atMs: number }[] = [];
  const issuers = new Set<string>();
  const unknown: string[] = [];
  let goesOn: boolean | undefined;
  for (const [type, payload] of Object.entries(claims.events)) {
    const mapping = mappingOf(type);
    if (mapping === undefined) unknown.push(type);
    goesOn = sendsOn(type, payload) ?? goesOn;
    if (mapping === undefined || isOfStream(type)) continue;
    // Drafts of the framework put the subject into the event.
    const subject = readSubject(payload['subject'] ?? claims.sub_id);
    if (subject === undefined) {
      throw new SetFailure('invalid_request', 'its subject is not as its format has to be');
    }
    for (const iss of [...subject.tokens, ...subject.names].map((one) => one.iss))
      if (iss !== undefined) issuers.add(iss);
    const atMs = happenedMs(payload['event_timestamp'], claims, nowMs);
    for (const draft of mapping(told(subject, payload, transmitter))) drafts.push({ draft, atMs });
  }
  const events = drafts.map(({ draft, atMs }, index) => eventOf(draft, atMs, index, claims));
  return { events, issuers: [...issuers], unknown, sendsOn: goesOn };
}

function told(
  { tokens, names, session }: Subject,
  payload: Readonly<Record<string, unknown>>,
  { issuer, bareSubjects }: Transmitter,
): Told {
  const principal = (id: string, iss: string | undefined) =>
    ({ id, ...(bareSubjects ? {} : { iss: iss ?? issuer }), kind: 'unknown' }) as const;
  return {
    tokens,
    principals: names.map(({ id, iss }) => principal(id, iss)),
    session,
    payload,
    by: issuer,
    rename: (id) => principal(id.slice(0, ID_CHARS_MAX), names[0]?.iss),
  };
}

/**
 * As far as it can be true: not after the token was made, and not so long ago that a live event could not tell of it.
 * CAEP 1.0 counts seconds, its drafts counted milliseconds.
 */
function happenedMs(stamp: unknown, { toe, iat }: SetClaims, nowMs: number): number {
  const stampMs = typeof stamp === 'number' ? (stamp > 1e11 ? stamp : stamp * 1000) : undefined;
  const saidMs = stampMs ?? (toe ?? iat) * 1000;
  const madeMs = Math.min(iat * 1000, nowMs);
  return saidMs >= nowMs - EVENT_AGE_MS_MAX && saidMs <= madeMs ? saidMs : madeMs;
}

/** Its id is made of the token's, so that one that comes again is the same event. */
function eventOf(draft: EventDraft, atMs: number, index: number, { iss, jti }: SetClaims): object {
  return {
    specversion: '1.0',
    id: deterministicId('set', [iss, jti, index]),
    source: iss,
    type: `io.chainwarden.${draft.type}.v1`,
    time: new Date(atMs).toISOString(),
    data: {
      v: 1,
      ...draft,
      source: { adapter: 'ssf', ...(holdsSecret(jti) ? {} : { rawRef: jti }) },
      observer: { id: iss, role: 'issuer' },
    },
  };
}
