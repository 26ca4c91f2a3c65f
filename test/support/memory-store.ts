import type { ApiKey } from '../../src/domain/access.ts';
import type { Alert, AlertAction, AlertWithLife } from '../../src/domain/alert.ts';
import type { Action, Chain, Hop } from '../../src/domain/chain.ts';
import type { DeadLetter } from '../../src/domain/dead-letter.ts';
import { severityRank } from '../../src/domain/finding.ts';
import type { HuntStore } from '../../src/domain/hunting.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { KeyStore, Page, PageQuery, QueryStore, Store } from '../../src/domain/ports.ts';
import type { OutboxEntry, Plan, Response } from '../../src/domain/response.ts';
import { memoryHunts } from './memory-hunts.ts';
import { newestResponses } from './response-tables.ts';

type Served = QueryStore &
  KeyStore &
  HuntStore &
  Pick<Store, 'ping' | 'findResponses' | 'findPlans' | 'decisions'>;

export interface MemoryStore extends Served {
  writeChains(chains: readonly Chain[]): Promise<void>;
  writeHops(hops: readonly Hop[]): Promise<void>;
  writeActions(actions: readonly Action[]): Promise<void>;
  writeAlerts(alerts: readonly Alert[]): Promise<void>;
  writeIncidents(incidents: readonly Incident[]): Promise<void>;
  writeResponses(responses: readonly Response[]): Promise<void>;
  writePlans(plans: readonly Plan[]): Promise<void>;
  appendDeadLetters(letters: readonly DeadLetter[]): Promise<void>;
  findOutbox(tenant: string, ids: readonly string[]): Promise<readonly OutboxEntry[]>;
  writeOutbox(entries: readonly OutboxEntry[]): Promise<void>;
}

/** The ports the API reads, in memory, for tests that are about HTTP and not about the store. */
export function createMemoryStore(): MemoryStore {
  const chains: Chain[] = [];
  const hops: Hop[] = [];
  const actions: Action[] = [];
  const alerts: Alert[] = [];
  const people: AlertAction[] = [];
  const incidents = new Map<string, Incident>();
  const responses: Response[] = [];
  const plans: Plan[] = [];
  const letters: DeadLetter[] = [];
  const outbox = new Map<string, OutboxEntry>();
  const keys = new Map<string, ApiKey>();

  const chainOf = (action: Action) =>
    hops.find((hop) => hop.tenant === action.tenant && hop.key === action.hopKey)?.chainId;
  const resolve = (tenant: string, id: string): Chain | undefined => {
    const found = chains.find((chain) => chain.tenant === tenant && chain.id === id);
    return found?.mergedInto === undefined ? found : resolve(tenant, found.mergedInto);
  };
  const follow = (tenant: string, id: string): Incident | undefined => {
    const found = incidents.get(`${tenant} ${id}`);
    return found?.mergedInto === undefined ? found : follow(tenant, found.mergedInto);
  };
  const live = (alert: Alert): AlertWithLife => {
    const last = people.filter((a) => a.tenant === alert.tenant && a.alertId === alert.id).at(-1);
    return {
      ...alert,
      state:
        alert.mergedInto !== undefined ? 'merged' : alert.withdrawn ? 'withdrawn' : (last?.state ?? 'open'),
      assignee: last?.assignee ?? '',
      closedReason: last?.state === 'closed' ? last.reason : '',
      stateChangedMs: last?.atMs,
    };
  };

  return {
    chains: async (q) =>
      page(
        q,
        chains.filter((c) => is(q.tokenKey, ...c.tokenKeys) && is(q.target, ...c.targets)),
      ),
    chain: async (tenant, id) => resolve(tenant, id),
    hops: async (tenant, chainId) => hops.filter((hop) => hop.tenant === tenant && hop.chainId === chainId),
    crossReferences: async () => [],
    chainOfToken: async (tenant, key) =>
      chains.find((chain) => chain.tenant === tenant && chain.tokenKeys.includes(key))?.id,
    actions: async (q) =>
      page(
        q,
        actions.filter((a) => is(q.chainId, chainOf(a)) && is(q.actor, a.actor?.id)),
      ),
    alerts: async (q) =>
      page(
        q,
        alerts
          .map(live)
          .filter((a) => is(q.state, a.state) && is(q.kind, a.kind) && is(q.detector, a.detector))
          .filter((a) => is(q.chainId, a.chainId) && is(q.incidentId, a.incidentId))
          .filter((a) => is(q.actor, a.actor) && is(q.subject, a.subject.key))
          .filter((a) => severityRank(a.severity) >= severityRank(q.minSeverity ?? 'info')),
      ),
    alert: async (tenant, id) => alerts.map(live).find((a) => a.tenant === tenant && a.id === id),
    incidents: async (q) =>
      page(
        q,
        [...incidents.values()].filter(
          (one) =>
            (q.state === undefined ? one.state !== 'merged' : one.state === q.state) &&
            is(q.chainId, one.chainId),
        ),
      ),
    incident: async (tenant, id) => follow(tenant, id),
    incidentHandling: async () => [],
    closingsSince: async (sinceMs) => people.filter((a) => a.verb === 'close' && a.atMs >= sinceMs),
    alertActions: async (tenant, id) => people.filter((a) => a.tenant === tenant && a.alertId === id),
    writeAlertAction: async (action) => void people.push(action),
    responses: async (q) =>
      page(
        q,
        newestResponses(responses)
          .filter((r) => is(q.alertId, r.alertId) && is(q.chainId, r.chainId))
          .filter((r) => is(q.planId, r.planId) && is(q.state, r.state)),
      ),
    findResponses: async (tenant, ids) =>
      newestResponses(responses).filter((r) => r.tenant === tenant && ids.includes(r.id)),
    findPlans: async (tenant, ids) => plans.filter((p) => p.tenant === tenant && ids.includes(p.id)),
    decisions: async () => [],
    responseHistory: async (tenant, id) => responses.filter((r) => r.tenant === tenant && r.id === id),
    plans: async (q) =>
      page(
        q,
        plans.filter(({ trigger }) => is(q.alertId, trigger.kind === 'alert' ? trigger.alertId : '')),
      ),
    deadLetters: async (q) => page(q, letters),
    deliveries: async (q) =>
      page(
        q,
        [...outbox.values()].filter(
          ({ state, endpoint, orderKey }) =>
            is(q.state, state) && is(q.endpoint, endpoint) && is(q.orderKey, orderKey),
        ),
      ),
    counts: async () => ({
      events: 0,
      chains: chains.length,
      alerts: alerts.length,
      deadLetters: letters.length,
    }),
    ...memoryHunts(),
    apiKeys: async () => [...keys.values()],
    writeApiKey: async (key) => void keys.set(key.id, key),
    ping: async () => undefined,
    writeChains: async (rows) => void chains.push(...rows),
    writeHops: async (rows) => void hops.push(...rows),
    writeActions: async (rows) => void actions.push(...rows),
    writeAlerts: async (rows) => void alerts.push(...rows),
    writeIncidents: async (rows) => {
      for (const row of rows) incidents.set(`${row.tenant} ${row.id}`, row);
    },
    writeResponses: async (rows) => void responses.push(...rows),
    writePlans: async (rows) => void plans.push(...rows),
    appendDeadLetters: async (rows) => void letters.push(...rows),
    findOutbox: async (tenant, ids) => ids.flatMap((id) => outbox.get(`${tenant} ${id}`) ?? []),
    writeOutbox: async (rows) => {
      for (const row of rows) outbox.set(`${row.tenant} ${row.id}`, row);
    },
  };
}

function is<T>(wanted: T | undefined, ...values: readonly (T | undefined)[]): boolean {
  return wanted === undefined || values.includes(wanted);
}

function page<T extends { readonly tenant: string }>(query: PageQuery, rows: readonly T[]): Page<T> {
  const own = rows.filter((row) => row.tenant === query.tenant);
  const start = Number(query.cursor ?? 0);
  const end = start + query.limit;
  return { items: own.slice(start, end), next: end < own.length ? String(end) : undefined };
}
