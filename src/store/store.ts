import type { Store } from '../domain/ports.ts';
import type { Database } from './database.ts';
import { actions } from './queries/actions.ts';
import { alertActions, closingsSince } from './queries/alert-actions.ts';
import { alert, alerts } from './queries/alerts.ts';
import { apiKeys } from './queries/api-keys.ts';
import { auditAbout, auditChain, auditEntries, auditHeads, auditLinks, knownAudit } from './queries/audit.ts';
import { chain } from './queries/chain.ts';
import { chainOfToken } from './queries/chain-of-token.ts';
import { chains } from './queries/chains.ts';
import { counts } from './queries/counts.ts';
import { crossReferences } from './queries/cross-references.ts';
import { deadLetters } from './queries/dead-letters.ts';
import { deliveries } from './queries/deliveries.ts';
import { denyRows } from './queries/deny-entries.ts';
import { detectorSwitches } from './queries/detector-switches.ts';
import { eventMix } from './queries/event-mix.ts';
import { chainEvents, chainResponses } from './queries/evidence.ts';
import { exceptionUses } from './queries/exception-uses.ts';
import { hops } from './queries/hops.ts';
import { incident, incidents } from './queries/incidents.ts';
import { knownShares } from './queries/known-shares.ts';
import { lastPolicy } from './queries/last-policy.ts';
import { lineage } from './queries/lineage.ts';
import { liveTokens, tokensHeldBy } from './queries/live-tokens.ts';
import { lastSeq, readLog } from './queries/log.ts';
import { backtest, backtestLooks, responseModes } from './queries/modes.ts';
import { findOutbox, pendingOutbox } from './queries/outbox.ts';
import { decisions, findPlans, plans } from './queries/plans.ts';
import { readPosition } from './queries/position.ts';
import { recall } from './queries/recall.ts';
import {
  findResponses,
  recentResponses,
  responseHistory,
  responses,
  responsesOfAlerts,
  standingResponses,
} from './queries/responses.ts';
import { standingAlerts } from './queries/standing-alerts.ts';
import { readState } from './queries/state.ts';
import { unsettled } from './queries/unsettled.ts';
import { alertActionsTable, alertsTable } from './rows/alert.ts';
import { auditTable } from './rows/audit.ts';
import { actionsTable, chainsTable, hopsTable } from './rows/chain.ts';
import { controlsTable } from './rows/control.ts';
import { denyEntriesTable } from './rows/deny.ts';
import { eventsTable } from './rows/event.ts';
import { incidentsTable } from './rows/incident.ts';
import { backtestLooksTable, backtestsTable, responseModesTable } from './rows/mode.ts';
import { apiKeysTable, deadLettersTable, positionsTable } from './rows/other.ts';
import { filingsTable, stateTable } from './rows/recall.ts';
import { outboxTable, planDecisionsTable, plansTable, responsesTable } from './rows/response.ts';
import { createWriter } from './writer.ts';

/** The store over an engine whose schema is up to date. */
export function createStore(database: Database, clock: () => number): Store {
  const writer = createWriter(database, { clock });
  return {
    appendEvents: (events) => writer.writeEach(eventsTable, events),
    appendControl: (records) => writer.write(controlsTable, records),
    readLog: (afterSeq) => readLog(database, afterSeq),
    lastSeq: () => lastSeq(database),
    detectorSwitches: () => detectorSwitches(database),
    lastPolicy: () => lastPolicy(database),
    appendDeadLetters: (letters) => writer.write(deadLettersTable, letters),

    writeChains: (rows) => writer.write(chainsTable, rows),
    writeHops: (rows) => writer.write(hopsTable, rows),
    writeActions: (rows) => writer.write(actionsTable, rows),
    writeAlerts: (rows) => writer.write(alertsTable, rows),
    writeIncidents: (rows) => writer.write(incidentsTable, rows),

    writeResponses: (rows) => writer.write(responsesTable, rows),
    findResponses: (tenant, ids) => findResponses(database, tenant, ids),
    responsesOfAlerts: (tenant, alertIds) => responsesOfAlerts(database, tenant, alertIds),
    standingResponses: (states) => standingResponses(database, states),
    writePlans: (rows) => writer.write(plansTable, rows),
    findPlans: (tenant, ids) => findPlans(database, tenant, ids),
    writeDecisions: (rows) => writer.write(planDecisionsTable, rows),
    decisions: (tenant, planId) => decisions(database, tenant, planId),
    recentResponses: (tenant, sinceMs, coolMs) => recentResponses(database, tenant, sinceMs, coolMs),
    tokensHeldBy: (tenant, principalId, nowMs) => tokensHeldBy(database, tenant, principalId, nowMs),
    liveTokens: (tenant, nowMs) => liveTokens(database, tenant, nowMs),
    lineage: (tenant, tokenKeys) => lineage(database, tenant, tokenKeys),
    writeOutbox: (rows) => writer.write(outboxTable, rows),
    findOutbox: (tenant, ids) => findOutbox(database, tenant, ids),
    pendingOutbox: (of) => pendingOutbox(database, of),

    chains: (query) => chains(database, query),
    chain: (tenant, id) => chain(database, tenant, id),
    hops: (tenant, chainId) => hops(database, tenant, chainId),
    crossReferences: (row, eventIds) => crossReferences(database, row, eventIds),
    chainOfToken: (tenant, tokenKey) => chainOfToken(database, tenant, tokenKey),
    actions: (query) => actions(database, query),
    alerts: (query) => alerts(database, query),
    alert: (tenant, id) => alert(database, tenant, id),
    standingAlerts: (beside) => standingAlerts(database, beside),
    incidents: (query) => incidents(database, query),
    incident: (tenant, id) => incident(database, tenant, id),
    alertActions: (tenant, alertId) => alertActions(database, tenant, alertId),
    closingsSince: (sinceMs, limit) => closingsSince(database, sinceMs, limit),
    writeAlertAction: (action) => writer.write(alertActionsTable, [action]),
    responses: (query) => responses(database, query),
    responseHistory: (tenant, id) => responseHistory(database, tenant, id),
    plans: (query) => plans(database, query),
    deadLetters: (query) => deadLetters(database, query),
    deliveries: (query) => deliveries(database, query),
    counts: (tenant) => counts(database, tenant),

    eventMix: (query) => eventMix(database, query),
    completeness: (query) => knownShares(database, query),
    exceptionUses: (tenant) => exceptionUses(database, tenant),

    writeDenyRows: (rows) => writer.write(denyEntriesTable, rows),
    denyRows: (nowMs) => denyRows(database, nowMs),

    writeAudit: (rows) => writer.write(auditTable, rows),
    knownAudit: (tenant, ids) => knownAudit(database, tenant, ids),
    auditHeads: (tenant) => auditHeads(database, tenant),
    auditEntries: (query) => auditEntries(database, query),
    auditChain: (...of) => auditChain(database, ...of),
    auditLinks: (...of) => auditLinks(database, ...of),
    auditAbout: (...of) => auditAbout(database, ...of),
    chainEvents: (query) => chainEvents(database, query),
    chainResponses: (...of) => chainResponses(database, ...of),

    responseModes: () => responseModes(database),
    writeResponseMode: (change) => writer.write(responseModesTable, [change]),
    writeBacktest: (made) => writer.write(backtestsTable, [made]),
    backtest: (tenant, id) => backtest(database, tenant, id),
    writeBacktestLook: (look) => writer.write(backtestLooksTable, [look]),
    backtestLooks: (tenant, id) => backtestLooks(database, tenant, id),

    apiKeys: () => apiKeys(database),
    writeApiKey: (key) => writer.write(apiKeysTable, [key]),

    readPosition: (name) => readPosition(database, name),
    writePosition: (name, seq) => writer.write(positionsTable, [{ name, seq }]),

    fileEvents: (filings) => writer.write(filingsTable, filings),
    recall: (lookups, beforeSeq) => recall(database, lookups, beforeSeq),
    unsettled: (sinceMs, afterSeq) => unsettled(database, sinceMs, afterSeq),
    writeState: (rows) => writer.write(stateTable, rows),
    readState: () => readState(database),

    ping: () => database.ping(),
    close: () => database.close(),
  };
}
