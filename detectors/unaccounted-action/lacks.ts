import type { ActionView, ChainView } from '../../src/domain/chain.ts';
import type { FeedView } from '../../src/domain/detector.ts';
import type { Json } from '../../src/domain/finding.ts';
import { matchesAny, type Policy } from '../../src/domain/policy.ts';
import { refLabel } from '../../src/domain/token.ts';
import { isNamedBy } from '../deed.ts';
import { clocksOf } from '../evidence.ts';

/** What is missing behind an action. */
export interface Lack {
  readonly fact: string;
  readonly says: string;
  readonly evidence: { readonly [key: string]: Json };
  /** Never pages: whoever would have to tell need not, or was silent. */
  readonly isSignal: boolean;
  /** Said only when it is settled: it rests on a feed having been alive. */
  readonly isDeferred?: boolean;
  readonly because?: readonly string[];
}

/** R17: nothing in the chain of a change tells of a call, a credential or an approval. */
export function changeWithoutTrail(action: ActionView, chain: ChainView, policy: Policy): Lack | undefined {
  if (action.kind !== 'change' || !isOf(action, policy.expects.trails)) return undefined;
  const hasTrail =
    action.token !== undefined ||
    action.otherTokens.length > 0 ||
    action.approvalId !== undefined ||
    chain.tokens.length > 0 ||
    chain.approvals.length > 0 ||
    chain.actions.some(({ kind }) => kind !== 'change');
  if (hasTrail) return undefined;
  return {
    fact: 'change-without-trail',
    says: ', and no call, credential or approval tells of it',
    evidence: { requests: chain.requests.length },
    isSignal: false,
  };
}

/** R21: a call that is all there is, made with no credential, or with one that nobody is known to have issued. */
export function callWithoutChain(action: ActionView, feeds: FeedView, policy: Policy): Lack | undefined {
  if (action.kind !== 'api' || !isOf(action, policy.expects.chains)) return undefined;
  const { token, otherTokens } = action;
  if (token === undefined) {
    if (otherTokens.length > 0) return undefined;
    return {
      fact: 'call-without-chain',
      says: ' without any credential',
      evidence: { token: null, issuer: null, issuerAlive: null },
      isSignal: false,
    };
  }
  // A standing credential may be older than everything we have read; what an expected issuer owes is an orphan's case.
  const { issued, standing, issuer } = token;
  if (issued || standing) return undefined;
  if (issuer !== undefined && matchesAny(policy.expects.issuers, issuer)) return undefined;
  const { latenessMs, silenceMs } = clocksOf(policy);
  const issuerAlive =
    issuer !== undefined && feeds.aliveAround(issuer, token.firstSeenMs, latenessMs, silenceMs);
  return {
    fact: 'call-without-chain',
    says: ` with ${refLabel(token.ref)}, which nobody is known to have issued`,
    evidence: { token: refLabel(token.ref), issuer: issuer ?? null, issuerAlive },
    isSignal: !issuerAlive,
    isDeferred: true,
  };
}

/** R57: the ticket has to be there first. */
export function noTicket(action: ActionView, chain: ChainView, policy: Policy): Lack | undefined {
  if (!isNamedBy(policy.tickets.required, action)) return undefined;
  const untilMs = action.atMs + clocksOf(policy).skewMs;
  const tickets = chain.requests.filter(({ ticket }) => ticket !== undefined);
  if (tickets.some(({ atMs }) => atMs <= untilMs)) return undefined;
  const [later] = tickets;
  return {
    fact: 'no-ticket',
    says: later === undefined ? ' without a ticket' : ` before its ticket ${later.ticket} was opened`,
    evidence: { requests: chain.requests.length, ticket: later?.ticket ?? null },
    isSignal: false,
    because: chain.requests.map(({ eventId }) => eventId),
  };
}

function isOf({ target }: ActionView, systems: readonly string[]): boolean {
  return target !== undefined && systems.length > 0 && matchesAny(systems, target.system);
}
