import type { PeopleView, TokenView } from '../../src/domain/chain.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { clocksOf, eventIds, tokenSubject } from '../evidence.ts';
import { severityFor } from '../parties.ts';
import type { AttributionConfig } from './config.ts';

/** A token beside the one from which it was made. */
export interface Hop {
  readonly token: TokenView;
  readonly parent: TokenView;
  readonly people: PeopleView;
  readonly policy: Policy;
  readonly config: AttributionConfig;
}

export interface Break {
  readonly fact: string;
  readonly title: string;
  readonly evidence: Finding['evidence'];
  /** Two names may yet be linked to one party: it waits for that. */
  readonly rests: 'on names' | 'on numbers';
}

export function finding({ token, parent, policy }: Hop, { fact, title, evidence, rests }: Break): Finding {
  const linkLevel = token.parentLevel ?? 4;
  return {
    subject: tokenSubject(token),
    fact,
    kind: 'alert',
    severity: severityFor(token.subject, policy),
    title,
    atMs: token.iatMs ?? token.firstSeenMs,
    evidence: { ...evidence, issuer: token.issuer ?? null, grant: token.grant ?? null, linkLevel },
    eventIds: eventIds(token.eventIds, parent.eventIds),
    ...(rests === 'on names' ? { settlesAtMs: token.firstSeenMs + clocksOf(policy).latenessMs } : {}),
    revoke: token.ref,
    linkLevel,
  };
}
