import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { ChainwardenError } from '../domain/errors.ts';
import type { Database } from './database.ts';
import { bounded } from './queries/bound.ts';

export interface Migration {
  readonly id: number;
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the text with Unix line ends, hexadecimal. */
  readonly checksum: string;
}

/** The schema as this version knows it, in order. */
export function migrations(folder: URL = new URL('./schema/', import.meta.url)): readonly Migration[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}_\w+\.sql$/.test(name))
    .sort()
    .map((name) => {
      const sql = readFileSync(new URL(name, folder), 'utf8').replaceAll('\r\n', '\n');
      return {
        id: Number(name.slice(0, 4)),
        name,
        sql,
        checksum: createHash('sha256').update(sql).digest('hex'),
      };
    });
}

/** Statements of a file: comments go, a semicolon at the end of a line ends one. */
export function statements(sql: string): string[] {
  return sql
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('--'))
    .join('\n')
    .split(/;\s*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/**
 * Brings the database to this version's schema; resolves with the names of what it applied. Every statement may run
 * twice: an interrupted migration is simply run again. What was applied is never applied differently: a file that has
 * changed since, or a database that a newer version has migrated, is refused.
 */
export async function migrate(
  database: Database,
  known: readonly Migration[] = migrations(),
): Promise<string[]> {
  const [bookkeeping] = known;
  if (bookkeeping === undefined || bookkeeping.id !== 0) {
    throw new ChainwardenError(
      'STORE_SCHEMA_MISMATCH',
      'the schema files are missing from this installation',
    );
  }
  for (const statement of statements(bookkeeping.sql)) await database.run(statement);
  const applied = await appliedMigrations(database);
  refuseUnknown(applied, known);

  const pending = known.filter((migration) => !applied.has(migration.id));
  for (const migration of pending) {
    for (const statement of statements(migration.sql)) await database.run(statement);
    await database.insert(
      'schema_migrations',
      ['id', 'name', 'checksum'],
      [[migration.id, migration.name, migration.checksum]],
    );
  }
  return pending.map((migration) => migration.name);
}

async function appliedMigrations(database: Database): Promise<ReadonlyMap<number, string>> {
  const rows = await database.read(
    'reading its schema version',
    `SELECT id, checksum FROM schema_migrations FINAL ORDER BY id ${bounded(10_000)}`,
  );
  return new Map(rows.map(([id, checksum]) => [Number(id), String(checksum)]));
}

function refuseUnknown(applied: ReadonlyMap<number, string>, known: readonly Migration[]): void {
  const newest = known.at(-1)?.id ?? 0;
  for (const [id, checksum] of applied) {
    const migration = known.find((candidate) => candidate.id === id);
    if (migration === undefined) {
      throw new ChainwardenError(
        'STORE_SCHEMA_MISMATCH',
        `the database has migration ${id}, this version knows them up to ${newest}: start the newer version`,
      );
    }
    if (migration.checksum !== checksum) {
      throw new ChainwardenError(
        'STORE_SCHEMA_MISMATCH',
        `${migration.name} was applied with another content; a released migration never changes, add a new one`,
      );
    }
  }
}
