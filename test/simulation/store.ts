import type { Alert, AlertWithLife } from '../../src/domain/alert.ts';
import type { DeadLetter } from '../../src/domain/dead-letter.ts';
import { ChainwardenError } from '../../src/domain/errors.ts';
import { rootOf } from '../../src/domain/incident.ts';
import { RECALL_ALIASES_MAX } from '../../src/domain/limits.ts';
import type {
  ChainStore,
  LoggedEvent,
  LogStore,
  PositionStore,
  QueryStore,
  RefusedRow,
  ResponseStore,
} from '../../src/domain/ports.ts';
import type { Filing, Lookup, Recalled, RecalledEvent, RecallStore } from '../../src/domain/recall.ts';
import type { LogRecord } from '../../src/domain/record.ts';
import type { Random } from '../../src/evaluate/random.ts';
import { pendingIn } from '../support/pending-outbox.ts';
import {
  decidedIn,
  decisionsIn,
  endedIn,
  heldIn,
  lineageIn,
  liveIn,
  ofAlertsIn,
  plansIn,
  putPlan,
  recentIn,
  standingIn,
} from '../support/response-tables.ts';
import type { Life } from './life.ts';
import type { Tables } from './tables.ts';
import { unsettledKeys } from './unsettled.ts';

export type SimulatedStore = LogStore &
  ChainStore &
  ResponseStore &
  PositionStore &
  RecallStore &
  Pick<QueryStore, 'alert' | 'chain' | 'chainOfToken'>;

type Control = Exclude<LogRecord, { kind: 'event' }>;

/** Ids that begin so are of events that the store will not take, although admission does. */
export const POISON = 'poison-';

/** Nobody has touched it. */
function openAlert(alert: Alert | undefined): AlertWithLife | undefined {
  return alert && { ...alert, state: 'open', assignee: '', closedReason: '', stateChangedMs: undefined };
}

export interface StoreFaults {
  readonly random: Random;
  /** Parts of all calls. */
  readonly failsBefore: number;
  readonly failsAfter: number;
  readonly slow: number;
  /** The store answers nobody then. */
  readonly isAway: () => boolean;
  readonly trace: ((line: string) => void) | undefined;
}

/** Records of the log that one read brings. */
const READ_RECORDS = 40;

/** The store as one life of the process sees it: it fails, it is slow, and a call that is cut off may have counted. */
export function openStore(tables: Tables, life: Life, faults: StoreFaults): SimulatedStore {
  const { random } = faults;

  function call<T>(name: string, effect: () => T, abandon: () => void = () => undefined): Promise<T> {
    const away = faults.isAway();
    const failsBefore = away || random.chance(faults.failsBefore);
    const failsAfter = random.chance(faults.failsAfter);
    const [min, max] = random.chance(faults.slow) ? [1_000, 15_000] : [1, 12];
    if (failsBefore || failsAfter) faults.trace?.(`${name} ${failsBefore ? 'fails' : 'is done, and fails'}`);
    else faults.trace?.(name);
    return life.outside({
      thereMs: away ? 1_000 : random.int(min, max),
      backMs: random.chance(0.3) ? random.int(1, 4) : 0,
      run() {
        if (failsBefore) throw unavailable('did not answer');
        const value = effect();
        if (failsAfter) throw unavailable('answered, and the answer was lost');
        return value;
      },
      abandon: failsBefore ? () => undefined : abandon,
    });
  }

  /** Writes rows; of a call that is cut off some of them, in order, may be there. */
  function write<T>(name: string, rows: readonly T[], put: (row: T) => void): Promise<void> {
    return call(
      `${name} (${rows.length})`,
      () => rows.forEach(put),
      () => rows.slice(0, random.int(0, rows.length)).forEach(put),
    );
  }

  return {
    async appendEvents(events) {
      const refused: RefusedRow[] = events.flatMap(({ event }, index) =>
        event.id.startsWith(POISON) ? [{ index, reason: 'the simulated store refuses it' }] : [],
      );
      await write('appendEvents', events, (row) => {
        if (!row.event.id.startsWith(POISON)) tables.events.set(row.seq, row);
      });
      return refused;
    },
    appendControl: (records) =>
      write('appendControl', records, (row) => void tables.controls.set(row.seq, row)),
    async *readLog(afterSeq) {
      const last = await call('readLog', () => lastSeq(tables));
      const all = [...tables.events.keys(), ...tables.controls.keys()]
        .filter((seq) => seq > afterSeq && seq <= last)
        .sort((a, b) => a - b);
      for (let at = 0; at < all.length; at += READ_RECORDS) {
        yield await call('readLog', () =>
          all.slice(at, at + READ_RECORDS).map((seq) => recordAt(tables, seq)),
        );
      }
    },
    lastSeq: () => call('lastSeq', () => lastSeq(tables)),
    appendDeadLetters: (letters) =>
      write('appendDeadLetters', letters, (row) => void tables.letters.set(letterKey(row), row)),
    writeChains: (rows) =>
      write('writeChains', rows, (row) => put(tables.chains, key(row.tenant, row.id), row)),
    writeHops: (rows) => write('writeHops', rows, (row) => put(tables.hops, key(row.tenant, row.key), row)),
    writeActions: (rows) =>
      write('writeActions', rows, (row) => put(tables.actions, key(row.tenant, row.id), row)),
    writeAlerts: (rows) =>
      write('writeAlerts', rows, (row) => put(tables.alerts, key(row.tenant, row.id), row)),
    writeIncidents: (rows) =>
      write('writeIncidents', rows, (row) => put(tables.incidents, key(row.tenant, row.id), row)),
    standingAlerts: (beside) =>
      call('standingAlerts', () => {
        const standing = [...tables.alerts.values()].filter(
          ({ kind, settled, withdrawn, mergedInto }) =>
            kind === 'alert' && settled && !withdrawn && mergedInto === undefined,
        );
        const near = standing.filter((alert) =>
          beside.some(
            ({ tenant, subject, hop, above }) =>
              tenant === alert.tenant &&
              (subject === alert.subject.key || [hop, ...above].includes(rootOf(alert))),
          ),
        );
        const roots = new Set(near.map((alert) => key(alert.tenant, rootOf(alert))));
        return standing.filter((alert) => roots.has(key(alert.tenant, rootOf(alert))));
      }),
    alert: (tenant, id) => call('alert', () => openAlert(tables.alerts.get(key(tenant, id)))),
    chain: (tenant, id) => call('chain', () => tables.chains.get(key(tenant, id))),
    chainOfToken: (tenant, tokenKey) =>
      call('chainOfToken', () => tables.hops.get(key(tenant, tokenKey))?.chainId),
    writeResponses: (rows) =>
      write('writeResponses', rows, (row) => {
        const known = tables.responses.get(key(row.tenant, row.id));
        if (known === undefined || known.atMs <= row.atMs) tables.responses.set(key(row.tenant, row.id), row);
      }),
    findResponses: (tenant, ids) => call('findResponses', () => found(tables.responses, tenant, ids)),
    responsesOfAlerts: (tenant, ids) =>
      call('responsesOfAlerts', () => ofAlertsIn(tables.responses.values(), tenant, ids)),
    tokensHeldBy: (tenant, id, nowMs) =>
      call('tokensHeldBy', () => heldIn(tables.hops.values(), tenant, id, nowMs)),
    standingResponses: (states) =>
      call('standingResponses', () => standingIn(tables.responses.values(), states)),
    endedTokens: (states, aliveMs) =>
      call('endedTokens', () => endedIn(tables.responses.values(), states, aliveMs)),
    recentResponses: (tenant, sinceMs, coolMs) =>
      call('recentResponses', () => recentIn(tables.responses.values(), tenant, sinceMs, coolMs)),
    liveTokens: (tenant, nowMs) => call('liveTokens', () => liveIn(tables.hops.values(), tenant, nowMs)),
    lineage: (tenant, keys) => call('lineage', () => lineageIn(tables.hops.values(), tenant, keys)),
    writePlans: (rows) => write('writePlans', rows, (row) => putPlan(tables, row)),
    findPlans: (tenant, ids) => call('findPlans', () => plansIn(tables, tenant, ids)),
    writeDecisions: (rows) => write('writeDecisions', rows, (row) => void tables.decisions.push(row)),
    decisions: (tenant, planId) => call('decisions', () => decisionsIn(tables, tenant, planId)),
    decidedPlans: (sinceMs) => call('decidedPlans', () => decidedIn(tables, sinceMs)),
    writeOutbox: (rows) =>
      write('writeOutbox', rows, (row) => put(tables.outbox, key(row.tenant, row.id), row)),
    findOutbox: (tenant, ids) => call('findOutbox', () => found(tables.outbox, tenant, ids)),
    pendingOutbox: (of) => call('pendingOutbox', () => pendingIn(tables.outbox.values(), of)),
    readPosition: (name) => call('readPosition', () => tables.positions.get(name) ?? 0),
    writePosition: (name, seq) =>
      write('writePosition', [seq], () => {
        tables.positions.set(name, Math.max(seq, tables.positions.get(name) ?? 0));
      }),
    fileEvents: (filings) => write('fileEvents', filings, (filing) => file(tables, filing)),
    recall: (lookups, beforeSeq) => call('recall', () => recall(tables, lookups, beforeSeq)),
    unsettled: (sinceMs, afterSeq) => call('unsettled', () => unsettledKeys(tables, sinceMs, afterSeq)),
    writeState: (rows) =>
      write('writeState', rows, (row) => {
        if ((tables.state.get(row.key)?.seq ?? -1) <= row.seq) tables.state.set(row.key, row);
      }),
    readState: () => call('readState', () => [...tables.state.values()].filter(({ body }) => body !== '')),
  };
}

function unavailable(how: string): ChainwardenError {
  // Thousands of these are made: where they come from is always here.
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const error = new ChainwardenError('STORE_UNAVAILABLE', `the simulated store ${how}`);
  Error.stackTraceLimit = limit;
  return error;
}

function key(tenant: string, id: string): string {
  return `${tenant}\u0000${id}`;
}

function put<T extends { readonly version: number }>(rows: Map<string, T>, name: string, row: T): void {
  const known = rows.get(name);
  if (known === undefined || known.version <= row.version) rows.set(name, row);
}

function found<T>(rows: ReadonlyMap<string, T>, tenant: string, ids: readonly string[]): T[] {
  return ids.map((id) => rows.get(key(tenant, id))).filter((row) => row !== undefined);
}

function letterKey({ publisher, position, code, path, raw }: DeadLetter): string {
  return JSON.stringify([publisher, position, code, path, raw]);
}

function lastSeq({ events, controls }: Tables): number {
  let last = 0;
  for (const seq of events.keys()) last = Math.max(last, seq);
  for (const seq of controls.keys()) last = Math.max(last, seq);
  return last;
}

function recordAt(tables: Tables, seq: number): LogRecord {
  const logged = tables.events.get(seq);
  return logged === undefined
    ? (tables.controls.get(seq) as Control)
    : { kind: 'event', seq, event: logged.event };
}

function file(tables: Tables, filing: Filing): void {
  const name = key(filing.tenant, filing.name);
  let entries = tables.filings.get(name);
  if (entries === undefined) {
    entries = new Map();
    tables.filings.set(name, entries);
  }
  entries.set(`${filing.role} ${filing.seq} ${filing.alias}`, filing);
}

/** Events by the names they were filed under; of too many the newest. */
function recall(tables: Tables, lookups: readonly Lookup[], beforeSeq: number): Recalled {
  const events = new Map<number, RecalledEvent>();
  const aliases: Recalled['aliases'][number][] = [];
  const truncated: Recalled['truncated'][number][] = [];
  for (const { tenant, name, role, max } of lookups) {
    const filed = [...(tables.filings.get(key(tenant, name))?.values() ?? [])];
    // An event that a killed process filed, and that the log lost, is none.
    const known = filed.filter(({ seq }) => seq < beforeSeq && tables.events.has(seq));
    const wanted = new Map(known.filter((filing) => filing.role === role).map((one) => [one.seq, one]));
    const newest = [...wanted.values()].sort((a, b) => b.seq - a.seq);
    if (newest.length > max) truncated.push({ tenant, name, role });
    for (const { seq, late } of newest.slice(0, max)) {
      events.set(seq, { seq, event: (tables.events.get(seq) as LoggedEvent).event, late });
    }
    if (role !== 'describes') continue;
    const others = new Set(known.filter((filing) => filing.role === 'uses').map(({ alias }) => alias));
    others.delete('');
    for (const alias of [...others].slice(0, RECALL_ALIASES_MAX)) aliases.push({ tenant, name, alias });
  }
  return { events: [...events.values()].sort((a, b) => a.seq - b.seq), aliases, truncated };
}
