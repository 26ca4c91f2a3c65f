import type { ApprovalView, TokenView } from '../../src/domain/chain.ts';
import { type Finding, maxSeverity } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import {
  type Drift,
  driftOf,
  refusedExcess,
  type ScopeAlgebra,
  stepUpOf,
} from '../../src/domain/scope/index.ts';
import { refLabel } from '../../src/domain/token.ts';
import { clocksOf, eventIds, holderOf, sample, tokenSubject } from '../evidence.ts';
import { severityOf, sumOf, type WeightConfig } from './weight.ts';

const facts = { hop: 'hop-drift', root: 'root-drift', cumulative: 'cumulative-drift' } as const;

/** What a token gained beyond what bounds it: its parent, an ancestor further up, or the first grant of its family. */
export function gained(
  token: TokenView,
  policy: Policy,
  algebra: ScopeAlgebra,
  config: WeightConfig,
): Finding | undefined {
  const drift = driftOf(token, algebra, stepUpOf(token, token.approvals, algebra, clocksOf(policy).skewMs));
  if (drift === undefined) return undefined;
  const { kind, added, grown, held, holder, between, issuer } = drift;
  // A token of unknown scope may yet be reported by its issuer, and then the drift may be its own.
  // An approval that was asked for and is not decided may yet allow it.
  const isFinal =
    between.every((ancestor) => ancestor.token.scope !== undefined) && !token.approvals.some(isOpen);
  const sum = sumOf(grown, policy, config);
  return {
    subject: tokenSubject(token),
    fact: facts[kind],
    // Of two upper bounds the wider one may still hold less: a denial that nobody listed can take it away.
    kind: drift.upperBound ? 'signal' : 'alert',
    // Authority grew where it may only shrink; even a harmless grant is worth a look.
    severity: maxSeverity('medium', severityOf(sum, config)),
    title: `${holderOf(token)} gained ${brief(added)} beyond what ${boundName(drift)} held`,
    atMs: token.iatMs ?? token.firstSeenMs,
    evidence: {
      added: sample(added),
      addedCount: added.length,
      ...(kind === 'cumulative' ? { grown: sample(grown), grownCount: grown.length } : {}),
      weight: sum,
      held: sample(held),
      heldCount: held.length,
      holder: refLabel(holder.token.ref),
      through: between.map((ancestor) => refLabel(ancestor.token.ref)),
      issuer,
      grant: token.grant ?? null,
      linkLevel: holder.level,
    },
    eventIds: eventIds(token.eventIds, holder.token.eventIds),
    ...(isFinal ? {} : { settlesAtMs: token.firstSeenMs + clocksOf(policy).latenessMs }),
    revoke: token.ref,
    linkLevel: holder.level,
  };
}

function isOpen({ grants, denials }: ApprovalView): boolean {
  return grants.length === 0 && denials.length === 0;
}

/** Somebody asked for more than there was to give, and did not get it: a probe, and no violation. */
export function probed(
  token: TokenView,
  policy: Policy,
  algebra: ScopeAlgebra,
  config: WeightConfig,
): Finding | undefined {
  const { issuer } = token;
  const refused = refusedExcess(token, algebra);
  if (issuer === undefined || refused.length === 0) return undefined;
  return {
    subject: tokenSubject(token),
    fact: 'scope-probe',
    kind: 'signal',
    severity: 'low',
    title: `${holderOf(token)} asked for ${brief(refused)} beyond what its parent token held, and was refused`,
    atMs: token.iatMs ?? token.firstSeenMs,
    evidence: {
      refused: sample(refused),
      refusedCount: refused.length,
      weight: sumOf(refused, policy, config),
      issuer,
    },
    eventIds: eventIds(token.eventIds),
  };
}

function boundName({ kind, holder, between }: Drift): string {
  if (kind === 'hop') return 'its parent token';
  if (kind === 'root') return `${refLabel(holder.token.ref)}, further up its chain,`;
  return between.length === 0 ? 'the token it refreshes' : 'the first grant of its refresh family';
}

function brief(grants: readonly string[]): string {
  const shown = grants.slice(0, 3).join(', ');
  return grants.length > 3 ? `${shown} and ${grants.length - 3} more` : shown;
}
