import * as z from 'zod';
import type { TokenView, Unconfirmed } from '../../src/domain/chain.ts';
import type { Detector } from '../../src/domain/detector.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { principalLabel } from '../../src/domain/principal.ts';
import { refLabel } from '../../src/domain/token.ts';
import { eventIds, instant, tokenSubject } from '../evidence.ts';
import { frameworks } from '../frameworks.ts';
import { principalSubject } from '../parties.ts';

const UnconfirmedConfig = z.strictObject({});

const none: readonly Finding[] = [];

/** Fires when a revocation was accepted, and nobody could confirm in time that the authority ended. */
export const unconfirmedRevocation: Detector<z.infer<typeof UnconfirmedConfig>> = {
  id: 'unconfirmed-revocation',
  version: 1,
  title: 'A revocation did not take effect',
  maturity: 'live',
  // A late confirmation takes it back. It is told at once: until then the authority has to be taken for live.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'high',
  covers: ['R67', 'R72'],
  requires: {
    events: ['response.recorded'],
    fields: ['response', 'state'],
    // A day on which nothing was revoked has none.
    absence: true,
  },
  frameworks: frameworks({
    nhi: [1, 7],
    asi: [3, 8],
    attack: ['T1550.001'],
    atlas: ['AML.T0091.000'],
    csf: ['PR.AA-01', 'PR.AA-05'],
    tenets: ['session', 'evaluated'],
    pages: ['P2'],
  }),
  config: UnconfirmedConfig,
  looksAt: ['token'],

  evaluate(sighting) {
    if (sighting.on !== 'token') return none;
    const { token } = sighting;
    const open = token.unconfirmed.find((one) => !hasEnded(token, one));
    return open === undefined ? none : [finding(token, open)];
  },
};

/** By another's word, by an answer of its issuer since it was ordered, or by its own time. */
function hasEnded(token: TokenView, { atMs, requestedMs = atMs }: Unconfirmed): boolean {
  if (token.revocation !== undefined) return true;
  if (token.expMs !== undefined && token.expMs !== null && token.expMs <= atMs) return true;
  const last = token.introspections.at(-1);
  return last !== undefined && !last.active && last.atMs >= requestedMs;
}

/** What was ordered for all of a subject is one failure, however many tokens live on. */
function finding(token: TokenView, open: Unconfirmed): Finding {
  const { subject } = token;
  const isWide = open.via === 'subject' && subject !== undefined;
  const label = isWide ? `all that ${principalLabel(subject)} holds` : refLabel(token.ref);
  return {
    subject: isWide ? principalSubject(subject) : tokenSubject(token),
    fact: 'did-not-end',
    kind: 'alert',
    severity: 'high',
    title: `The revocation of ${label} was accepted, but nothing shows that it ended`,
    atMs: open.atMs,
    evidence: {
      response: open.responseId,
      connector: open.connector ?? null,
      orderedFor: open.via,
      orderedAt: open.requestedMs === undefined ? null : instant(open.requestedMs),
      unconfirmedAt: instant(open.atMs),
      ...(isWide ? {} : { liveUntil: endOf(token.expMs) }),
    },
    eventIds: eventIds([open.eventId], isWide ? [] : token.eventIds),
  };
}

function endOf(expMs: number | null | undefined): string | null {
  if (expMs === undefined) return 'unknown';
  return expMs === null ? null : instant(expMs);
}
