import type { TokenView } from '../../src/domain/chain.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { matchesAny, type Policy } from '../../src/domain/policy.ts';
import { audienceOf } from '../audience.ts';
import { eventIds, holderOf, sample, tokenSubject } from '../evidence.ts';

/** A token for an audience that policy lets only others ask for (RFC 8693 section 2.1, V06). */
export function judgeMint(token: TokenView, policy: Policy): Finding | undefined {
  if (!token.issued || policy.audiences.length === 0) return undefined;
  const askers = askersOf(token);
  if (askers.length === 0) return undefined;
  const widened = (audienceOf(token) ?? []).flatMap((audience) => {
    const rows = policy.audiences.filter(({ audiences }) => matchesAny(audiences, audience));
    const allowed = rows.flatMap(({ askedBy }) => askedBy ?? ['*']);
    const isOpen = rows.length === 0 || askers.some((asker) => matchesAny(allowed, asker));
    return isOpen ? [] : [{ audience, allowed }];
  });
  if (widened.length === 0) return undefined;
  return {
    subject: tokenSubject(token),
    fact: 'audience-widened',
    kind: 'alert',
    severity: 'high',
    title: `${holderOf(token)} got a token for ${widened[0]?.audience}, which it may not ask for`,
    atMs: token.iatMs ?? token.firstSeenMs,
    evidence: {
      audience: sample(widened.map(({ audience }) => audience)),
      askedBy: sample(askers),
      allowed: sample([...new Set(widened.flatMap(({ allowed }) => allowed))]),
      grant: token.grant ?? null,
    },
    eventIds: eventIds(token.eventIds),
    revoke: token.ref,
  };
}

/** Who asked the issuer: its client, its actor; a machine that nobody else names asked for itself. */
function askersOf({ client, actor, subject }: TokenView): readonly string[] {
  const named = [client, actor?.id].filter((id) => id !== undefined);
  if (named.length > 0 || subject === undefined || subject.kind === 'human') return named;
  return [subject.id];
}

/** Errors of RFC 8707 section 2 and RFC 8693 section 2.2.2, and the contract's own reason. */
const refusals: ReadonlySet<string> = new Set(['aud', 'invalid_target']);

/** Audiences that were asked for and not given, and presentations refused for their audience. */
export function judgeRefusal(token: TokenView): Finding | undefined {
  const refused = token.rejections.filter(({ reason }) => refusals.has(reason));
  const trimmed = trimmedOf(token);
  const [first] = refused;
  if (first === undefined && trimmed.length === 0) return undefined;
  const atMs = trimmed.length === 0 ? first?.atMs : (token.iatMs ?? token.firstSeenMs);
  return {
    subject: tokenSubject(token),
    fact: 'audience-probe',
    kind: 'signal',
    severity: 'low',
    title:
      trimmed.length === 0
        ? `A token of ${holderOf(token)} was refused where it is not meant`
        : `${holderOf(token)} asked for ${trimmed[0]} and did not get it`,
    atMs: atMs ?? token.firstSeenMs,
    evidence: {
      refused: sample(trimmed),
      refusedBy: sample([...new Set(refused.map(({ by }) => by))]),
      refusals: refused.length,
    },
    eventIds: eventIds(
      refused.map(({ eventId }) => eventId),
      token.eventIds,
    ),
  };
}

/** Comparable only where whatever was granted is spelt as it was asked for. */
function trimmedOf(token: TokenView): readonly string[] {
  const { requestedAudience: requested } = token;
  const granted = audienceOf(token);
  if (requested === undefined || granted === undefined) return [];
  if (!granted.every((audience) => requested.includes(audience))) return [];
  return requested.filter((audience) => !granted.includes(audience));
}
