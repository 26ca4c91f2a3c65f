import type { AlertWithLife } from '../../../src/domain/alert.ts';
import type { Chain, Hop } from '../../../src/domain/chain.ts';
import { defaultPolicy } from '../../../src/domain/policy.ts';
import type { QueryStore, ResponseStore } from '../../../src/domain/ports.ts';
import type { ConnectorDeclaration, OutboxEntry, Response } from '../../../src/domain/response.ts';
import { OutboundConfig, type ResponseConfig } from '../../../src/respond/config.ts';
import type { Connector } from '../../../src/respond/connectors/index.ts';
import type { Attempt, Channel, Log, Subscription, Timer } from '../../../src/respond/types.ts';
import { pendingIn } from '../../support/pending-outbox.ts';
import {
  decidedIn,
  decisionsIn,
  endedIn,
  heldIn,
  lineageIn,
  liveIn,
  ofAlertsIn,
  type PlanTables,
  plansIn,
  putPlan,
  recentIn,
  standingIn,
} from '../../support/response-tables.ts';

export const startMs = Date.UTC(2026, 5, 1, 12);

/** Time that only tests move. */
export function createTime() {
  let nowMs = startMs;
  let pending: { atMs: number; run: () => void }[] = [];
  const timer: Timer = (run, ms) => {
    const item = { atMs: nowMs + ms, run };
    pending.push(item);
    return () => {
      pending = pending.filter((other) => other !== item);
    };
  };
  return {
    clock: () => nowMs,
    timer,
    /** Fires what falls due, one by one, each followed by everything it set in motion. */
    async advance(ms: number): Promise<void> {
      const endMs = nowMs + ms;
      await drain();
      for (;;) {
        const next = pending.filter((item) => item.atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (next === undefined) break;
        pending = pending.filter((item) => item !== next);
        nowMs = Math.max(nowMs, next.atMs);
        next.run();
        await drain();
      }
      nowMs = endMs;
    },
  };
}

/** Everything in memory settles within a few turns of the event loop. */
async function drain(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export interface MemoryResponses extends ResponseStore, Pick<QueryStore, 'alert' | 'chain' | 'chainOfToken'> {
  readonly alerts: AlertWithLife[];
  readonly chains: Chain[];
  readonly tables: PlanTables;
  readonly responses: Response[];
  /** What lineage is read from. */
  readonly hops: Hop[];
  readonly outbox: Map<string, OutboxEntry>;
  readonly calls: { find: number; write: number };
  /** Rejects every call while it is set. */
  down: boolean;
}

/** The port's promises in memory: the newest row of a response, the highest version of an entry, bounded reads. */
export function createMemoryResponses(pendingMax = 10_000): MemoryResponses {
  const responses: Response[] = [];
  const outbox = new Map<string, OutboxEntry>();
  const key = (tenant: string, id: string) => JSON.stringify([tenant, id]);
  const up = () => {
    if (store.down) throw new Error('the store is down');
  };
  const hops: Hop[] = [];
  const tables: PlanTables = { plans: new Map(), decisions: [] };
  const store: MemoryResponses = {
    responses,
    outbox,
    hops,
    tables,
    alerts: [],
    chains: [],
    alert: async (tenant, id) => store.alerts.find((alert) => alert.tenant === tenant && alert.id === id),
    chain: async (tenant, id) => store.chains.find((chain) => chain.tenant === tenant && chain.id === id),
    chainOfToken: async (tenant, key) =>
      hops.find((hop) => hop.tenant === tenant && hop.key === key)?.chainId,
    calls: { find: 0, write: 0 },
    down: false,
    async writeResponses(rows) {
      up();
      responses.push(...rows);
    },
    async findResponses(tenant, ids) {
      up();
      return ids.flatMap((id) => {
        const rows = responses.filter((row) => row.tenant === tenant && row.id === id);
        return rows.sort((a, b) => b.atMs - a.atMs)[0] ?? [];
      });
    },
    async responsesOfAlerts(tenant, ids) {
      up();
      return ofAlertsIn(responses, tenant, ids);
    },
    tokensHeldBy: async (tenant, id, nowMs) => heldIn(hops, tenant, id, nowMs),
    async standingResponses(states) {
      up();
      return standingIn(responses, states);
    },
    async endedTokens(states, aliveMs) {
      up();
      return endedIn(responses, states, aliveMs);
    },
    async recentResponses(tenant, sinceMs, coolMs) {
      up();
      return recentIn(responses, tenant, sinceMs, coolMs);
    },
    liveTokens: async (tenant, nowMs) => liveIn(hops, tenant, nowMs),
    lineage: async (tenant, keys) => lineageIn(hops, tenant, keys),
    async writePlans(plans) {
      up();
      for (const plan of plans) putPlan(tables, plan);
    },
    async findPlans(tenant, ids) {
      up();
      return plansIn(tables, tenant, ids);
    },
    async writeDecisions(rows) {
      up();
      tables.decisions.push(...rows);
    },
    decisions: async (tenant, planId) => decisionsIn(tables, tenant, planId),
    decidedPlans: async (sinceMs) => decidedIn(tables, sinceMs),
    async writeOutbox(entries) {
      up();
      store.calls.write += 1;
      for (const entry of entries) {
        const known = outbox.get(key(entry.tenant, entry.id));
        if (known === undefined || known.version <= entry.version)
          outbox.set(key(entry.tenant, entry.id), entry);
      }
    },
    async findOutbox(tenant, ids) {
      up();
      store.calls.find += 1;
      return ids.flatMap((id) => outbox.get(key(tenant, id)) ?? []);
    },
    async pendingOutbox(of) {
      up();
      return pendingIn(outbox.values(), of).slice(0, of?.limit ?? pendingMax);
    },
  };
  return store;
}

export interface Scripted {
  readonly sent: { endpoint: string; id: string; body: string; atMs: number }[];
  answer: (id: string, attempt: number) => Attempt | Promise<Attempt>;
  problem: string | undefined;
  /** Ways into this network. */
  channels(of: readonly Pick<Channel, 'name' | 'disabled'>[]): Channel[];
}

/** A network that answers what the test says. */
export function createScripted(clock: () => number): Scripted {
  const sent: Scripted['sent'] = [];
  const transport: Scripted = {
    sent,
    answer: () => status(200),
    problem: undefined,
    channels: (of) =>
      of.map(({ name, disabled }) => ({
        name,
        disabled,
        async send({ id, body }) {
          sent.push({ endpoint: name, id, body, atMs: clock() });
          return transport.answer(id, sent.filter((message) => message.id === id).length);
        },
        rehearse: async () => transport.problem,
        close: async () => undefined,
      })),
  };
  return transport;
}

export function status(code: number, retryAfter?: string): Attempt {
  return { kind: 'answered', status: code, retryAfter };
}

export function endpointOf(name: string, over: Partial<Subscription> = {}): Subscription {
  const everything = { minSeverity: 'info', detectors: ['*'], tenants: ['*'], owners: ['*'] } as const;
  return { name, events: ['alert.*'], ...everything, disabled: false, ...over };
}

/** Acts for real; everything else as it is shipped. */
export function acting(over: Partial<ResponseConfig> = {}): ResponseConfig {
  return { ...OutboundConfig.parse({}).response, mode: 'auto', dryRun: false, ...over };
}

/** A way to revoke on a scripted network. */
export function connectorOn(
  network: Scripted,
  over: Partial<Connector> & { readonly declared?: Partial<ConnectorDeclaration> } = {},
): Connector {
  const { declared, ...rest } = over;
  const [channel] = network.channels([{ name: 'idp', disabled: false }]);
  if (channel === undefined) throw new Error('no channel');
  return {
    ...channel,
    declaration: {
      name: 'idp',
      kind: 'webhook',
      ends: 'All.',
      leaves: 'Nothing.',
      confirms: 'none',
      undoes: true,
      ...declared,
    },
    handles: () => true,
    ...rest,
  };
}

/** Revokes with `idp`, under the policy as it is shipped. */
export function revoking(network: Scripted) {
  return { connectors: [connectorOn(network)], policy: () => defaultPolicy };
}

export const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export function entryOf(id: string, over: Partial<OutboxEntry> = {}): OutboxEntry {
  return {
    tenant: 'acme',
    id,
    endpoint: 'ops',
    type: 'alert.raised',
    body: '{}',
    responseId: '',
    orderKey: '',
    state: 'pending',
    attempts: 0,
    createdMs: startMs,
    nextAttemptMs: startMs,
    lastStatus: 0,
    lastError: '',
    version: 1,
    ...over,
  };
}
