import type { ModeStore } from '../domain/backtest.ts';
import type { DenyStore } from '../domain/deny-list.ts';
import type { ResponseStore } from '../domain/ports.ts';
import type { Database } from './database.ts';
import { denyRows } from './queries/deny-entries.ts';
import { lineage } from './queries/lineage.ts';
import { liveTokens, tokensHeldBy } from './queries/live-tokens.ts';
import { backtest, backtestLooks, responseModes } from './queries/modes.ts';
import { findOutbox, pendingOutbox } from './queries/outbox.ts';
import { decidedPlans, decisions, findPlans } from './queries/plans.ts';
import {
  endedTokens,
  findResponses,
  recentResponses,
  responsesOfAlerts,
  standingResponses,
} from './queries/responses.ts';
import { denyEntriesTable } from './rows/deny.ts';
import { backtestLooksTable, backtestsTable, responseModesTable } from './rows/mode.ts';
import { outboxTable, planDecisionsTable, plansTable, responsesTable } from './rows/response.ts';
import type { Writer } from './writer.ts';

/** What was planned, decided and done, how far each detector may go, and what waits to leave. */
export function respondingPart(database: Database, writer: Writer): ResponseStore & DenyStore & ModeStore {
  return {
    writeResponses: (rows) => writer.write(responsesTable, rows),
    findResponses: (tenant, ids) => findResponses(database, tenant, ids),
    responsesOfAlerts: (tenant, alertIds) => responsesOfAlerts(database, tenant, alertIds),
    standingResponses: (states) => standingResponses(database, states),
    endedTokens: (states, aliveMs) => endedTokens(database, states, aliveMs),
    writePlans: (rows) => writer.write(plansTable, rows),
    findPlans: (tenant, ids) => findPlans(database, tenant, ids),
    writeDecisions: (rows) => writer.write(planDecisionsTable, rows),
    decisions: (tenant, planId) => decisions(database, tenant, planId),
    decidedPlans: (sinceMs) => decidedPlans(database, sinceMs),
    recentResponses: (tenant, sinceMs, coolMs) => recentResponses(database, tenant, sinceMs, coolMs),
    tokensHeldBy: (tenant, principalId, nowMs) => tokensHeldBy(database, tenant, principalId, nowMs),
    liveTokens: (tenant, nowMs) => liveTokens(database, tenant, nowMs),
    lineage: (tenant, tokenKeys) => lineage(database, tenant, tokenKeys),
    writeOutbox: (rows) => writer.write(outboxTable, rows),
    findOutbox: (tenant, ids) => findOutbox(database, tenant, ids),
    pendingOutbox: (of) => pendingOutbox(database, of),

    writeDenyRows: (rows) => writer.write(denyEntriesTable, rows),
    denyRows: (nowMs) => denyRows(database, nowMs),

    responseModes: () => responseModes(database),
    writeResponseMode: (change) => writer.write(responseModesTable, [change]),
    writeBacktest: (made) => writer.write(backtestsTable, [made]),
    backtest: (tenant, id) => backtest(database, tenant, id),
    writeBacktestLook: (look) => writer.write(backtestLooksTable, [look]),
    backtestLooks: (tenant, id) => backtestLooks(database, tenant, id),
  };
}
