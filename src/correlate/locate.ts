import { changes } from '../domain/effect.ts';
import type { Finding, LiveFinding, Subject } from '../domain/finding.ts';
import { LINEAGE_DEPTH_MAX } from '../domain/limits.ts';
import type { Policy } from '../domain/policy.ts';
import { principalLabel } from '../domain/principal.ts';
import type { ChainCell } from './chain-cell.ts';
import { type Fact, isType } from './fact.ts';
import type { TenantGraph } from './graph.ts';
import { standing } from './standing.ts';
import type { TokenNode } from './token-node.ts';

export type FindingPlace = Pick<
  LiveFinding,
  | 'chainId'
  | 'txn'
  | 'hop'
  | 'above'
  | 'initiator'
  | 'approver'
  | 'owner'
  | 'actor'
  | 'target'
  | 'environment'
  | 'outcome'
  | 'revocable'
  | 'liveUntilMs'
  | 'writesSince'
>;

/** Where a finding happened and what hangs on it: what an alert shows beside the finding itself. */
export function locate(graph: TenantGraph, finding: Finding, sighting: string, policy: Policy): FindingPlace {
  const callId = sighting.startsWith('call:') ? sighting.slice('call:'.length) : finding.shownBy;
  const call = callId === undefined ? undefined : graph.calls.get(callId);
  const token = graph.tokens.get(finding.subject.key);
  const cell: ChainCell | undefined =
    call?.home?.chain ?? token?.place.chain ?? graph.places.get(finding.subject.key)?.chain;
  const holder = token?.actor ?? token?.subject;
  const actor = call?.actor ?? holder;
  const target = call?.target;
  return {
    chainId: cell?.id,
    txn: call?.txn ?? token?.txn ?? cell?.txns[0],
    ...standing(graph, finding),
    initiator: cell?.initiator === undefined ? undefined : principalLabel(cell.initiator),
    approver: cell === undefined ? undefined : approverOf(cell),
    owner: actor?.owner ?? token?.subject?.owner ?? cell?.initiator?.owner,
    actor:
      finding.subject.kind === 'principal'
        ? finding.subject.label
        : actor === undefined
          ? undefined
          : principalLabel(actor),
    target:
      target === undefined ? call?.tool?.name : [target.system, target.resource].filter(Boolean).join('/'),
    environment: environmentOf(call?.facts ?? []) ?? environmentOf(token?.facts ?? []),
    outcome: call?.outcome,
    revocable: finding.revoke !== undefined && token !== undefined && linksHold(token),
    liveUntilMs: token?.expMs,
    writesSince: token === undefined ? 0 : writesSince(token, cell, finding.atMs, policy),
  };
}

/** The key by which a token is known now, or the chain that it was the top of; undefined when nothing changed. */
export function carriedOn(graph: TenantGraph, { kind, key }: Subject): string | undefined {
  if (kind !== 'token' && kind !== 'chain') return undefined;
  const token = key.startsWith('tok:') ? graph.tokens.named(key) : undefined;
  const now = kind === 'token' ? token?.key : (token?.place ?? graph.places.get(key))?.chain?.rootKey;
  return now === key ? undefined : now;
}

function approverOf(cell: ChainCell): string | undefined {
  for (const fact of cell.root.facts) {
    if (isType(fact, 'approval.granted')) return principalLabel(fact.data.approver);
  }
  return undefined;
}

function environmentOf(facts: readonly Fact[]): string | undefined {
  for (const { data } of facts) {
    const environment = data.facts?.environment;
    if (environment !== undefined) return String(environment);
  }
  return undefined;
}

/** True when every link up to the root is one that an automatic revocation may cross (levels 1 to 3). */
function linksHold(token: TokenNode): boolean {
  let node: TokenNode = token;
  for (let depth = 0; node.parent !== undefined && depth < LINEAGE_DEPTH_MAX; depth += 1) {
    if ((node.parentLevel ?? 4) > 3) return false;
    node = node.parent;
  }
  return true;
}

/** Of a credential that chains rest on, those in the finding's own chain: others come and go. */
function writesSince(token: TokenNode, cell: ChainCell | undefined, atMs: number, policy: Policy): number {
  let writes = 0;
  for (const use of token.carriers) {
    if (token.isAncestor && use.home?.chain !== cell) continue;
    if (use.atMs >= atMs && use.outcome !== 'denied' && changes(use.effectUnder(policy))) writes += 1;
  }
  return writes;
}
