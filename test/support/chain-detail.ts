import type {
  Action,
  Alert,
  ChainDetail,
  Hop,
  Principal,
  Response,
} from '../../dashboards/console/chart/detail.ts';
import { jtiKey } from '../../src/domain/token.ts';
import { presentTokenKey } from '../../src/serve/present/common.ts';

/** Chains as the API answers them, to be drawn. */

export const beganMs = Date.UTC(2026, 2, 3, 9);
const issuer = 'https://idp.example';
export const maya: Principal = { id: 'user:maya', kind: 'human', name: 'Maya Lindqvist' };

export function isoAt(seconds: number): string {
  return new Date(beganMs + seconds * 1_000).toISOString();
}

export function requestHop(over: Partial<Hop> = {}): Hop {
  return {
    ...{ key: 'txn:t-1', kind: 'request', depth: 0, to: maya, label: 't-1', useCount: 0, late: false },
    ...{ addedScope: [], audience: [], alternatives: [] },
    ...over,
  };
}

/** A token that is alive for a quarter of an hour from its number in seconds. */
export function tokenHop(n: number, parentKey: string | undefined, over: Partial<Hop> = {}): Hop {
  const key = jtiKey(issuer, `j${n}`);
  return {
    ...{ key, parentKey, kind: 'token', level: 1, depth: 1, label: `j${n}`, token: presentTokenKey(key) },
    ...{ to: { id: `agent:${n}`, kind: 'agent', name: `worker-${n}` }, tokenKind: 'access_token' },
    ...{ scope: ['crm:read'], addedScope: [], audience: ['crm'], alternatives: [], late: false },
    ...{ issuedAt: isoAt(n), expiresAt: isoAt(n + 900), useCount: 1 },
    ...over,
  };
}

export function actionOn(hop: Hop, n: number, over: Partial<Action> = {}): Action {
  return {
    ...{ id: `act_${n}`, hopKey: hop.key, kind: 'api', at: isoAt(n + 5), actor: hop.to, token: hop.token },
    ...{ system: 'crm', resource: `customers/${n}`, action: 'read', effect: 'read', outcome: 'accepted' },
    eventIds: [`evt_${n}`],
    ...over,
  };
}

export function alertAt(hop: Hop, over: Partial<Alert> = {}): Alert {
  return {
    ...{ id: `alr_${hop.label}`, state: 'open', kind: 'alert', severity: 'high', detector: 'scope-creep' },
    ...{ title: `${hop.to?.name} gained crm:write`, detectorVersion: 1, basis: 'deterministic' },
    subject: { kind: 'token', key: hop.key, label: hop.label },
    ...{ hopKey: hop.key, facts: ['hop-drift'], settled: true, writesSince: 1, liveUntil: hop.expiresAt },
    ...{ weakestLink: 1, revocable: true, count: 1, evidence: {}, eventIds: [], runbook: 'README.md' },
    ...{ firstAt: hop.issuedAt ?? isoAt(0), lastAt: isoAt(800), nextStep: 'Revoke it.' },
    ...over,
  };
}

export function responseTo(hop: Hop, over: Partial<Response> = {}): Response {
  return {
    ...{ id: `rsp_${hop.label}`, step: 0, action: 'token.revoke', mode: 'dry_run', state: 'proposed' },
    target: { kind: 'token', label: hop.label, token: hop.token },
    ...{
      attempt: 1,
      at: isoAt(700),
      causedAt: isoAt(0),
      confirms: 'none',
      requestedBy: 'policy',
      approvedBy: [],
    },
    ...over,
  };
}

export function detailOf(hops: readonly Hop[], over: Partial<ChainDetail> = {}): ChainDetail {
  return {
    chain: {
      ...{ id: 'chn_1', state: 'open', verdict: 'root', initiator: maya, txns: ['t-1'], principals: [] },
      completeness: { request: true, authority: true, context: true, impact: true },
      ...{ targets: [], tools: [], tokens: [], rootKey: hops[0]?.key ?? '', startedAt: isoAt(0) },
      ...{ lastEventAt: isoAt(600), hopCount: hops.length, actionCount: 0, eventCount: 1, depth: 3 },
      version: 1,
    },
    ...{ hops, actions: { items: [] }, alerts: [], responses: [], crossReferences: [] },
    ...over,
  };
}

/**
 * A person, an orchestrator, three planners, and as many workers below them as it takes. One of the workers gained a
 * scope; every worker did something.
 */
export function wideChain(hopCount: number, nameOf = (n: number): string => `worker-${n}`): ChainDetail {
  const top = requestHop();
  const first = tokenHop(0, top.key, { to: { id: 'agent:o', kind: 'agent', name: 'Orchestrator' } });
  const planners = [1, 2, 3].map((n) =>
    tokenHop(n, first.key, { depth: 2, to: { id: `agent:p${n}`, kind: 'agent', name: `Planner ${n}` } }),
  );
  const workers = Array.from({ length: Math.max(0, hopCount - 5) }, (_, index) => {
    const n = index + 4;
    const to = { id: `agent:${n}`, kind: 'agent', name: nameOf(n) } as const;
    const level = n % 7 === 0 ? 4 : 1;
    return tokenHop(n, planners[n % 3]?.key, { depth: 3, to, level });
  });
  const broken = workers[Math.floor(workers.length * 0.7)];
  const hops = [top, first, ...planners, ...workers].map((hop) =>
    hop === broken ? { ...hop, addedScope: ['crm:write', 'crm:admin'] } : hop,
  );
  const systems = ['crm', 'billing', 'mail', 'vault'];
  const items = workers.slice(0, 2_000).map((hop, n) => {
    const isWrite = n % 5 === 0;
    const word = isWrite ? 'write' : 'read';
    return actionOn(hop, n, { system: systems[n % 4], action: word, effect: word });
  });
  return detailOf(hops, { actions: { items }, alerts: broken === undefined ? [] : [alertAt(broken)] });
}
