import type { IdentityChange, TokenView } from '../../src/domain/chain.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { refLabel } from '../../src/domain/token.ts';
import { deedEvidence, doerOf, severityOfDeed, tookEffect, whoDid } from '../deed.ts';
import { clocksOf, deedOf, eventIds, instant } from '../evidence.ts';
import { lineage, type SeenUse } from './parties.ts';

/**
 * A use after the session ended to which the token was bound: it pages only for a token that was itself bound to it.
 * What was exchanged from one may be meant to go on.
 */
export function sessionEnded({ action, people, policy }: SeenUse): Finding | undefined {
  const { skewMs, propagationMs, latenessMs } = clocksOf(policy);
  const beforeMs = action.atMs - skewMs - propagationMs;
  for (const { token, level } of lineage(action.token)) {
    const { session, subject } = token;
    if (session === undefined || subject === undefined) continue;
    const end = people.of(subject).changes.find((change) => ends(change, token, beforeMs));
    if (end === undefined) continue;
    const done = tookEffect(action);
    const deed = `${done ? 'did' : 'tried'} ${deedOf(action)}`;
    const pages = done && level === undefined && end.session === session;
    return {
      subject: doerOf(action),
      fact: 'session-ended',
      kind: pages ? 'alert' : 'signal',
      severity: pages ? severityOfDeed(action, policy) : 'low',
      title: `${whoDid(action)} ${deed} after the session of ${refLabel(token.ref)} had ended`,
      atMs: action.atMs,
      evidence: {
        ...deedEvidence(action, policy),
        principal: subject.id,
        change: end.change,
        changedAt: instant(end.atMs),
        lateBySeconds: (action.atMs - end.atMs) / 1000,
        session,
        holder: refLabel(token.ref),
        linkLevel: level ?? null,
      },
      eventIds: eventIds(action.eventIds, [end.eventId], token.eventIds),
      settlesAtMs: action.atMs + latenessMs,
      ...(action.token === undefined ? {} : { revoke: action.token.ref }),
      ...(level === undefined ? {} : { linkLevel: level }),
    };
  }
  return undefined;
}

/** Of a session that nobody names, what was given before it ended. */
function ends(change: IdentityChange, { session, iatMs }: TokenView, beforeMs: number): boolean {
  if (change.change !== 'session-ended' || change.atMs > beforeMs) return false;
  return change.session === undefined
    ? iatMs !== undefined && iatMs < change.atMs
    : change.session === session;
}
