import { describe, expect, it } from 'vitest';
import { alertVerbs } from '../domain/alert.ts';
import { effects } from '../domain/event/index.ts';
import { severities } from '../domain/finding.ts';
import { incidentStates } from '../domain/incident.ts';
import { responseStates } from '../domain/response.ts';
import type { TableOf } from './database.ts';
import { migrations, statements } from './migrate.ts';
import { alertActionsTable, alertsTable } from './rows/alert.ts';
import { auditTable } from './rows/audit.ts';
import { actionsTable, chainsTable, hopsTable } from './rows/chain.ts';
import { controlsTable } from './rows/control.ts';
import { denyEntriesTable } from './rows/deny.ts';
import { eventsTable } from './rows/event.ts';
import { huntsTable } from './rows/hunt.ts';
import { incidentsTable } from './rows/incident.ts';
import { backtestLooksTable, backtestsTable, responseModesTable } from './rows/mode.ts';
import { apiKeysTable, deadLettersTable, positionsTable } from './rows/other.ts';
import { filingsTable, stateTable } from './rows/recall.ts';
import { outboxTable, planDecisionsTable, plansTable, responsesTable } from './rows/response.ts';

const all = migrations().flatMap((migration) => statements(migration.sql));
const tables = new Map(
  all.flatMap((sql) => {
    const name = /^CREATE TABLE IF NOT EXISTS (\w+)/.exec(sql)?.[1];
    return name === undefined ? [] : [[name, sql] as const];
  }),
);

/** Names of the columns that a writer fills: what stands at the head of a line between the brackets. */
function columns(sql: string): string[] {
  const body = sql.slice(sql.indexOf('(') + 1, sql.indexOf('\n)'));
  return body
    .split('\n')
    .map((line) => /^ {4}([a-z_]+) +(?!.*MATERIALIZED)/.exec(line)?.[1])
    .filter((name) => name !== undefined);
}

/** Columns that a later migration added. */
function added(table: string): string[] {
  const names = all.map(
    (sql) =>
      new RegExp(`^ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS (\\w+) (?!.*MATERIALIZED)`).exec(sql)?.[1],
  );
  return names.filter((name) => name !== undefined);
}

/** Values of an Enum8 column in the order of their numbers, as the last migration that names it has it. */
function enumOf(table: string, column: string): string[] {
  const changed = new RegExp(`^ALTER TABLE ${table} MODIFY COLUMN ${column} Enum8\\(([^)]*)\\)`);
  const made = new RegExp(`\\n {4}${column} +Enum8\\(([^)]*)\\)`).exec(tables.get(table) ?? '');
  const last = all.map((sql) => changed.exec(sql)).findLast((match) => match !== null);
  const [, values = ''] = last ?? made ?? [];
  return [...values.matchAll(/'(\w+)' = (\d+)/g)]
    .sort(([, , a], [, , b]) => Number(a) - Number(b))
    .map(([, name = '']) => name);
}

describe('the schema', () => {
  it('may run twice: every statement makes what is missing, or changes one to what it is', () => {
    const makes = /^(CREATE (TABLE|VIEW|MATERIALIZED VIEW) IF NOT EXISTS|CREATE OR REPLACE VIEW) /;
    const changes = /^ALTER TABLE \w+ (MODIFY (COLUMN|TTL)|ADD (COLUMN|INDEX) IF NOT EXISTS) /;
    expect(all.filter((sql) => !makes.test(sql) && !changes.test(sql))).toEqual([]);
  });

  it('knows no NULL', () => {
    expect(all.filter((sql) => /Nullable/i.test(sql))).toEqual([]);
  });

  it('puts the tenant first in every key but those of the whole log', () => {
    const others = [...tables].filter(([, sql]) => !/\nORDER BY \(tenant, /.test(sql)).map(([name]) => name);
    expect(others).toEqual(['schema_migrations', 'log_controls', 'positions', 'engine_state']);
  });

  it('ends the key of events in their identity', () => {
    expect(tables.get('events')).toMatch(/\nORDER BY \(.*, source, id\)\n/);
  });

  it('ends the key of filings in the event, and that of the state in its part: what is written twice is one row', () => {
    expect(tables.get('filings')).toMatch(/\nORDER BY \(tenant, drawer, seq, alias\)\n/);
    expect(tables.get('engine_state')).toMatch(/\nENGINE = ReplacingMergeTree\(seq\)\nORDER BY key\n/);
  });

  it('has exactly the columns that are written', () => {
    const written: TableOf<never>[] = [
      eventsTable,
      controlsTable,
      chainsTable,
      hopsTable,
      actionsTable,
      alertsTable,
      alertActionsTable,
      incidentsTable,
      responsesTable,
      plansTable,
      planDecisionsTable,
      outboxTable,
      deadLettersTable,
      auditTable,
      apiKeysTable,
      positionsTable,
      filingsTable,
      stateTable,
      denyEntriesTable,
      responseModesTable,
      backtestsTable,
      backtestLooksTable,
      huntsTable,
    ];
    for (const { table, columns: filled } of written) {
      const known = [...columns(tables.get(table) ?? ''), ...added(table)].sort();
      expect([table, known]).toEqual([table, [...filled].sort()]);
    }
    expect([...tables.keys()].sort()).toEqual(
      [...written.map(({ table }) => table), 'schema_migrations', 'token_chains'].sort(),
    );
  });

  it('has the states that the domain has', () => {
    expect(enumOf('responses', 'state')).toEqual([...responseStates]);
    expect(enumOf('responses', 'mode')).toEqual(['dry_run', 'auto', 'real']);
    expect(enumOf('alert_actions', 'verb')).toEqual([...alertVerbs]);
    expect(enumOf('alerts', 'severity')).toEqual([...severities]);
    expect(enumOf('incidents', 'severity')).toEqual([...severities]);
    expect(enumOf('incidents', 'state')).toEqual([...incidentStates]);
    expect(enumOf('actions', 'effect').sort()).toEqual([...effects].sort());
  });
});
