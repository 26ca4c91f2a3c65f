import type {
  ActionView,
  ApprovalView,
  ChainView,
  LinkLevel,
  PeopleView,
  TokenView,
} from '../domain/chain.ts';
import type { AdmittedEvent, TokenRef } from '../domain/event/index.ts';
import { LINEAGE_DEPTH_MAX, STEP_ACTIONS_VIEWED_MAX } from '../domain/limits.ts';
import type { Policy } from '../domain/policy.ts';
import type { StepQuestion } from '../domain/step.ts';
import { Call } from './call.ts';
import type { ChainCell } from './chain-cell.ts';
import { endsOf } from './collections.ts';
import type { TenantGraph } from './graph.ts';
import { sessionName, txnName } from './names.ts';
import type { Place } from './place.ts';
import type { TokenNode } from './token-node.ts';

/** Id of an action that is only supposed; no real one has it. */
const SUPPOSED = 'step';

/** The graph as it would look with one more call in it. The graph itself is as it was. */
export interface Supposition {
  readonly tenant: string;
  readonly action: ActionView;
  /** The credential with the call among its uses. */
  readonly token: TokenView | undefined;
  /** The chain with the call in it; undefined where there is none, or it is not `known`. */
  readonly chain: ChainView | undefined;
  readonly chainId: string | undefined;
  /** False while what is known of the credential or its chain is missing, just coming back or to be counted again. */
  readonly known: boolean;
  /** What the call would hang on, and all above that, with the weakest link up to each. */
  readonly path: ReadonlyMap<string, LinkLevel>;
  readonly people: PeopleView;
}

/** Puts a step beside the graph, without changing anything in it. */
export function suppose(graph: TenantGraph, question: StepQuestion, policy: Policy): Supposition {
  const { data, atMs } = question;
  const token = data.token === undefined ? undefined : knownToken(graph, data.token);
  const home = homeOf(graph, question, token);
  const cell = home?.chain;
  const call = supposedCall(question);
  call.token = token;
  const approval = graph.evidence.approval(data.approvalId);
  const rests = approval === undefined ? undefined : used(approval, call);
  const action = rests === undefined ? call : over<ActionView>(call, { approval: rests });
  const isWhole =
    !(token !== undefined && graph.returning.tokens.has(token)) &&
    !(cell !== undefined && (cell.stale || graph.returning.cells.has(cell)));
  const isNamed = data.token === undefined ? home !== undefined : token !== undefined;
  return {
    tenant: question.tenant,
    action,
    token: token === undefined ? undefined : over<TokenView>(token, { uses: [...token.uses, action] }),
    chain: cell === undefined || !isWhole ? undefined : withAction(cell, action, rests, atMs),
    chainId: cell?.id,
    known: isNamed && isWhole,
    path: pathOf(token, home),
    people: graph.people.view(policy),
  };
}

function knownToken({ tokens }: TenantGraph, ref: TokenRef): TokenNode | undefined {
  const node = tokens.get(tokens.refs.keyOf(ref));
  if (node !== undefined || !('jti' in ref) || ref.hash === undefined) return node;
  return tokens.get(tokens.refs.keyOf({ hash: ref.hash }));
}

/** Where calls hang (see Calls), as far as that place exists. */
function homeOf(
  { places }: TenantGraph,
  { data, atMs }: StepQuestion,
  token: TokenNode | undefined,
): Place | undefined {
  if (token !== undefined && !token.isAncestor) return token.place;
  if (data.txn !== undefined) return places.get(txnName(data.txn));
  return token === undefined ? undefined : places.get(sessionName(token.key, atMs));
}

function supposedCall({ tenant, atMs, data }: StepQuestion): Call {
  const call = new Call(SUPPOSED, data);
  const origin = { publisher: '', adapter: '', issuerBound: false };
  const event: AdmittedEvent = {
    ...{ tenant, source: '', id: SUPPOSED, timeMs: atMs, data, text: '', digest: '', origin },
  };
  call.add({ event, data, late: false });
  return call;
}

function used(approval: ApprovalView, call: Call): ApprovalView {
  return over(approval, { uses: [...approval.uses, call] });
}

/**
 * The call is the chain's last: nothing that is known happened after now. What detectors take for a chain grows with
 * its actions, and a gateway waits: they are shown fewer of them.
 */
function withAction(
  cell: ChainCell,
  action: ActionView,
  rests: ApprovalView | undefined,
  atMs: number,
): ChainView {
  const { actions, approvals } = cell;
  return over<ChainView>(cell, {
    actions: [...endsOf(actions, STEP_ACTIONS_VIEWED_MAX), action],
    actionCount: cell.actionCount + 1,
    lastEventMs: Math.max(cell.lastEventMs, atMs),
    needs: added(cell.needs, action.needs),
    tools: added(cell.tools, action.kind === 'tool' ? action.action : undefined),
    approvals:
      rests === undefined ? approvals : [...approvals.filter(({ id }) => id !== rests.id), rests].sort(byId),
  });
}

function added(values: readonly string[], value: string | undefined): readonly string[] {
  return value === undefined || values.includes(value) ? values : [...values, value].sort();
}

function byId(a: ApprovalView, b: ApprovalView): number {
  return a.id < b.id ? -1 : 1;
}

/** A standing credential is above none of its chains: what went wrong with it once is no chain's fault. */
function pathOf(token: TokenNode | undefined, home: Place | undefined): ReadonlyMap<string, LinkLevel> {
  const path = new Map<string, LinkLevel>();
  const note = (key: string, level: LinkLevel): void => {
    const known = path.get(key);
    if (known === undefined || known > level) path.set(key, level);
  };
  let level: LinkLevel = 1;
  let node = token;
  for (let depth = 0; node !== undefined && depth < LINEAGE_DEPTH_MAX; depth += 1) {
    if (!node.isAncestor) note(node.key, level);
    level = weaker(level, node.parentLevel);
    node = node.parent;
  }
  level = 1;
  let place = home;
  for (let depth = 0; place !== undefined && depth < LINEAGE_DEPTH_MAX; depth += 1) {
    note(place.key, level);
    const { token: held, up } = place;
    level = weaker(level, up !== undefined && up === held?.parent?.place ? held.parentLevel : 4);
    place = up;
  }
  return path;
}

function weaker(a: LinkLevel, b: LinkLevel | undefined): LinkLevel {
  return Math.max(a, b ?? 4) as LinkLevel;
}

/** The view with other members in place of its own; what it keeps to itself stays with it. */
function over<View extends object>(view: View, members: Partial<View>): View {
  return new Proxy(view, {
    get: (target, name) =>
      Object.hasOwn(members, name) ? Reflect.get(members, name) : Reflect.get(target, name, target),
  });
}
