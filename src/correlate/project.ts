import type { Chain, Hop } from '../domain/chain.ts';
import type { Principal } from '../domain/event/index.ts';
import { LINEAGE_DEPTH_MAX } from '../domain/limits.ts';
import { principalLabel } from '../domain/principal.ts';
import { addedScopes, type ScopeAlgebra } from '../domain/scope/index.ts';
import { refLabel } from '../domain/token.ts';
import type { Call } from './call.ts';
import type { ChainCell } from './chain-cell.ts';
import { compareStrings, isType } from './fact.ts';
import type { Place } from './place.ts';
import type { TokenNode } from './token-node.ts';

const LISTED_MAX = 256;

/** The row of a chain as it stands. */
export function chainRow(
  cell: ChainCell,
  verdict: Chain['verdict'],
  state: Chain['state'],
  version: number,
): Chain {
  const tokenKeys: string[] = [];
  let eventCount = 0;
  let depth = 0;
  let isCut = cell.targetTally.saturated || cell.toolTally.saturated;
  for (const place of cell.members) {
    if (place.token !== undefined) tokenKeys.push(place.key);
    eventCount += place.facts.length + (place.token?.facts.length ?? 0);
    for (const call of place.calls) eventCount += call.facts.length;
    if (place.departed !== undefined) {
      eventCount += place.departed.events;
      isCut = true;
    }
    depth = Math.max(depth, depthOf(place));
  }
  return {
    tenant: cell.tenant,
    id: cell.id,
    version,
    state,
    mergedInto: undefined,
    verdict,
    completeness: cell.completeness,
    rootKey: cell.rootKey,
    initiator: cell.initiator,
    txns: cell.txns.slice(0, LISTED_MAX),
    principals: [...cell.principals]
      .sort(([a], [b]) => compareStrings(a, b))
      .slice(0, LISTED_MAX)
      .map(([, principal]) => principal),
    targets: cell.targets.slice(0, LISTED_MAX),
    tools: cell.tools.slice(0, LISTED_MAX),
    tokenKeys: tokenKeys.sort(compareStrings).slice(0, LISTED_MAX),
    startedMs: cell.startedMs,
    lastEventMs: cell.lastEventMs,
    hopCount: cell.members.size,
    actionCount: cell.actionCount,
    eventCount,
    depth,
    incomplete: isCut ? 'limit' : undefined,
  };
}

/** An id that carries on under another one: it resolves for ever. */
export function mergedRow(cell: ChainCell, row: Chain, formerId: string): Chain {
  return {
    ...row,
    id: formerId,
    state: 'merged',
    mergedInto: cell.id,
    hopCount: 0,
    actionCount: 0,
    eventCount: 0,
  };
}

/** An id under which there is no chain any more. */
export function retiredRow(cell: ChainCell, id: string, version: number): Chain {
  const row = chainRow(cell, 'root', 'merged', version);
  return { ...row, id, hopCount: 0, actionCount: 0, eventCount: 0 };
}

function depthOf(place: Place): number {
  let depth = 0;
  for (let at = place.up; at !== undefined && depth < LINEAGE_DEPTH_MAX; at = at.up) depth += 1;
  return depth;
}

/** The row of one node of a chain. */
export function hopRow(place: Place, algebra: ScopeAlgebra, version: number): Hop {
  const { token } = place;
  const ancestor = ancestorOf(place);
  const ends = endsOf(place, ancestor);
  return {
    tenant: place.chain?.tenant ?? '',
    chainId: place.chain?.id ?? '',
    key: place.key,
    parentKey: place.up?.key ?? ancestor?.key,
    kind: place.kind,
    level: levelOf(place),
    depth: depthOf(place),
    from: ends.from,
    to: ends.to,
    label: ends.label,
    token: token?.ref,
    tokenKind: token?.tokenKind,
    family: token?.family,
    session: token?.state.session,
    subject: token?.subject,
    environment: token?.environment,
    standing: token?.standing,
    grant: token?.grant,
    scope: token?.scope,
    addedScope: token === undefined ? [] : addedScopes(token, algebra),
    audience: token?.aud ?? [],
    issuedMs: token?.iatMs,
    expiresMs: token?.expMs,
    revokedMs: token?.revocation?.atMs,
    firstUsedMs: place.firstUsedMs,
    lastUsedMs: place.lastUsedMs,
    useCount: place.calls.size + (place.departed?.calls ?? 0),
    alternatives: token?.otherParents ?? [],
    ancestorKey: ancestor?.key,
    late: token?.state.late ?? place.facts.some((fact) => fact.late),
    version,
  };
}

/** The level of the link to `parentKey`. A transaction, an invocation or an own call id is asserted. */
function levelOf(place: Place): Hop['level'] {
  const { token, up } = place;
  if (token?.parent !== undefined && (up === undefined || up === token.parent.place))
    return token.parentLevel;
  return up === undefined ? undefined : 4;
}

/** What was a node of a chain and is one no more: its newest row belongs to none. */
export function goneHop(tenant: string, key: string, version: number): Hop {
  return {
    ...{ tenant, chainId: '', key, parentKey: undefined, kind: 'call', level: undefined, depth: 0 },
    ...{
      from: undefined,
      to: undefined,
      label: '',
      token: undefined,
      tokenKind: undefined,
      grant: undefined,
    },
    ...{ scope: undefined, addedScope: [], audience: [], issuedMs: undefined, expiresMs: undefined },
    ...{ revokedMs: undefined, firstUsedMs: undefined, lastUsedMs: undefined, useCount: 0 },
    ...{ alternatives: [], ancestorKey: undefined, late: false, version },
  };
}

/** The standing or shared credential that a place was opened under; of several the smallest key. */
function ancestorOf(place: Place): TokenNode | undefined {
  if (place.kind !== 'request') return place.ancestor;
  let smallest: TokenNode | undefined;
  for (const { token } of place.calls) {
    if (token?.isAncestor === true && (smallest === undefined || token.key < smallest.key)) smallest = token;
  }
  return smallest;
}

function endsOf(
  place: Place,
  ancestor: TokenNode | undefined,
): { from: Principal | undefined; to: Principal | undefined; label: string } {
  const { token } = place;
  if (token !== undefined) {
    const above = token.parent;
    const from = above === undefined ? requester(place) : (above.actor ?? above.subject);
    return { from, to: token.actor ?? token.subject, label: refLabel(token.ref) };
  }
  for (const fact of place.facts) {
    if (isType(fact, 'agent.invoked')) {
      return { from: fact.data.actor, to: fact.data.callee, label: principalLabel(fact.data.callee) };
    }
    if (isType(fact, 'request.received')) {
      return { from: undefined, to: fact.data.initiator, label: fact.data.task?.id ?? fact.data.triggerId };
    }
  }
  const call = firstCall(place);
  return { from: undefined, to: call?.actor, label: ancestor === undefined ? '' : refLabel(ancestor.ref) };
}

function firstCall(place: Place): Call | undefined {
  let first: Call | undefined;
  for (const call of place.calls) {
    if (first === undefined || call.atMs < first.atMs || (call.atMs === first.atMs && call.id < first.id))
      first = call;
  }
  return first;
}

function requester(place: Place): Principal | undefined {
  for (const fact of place.up?.facts ?? []) if (isType(fact, 'request.received')) return fact.data.initiator;
  return place.token?.subject;
}
