import { expect, it } from 'vitest';
import type { Store } from '../../domain/ports.ts';
import type { Database } from '../database.ts';
import { createStore } from '../store.ts';

/** An engine that answers next to nothing and remembers what it was asked. */
function listening(): { database: Database; asked: string[] } {
  const asked: string[] = [];
  const database: Database = {
    run: async () => undefined,
    insert: async () => undefined,
    read: async (_, sql, params) => {
      asked.push(sql);
      // One filing wherever one is looked for, so that a recall goes to its end.
      const drawers = params?.['drawers'];
      return typeof drawers === 'object' ? drawers.map((drawer) => [String(drawer), '1', '0', false]) : [];
    },
    ping: async () => undefined,
    close: async () => undefined,
  };
  return { database, asked };
}

const of = { tenant: 't', limit: 10, cursor: undefined };
const read: Record<string, (store: Store) => Promise<unknown>> = {
  lastSeq: (store) => store.lastSeq(),
  readLog: async (store) => {
    for await (const _ of store.readLog(0));
  },
  detectorSwitches: (store) => store.detectorSwitches(),
  lastPolicy: (store) => store.lastPolicy(),
  findResponses: (store) => store.findResponses('t', ['a']),
  standingResponses: (store) => store.standingResponses(['accepted']),
  endedTokens: (store) => store.endedTokens(['accepted'], 1),
  responsesOfAlerts: (store) => store.responsesOfAlerts('t', ["x'x"]),
  tokensHeldBy: (store) => store.tokensHeldBy('t', "x'x", 1),
  recentResponses: (store) => store.recentResponses("x'x", 1, 0),
  responseHistory: (store) => store.responseHistory('t', "x'x"),
  liveTokens: (store) => store.liveTokens("x'x", 1),
  findPlans: (store) => store.findPlans('t', ["x'x"]),
  plans: (store) => store.plans({ ...of, alertId: "x'x" }),
  decisions: (store) => store.decisions('t', "x'x"),
  decidedPlans: (store) => store.decidedPlans(0),
  lineage: (store) => store.lineage('t', ["x'x"]),
  findOutbox: (store) => store.findOutbox('t', ['a']),
  pendingOutbox: (store) => store.pendingOutbox(),
  chains: (store) =>
    store.chains({
      ...of,
      fromMs: 1,
      toMs: 2,
      principal: "x'x",
      tokenKey: "x'x",
      target: "x'x",
      detector: "x'x",
      missing: 'impact',
      system: "x'x",
      tool: "x'x",
      txn: "x'x",
      verdict: 'gap',
    }),
  chain: (store) => store.chain('t', "x'x"),
  hops: (store) => store.hops('t', "x'x"),
  crossReferences: (store) => {
    const chain = { tenant: 't', id: "x'x", startedMs: 1, lastEventMs: 2, tokenKeys: ["x'x"], txns: ["x'x"] };
    return store.crossReferences(chain, ["x'x"]);
  },
  chainOfToken: (store) => store.chainOfToken('t', "x'x"),
  actions: (store) =>
    store.actions({
      ...{ ...of, chainId: "x'x", tokenKey: "x'x", actor: "x'x", fromMs: 1, toMs: 2 },
      ...{ system: "x'x", resource: "x'x*", tool: "x'x", effect: 'write', outcome: 'denied', txn: "x'x" },
    }),
  alerts: (store) =>
    store.alerts({
      ...of,
      state: 'open',
      kind: 'alert',
      detector: "x'x",
      minSeverity: 'low',
      chainId: "x'x",
      incidentId: "x'x",
      about: { id: "x'x", keys: ["x'x"], labels: ["x'x"] },
    }),
  alert: (store) => store.alert('t', "x'x"),
  standingAlerts: (store) =>
    store.standingAlerts([{ tenant: 't', subject: "x'x", hop: "x'x", above: ["x'x"] }]),
  incidents: (store) =>
    store.incidents({ ...of, state: 'open', minSeverity: 'low', detector: "x'x", chainId: "x'x" }),
  incident: (store) => store.incident('t', "x'x"),
  incidentHandling: (store) => store.incidentHandling('t', ["x'x"]),
  alertActions: (store) => store.alertActions('t', "x'x"),
  responses: (store) =>
    store.responses({ ...of, alertId: "x'x", chainId: "x'x", planId: "x'x", state: 'failed' }),
  deadLetters: (store) => store.deadLetters(of),
  deliveries: (store) => store.deliveries({ ...of, state: 'dead', endpoint: "x'x", orderKey: "x'x" }),
  counts: (store) => store.counts('t'),
  pulse: (store) => store.pulse({ tenant: "x'x", sinceMs: 1, stepMs: 1, nowMs: 2 }),
  eventMix: (store) => store.eventMix({ tenant: "x'x", sinceMs: 1 }),
  completeness: (store) => store.completeness({ tenant: "x'x", sinceMs: 1 }),
  exceptionUses: (store) => store.exceptionUses("x'x"),
  closingsSince: (store) => store.closingsSince(1, 10),
  alertCounts: (store) => store.alertCounts({ tenant: "x'x", sinceMs: 1 }),
  producers: (store) => store.producers({ tenant: "x'x", sinceMs: 1 }),
  refusals: (store) => store.refusals({ tenant: "x'x", sinceMs: 1 }),
  policyHistory: (store) => store.policyHistory(10),
  denyRows: (store) => store.denyRows(1),
  responseModes: (store) => store.responseModes(),
  backtest: (store) => store.backtest('t', "x'x"),
  backtestLooks: (store) => store.backtestLooks('t', "x'x"),
  knownAudit: (store) => store.knownAudit('t', ["x'x"]),
  auditHeads: async (store) => {
    await store.auditHeads("x'x");
    return store.auditHeads("x'x", "w'w");
  },
  auditEntries: (store) => store.auditEntries({ ...of, kind: 'plan.made', subject: "x'x" }),
  auditChain: (store) => store.auditChain('t', "x'x", 1, 10),
  auditLinks: (store) => store.auditLinks('t', "x'x", 1, 10),
  auditAbout: (store) => store.auditAbout('t', { chainId: "x'x", ids: ["x'x"], limit: 10 }),
  chainEvents: (store) =>
    store.chainEvents({
      tenant: 't',
      fromMs: 1,
      toMs: 2,
      tokenKeys: ["x'x"],
      txns: ["x'x"],
      eventIds: ["x'x"],
      limit: 10,
    }),
  chainResponses: (store) => store.chainResponses('t', "x'x", 10),
  reach: (store) => store.reach('t', ["x'x"]),
  hopsByKey: (store) => store.hopsByKey('t', ["x'x"]),
  hopsOfPrincipal: (store) => store.hopsOfPrincipal('t', "x'x"),
  touchedBelow: (store) => store.touchedBelow('t', ["x'x"]),
  touchedBy: (store) => store.touchedBy('t', "x'x", 1),
  activity: (store) => store.activity('t', "x'x", 1),
  presence: (store) => store.presence('t', "x'x"),
  approvals: (store) => store.approvals({ tenant: 't', txns: ["x'x"], fromMs: 1, toMs: 2 }),
  named: (store) => store.named('t', "x'x"),
  hunts: (store) => store.hunts('t', "x'x"),
  apiKeys: (store) => store.apiKeys(),
  readPosition: (store) => store.readPosition("x'x"),
  recall: (store) => store.recall([{ tenant: 't', name: "x'x", role: 'describes', max: 10 }], 9),
  unsettled: (store) => store.unsettled(0, 0),
  readState: (store) => store.readState(),
};

it.each(Object.entries(read))(
  '%s is bounded in time and rows, pages by cursor, and carries no value',
  async (_, ask) => {
    const { database, asked } = listening();
    await ask(createStore(database, () => 0));
    expect(asked).not.toEqual([]);
    for (const sql of asked) {
      expect(sql).toMatch(
        /SETTINGS max_execution_time = \d+, max_result_rows = \d+, result_overflow_mode = 'throw'$/,
      );
      expect(sql).not.toMatch(/\bOFFSET\b|x'x/i);
    }
  },
);

it('knows every method that reads', () => {
  const { database } = listening();
  const writes = /^(write|append|file|close$|ping$)/;
  const methods = Object.keys(createStore(database, () => 0)).filter((name) => !writes.test(name));
  expect(Object.keys(read).sort()).toEqual(methods.sort());
});
