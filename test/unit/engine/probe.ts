import * as z from 'zod';
import type {
  ActionView,
  ApprovalView,
  ChainView,
  PeopleView,
  TokenView,
} from '../../../src/domain/chain.ts';
import type { Detector, Sighting } from '../../../src/domain/detector.ts';
import type { Finding, Subject } from '../../../src/domain/finding.ts';

/** What of a view is told. Lists of a credential that chains rest on are not complete once those have left. */
export type Depth = 'everything' | 'without-uses';

/** A detector that says all that it is shown: so views are compared wherever findings are. */
export function createProbe(depth: Depth): Detector {
  return {
    id: 'probe',
    version: 1,
    title: 'Says what it sees',
    maturity: 'live',
    nature: 'monotone',
    basis: 'deterministic',
    severity: 'info',
    covers: [],
    requires: { events: [], fields: [] },
    frameworks: [],
    config: z.strictObject({}),
    looksAt: ['token', 'action', 'chain', 'tool'],
    evaluate: (sighting) => say(sighting, depth),
  };
}

function say(sighting: Sighting, depth: Depth): readonly Finding[] {
  switch (sighting.on) {
    case 'token':
      return [tokenSaid(sighting.token, sighting.people, depth)];
    case 'action':
      return [
        finding('source', sighting.action.id, 'seen', actionSeen(sighting.action, sighting.people, depth)),
      ];
    case 'chain':
      return [finding('chain', sighting.chain.rootKey, 'seen', chainSeen(sighting.chain, depth))];
    case 'tool':
      return [finding('source', sighting.tool.key, 'seen', sighting.tool.definitions)];
    default:
      return [];
  }
}

function finding(kind: Subject['kind'], key: string, fact: string, seen: unknown): Finding {
  return {
    subject: { kind, key, label: key },
    fact,
    kind: 'signal',
    severity: 'info',
    title: key,
    // Later than everything: nothing is counted since.
    atMs: Date.UTC(2100, 0, 1),
    evidence: { seen: JSON.stringify(seen) },
    eventIds: [],
  };
}

const ids = (views: readonly { readonly id: string }[]) => views.map(({ id }) => id);
const keys = (views: readonly { readonly key: string }[]) => views.map(({ key }) => key);

function tokenSaid(token: TokenView, people: PeopleView, depth: Depth): Finding {
  const { parent, children, uses, approvals, ...own } = plain(token);
  const same =
    token.subject !== undefined && token.actor !== undefined && people.same(token.subject, token.actor);
  const agreed = approvals.map(approvalSeen);
  const whole = { ...own, agreed, children: keys(children), uses: ids(uses), same };
  const seen = { ...(depth === 'everything' ? whole : lasting(own)), parent: parent?.key };
  // Where it is known who holds it, that may have been read in it too.
  const kind = depth === 'everything' ? 'token' : 'source';
  const key = depth === 'everything' ? token.key : `token ${token.key}`;
  return finding(kind, key, 'seen', { ...seen, people: peopleSeen(token, people, depth) });
}

/** Without what servers read in it, and what else depends on the uses that are here. */
function lasting(own: Omit<TokenView, 'parent' | 'children' | 'uses' | 'approvals'>): object {
  const { act, actor, aud, client, cnf, nbfMs, childCount, firstSeenMs, ...rest } = own;
  return rest;
}

/** Of those who only ever acted, what became of them is not brought back with what they did. */
function peopleSeen({ subject, actor }: TokenView, people: PeopleView, depth: Depth): unknown {
  return [subject, depth === 'everything' ? actor : undefined].map((who) =>
    who === undefined ? undefined : people.of(who),
  );
}

function actionSeen(action: ActionView, people: PeopleView, depth: Depth): unknown {
  const { approval, details, sender, argsHash, approvalId, httpRequestIds, task, tool } = action;
  return {
    ...{ details, sender, argsHash, approvalId, httpRequestIds, task, tool },
    approval: approval === undefined ? undefined : approvalSeen(approval),
    actor: action.actor === undefined || depth !== 'everything' ? undefined : people.of(action.actor),
  };
}

function approvalSeen(approval: ApprovalView): unknown {
  const { requests, grants, denials, withdrawals, expiries, txns } = approval;
  return {
    id: approval.id,
    requests,
    grants,
    denials,
    withdrawals,
    expiries,
    txns,
    uses: ids(approval.uses),
  };
}

function chainSeen(chain: ChainView, depth: Depth): unknown {
  const { requests, decisions, privileges, invocations } = chain;
  return {
    ...{ requests, decisions, privileges, invocations },
    tokens: keys(chain.tokens),
    actions: ids(chain.actions),
    approvals: chain.approvals.map(approvalSeen),
    depth,
  };
}

/** The view's members, read one by one: views are objects with getters. */
function plain(token: TokenView): TokenView {
  const { key, issuer, issued, tokenKind, grant, subject, actor, client, act, mayAct, cnf } = token;
  const { authorizationDetails, scope, requestedScope, requestedAudience, aud, iatMs, nbfMs, expMs } = token;
  const { maxUses, session, family, environment, standing, firstSeenMs, eventIds, parent } = token;
  const { parentLevel, otherParents, actorToken, childCount, children, uses, revocation } = token;
  const { introspections, rejections, exposure, privileges, contradiction, cutParent, ref, txn } = token;
  const { approvals, tombstone, unconfirmed } = token;
  return {
    ...{ key, issuer, issued, tokenKind, grant, subject, actor, client, act, mayAct, cnf },
    ...{ authorizationDetails, scope, requestedScope, requestedAudience, aud, iatMs, nbfMs, expMs },
    ...{ maxUses, session, family, environment, standing, firstSeenMs, eventIds, parent },
    ...{ parentLevel, otherParents, actorToken, childCount, children, uses, revocation },
    ...{ introspections, rejections, exposure, privileges, contradiction, cutParent, ref, txn, approvals },
    ...{ tombstone, unconfirmed },
  };
}
