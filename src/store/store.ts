import type { Store } from '../domain/ports.ts';
import type { Database } from './database.ts';
import { huntingPart } from './hunting-part.ts';
import { operationsPart } from './operations-part.ts';
import { proofPart } from './proof-part.ts';
import { actions } from './queries/actions.ts';
import { alertActions, closingsSince } from './queries/alert-actions.ts';
import { alert, alerts } from './queries/alerts.ts';
import { apiKeys } from './queries/api-keys.ts';
import { chain } from './queries/chain.ts';
import { chainOfToken } from './queries/chain-of-token.ts';
import { chains } from './queries/chains.ts';
import { counts } from './queries/counts.ts';
import { crossReferences } from './queries/cross-references.ts';
import { deadLetters } from './queries/dead-letters.ts';
import { deliveries } from './queries/deliveries.ts';
import { detectorSwitches } from './queries/detector-switches.ts';
import { eventMix } from './queries/event-mix.ts';
import { exceptionUses } from './queries/exception-uses.ts';
import { hops } from './queries/hops.ts';
import { incident, incidentHandling, incidents } from './queries/incidents.ts';
import { createKnownDrawers } from './queries/known-drawers.ts';
import { knownShares } from './queries/known-shares.ts';
import { lastPolicy } from './queries/last-policy.ts';
import { lastSeq, readLog } from './queries/log.ts';
import { plans } from './queries/plans.ts';
import { readPosition } from './queries/position.ts';
import { pulse } from './queries/pulse.ts';
import { recall } from './queries/recall.ts';
import { responseHistory, responses } from './queries/responses.ts';
import { standingAlerts } from './queries/standing-alerts.ts';
import { readState } from './queries/state.ts';
import { unsettled } from './queries/unsettled.ts';
import { respondingPart } from './responding-part.ts';
import { alertActionsTable, alertsTable } from './rows/alert.ts';
import { actionsTable, chainsTable, hopsTable } from './rows/chain.ts';
import { controlsTable } from './rows/control.ts';
import { eventsTable } from './rows/event.ts';
import { incidentsTable } from './rows/incident.ts';
import { apiKeysTable, deadLettersTable, positionsTable } from './rows/other.ts';
import { filingsTable, stateTable } from './rows/recall.ts';
import { createWriter } from './writer.ts';

/** The store over an engine whose schema is up to date; `isAlone` where no other process can write to it. */
export function createStore(database: Database, clock: () => number, isAlone = false): Store {
  const writer = createWriter(database, { clock });
  const drawers = isAlone ? createKnownDrawers(database) : undefined;
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

    ...respondingPart(database, writer),
    ...proofPart(database, writer),
    ...huntingPart(database, writer),
    ...operationsPart(database),

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
    incidentHandling: (tenant, ids) => incidentHandling(database, tenant, ids),
    alertActions: (tenant, alertId) => alertActions(database, tenant, alertId),
    closingsSince: (sinceMs, limit) => closingsSince(database, sinceMs, limit),
    writeAlertAction: (action) => writer.write(alertActionsTable, [action]),
    responses: (query) => responses(database, query),
    responseHistory: (tenant, id) => responseHistory(database, tenant, id),
    plans: (query) => plans(database, query),
    deadLetters: (query) => deadLetters(database, query),
    deliveries: (query) => deliveries(database, query),
    counts: (tenant) => counts(database, tenant),
    pulse: (query) => pulse(database, query),

    eventMix: (query) => eventMix(database, query),
    completeness: (query) => knownShares(database, query),
    exceptionUses: (tenant) => exceptionUses(database, tenant),

    apiKeys: () => apiKeys(database),
    writeApiKey: (key) => writer.write(apiKeysTable, [key]),

    readPosition: (name) => readPosition(database, name),
    writePosition: (name, seq) => writer.write(positionsTable, [{ name, seq }]),

    fileEvents: (filings) => {
      drawers?.add(filings);
      return writer.write(filingsTable, filings);
    },
    recall: (lookups, beforeSeq) => recall(database, lookups, beforeSeq, drawers?.mayHold),
    unsettled: (sinceMs, afterSeq) => unsettled(database, sinceMs, afterSeq),
    writeState: (rows) => writer.write(stateTable, rows),
    readState: () => readState(database),

    ping: () => database.ping(),
    close: () => {
      drawers?.stop();
      return database.close();
    },
  };
}
