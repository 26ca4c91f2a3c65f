import type { Filing, FilingRole, Lookup, Recalled, StateRow } from '../../src/domain/recall.ts';
import type { Engine, EngineOutput, LogRecord } from '../../src/domain/record.ts';

/** What a store keeps for an engine that forgets, in memory: for tests that are about the engine. */
export interface RecallMemory {
  /** Recalls what the engine misses and applies the records. */
  run(engine: Engine, records: readonly LogRecord[]): EngineOutput;
  /** Writes down the engine's state as of the last run; every row may be left out, as a crash would. */
  checkpoint(engine: Engine, isWritten?: (row: StateRow) => boolean): void;
  /** Offset of the last complete checkpoint. */
  readonly checkpointSeq: number;
  readonly rows: ReadonlyMap<string, StateRow>;
  readonly lookups: number;
}

export function createRecallMemory(): RecallMemory {
  const events = new Map<number, Extract<LogRecord, { kind: 'event' }>>();
  /** By tenant and name, then by what makes a filing one. */
  const filings = new Map<string, Map<string, Filing>>();
  const rows = new Map<string, StateRow>();
  let lastSeq = 0;
  let checkpointSeq = 0;
  let asked = 0;

  function recall(lookups: readonly Lookup[], beforeSeq: number): Recalled {
    const found = new Map<number, Filing>();
    const truncated: { tenant: string; name: string; role: FilingRole }[] = [];
    const aliases: { tenant: string; name: string; alias: string }[] = [];
    for (const { tenant, name, role, max } of lookups) {
      asked += 1;
      const filed = [...(filings.get(`${tenant} ${name}`)?.values() ?? [])].filter(
        ({ seq }) => seq < beforeSeq,
      );
      const wanted = new Map(
        filed.filter((filing) => filing.role === role).map((filing) => [filing.seq, filing]),
      );
      const newest = [...wanted.values()].sort((a, b) => b.seq - a.seq);
      for (const filing of newest.slice(0, max)) found.set(filing.seq, filing);
      if (newest.length > max) truncated.push({ tenant, name, role });
      if (role !== 'describes') continue;
      const named = new Set(filed.filter((filing) => filing.role === 'uses').map(({ alias }) => alias));
      for (const alias of named) if (alias !== '') aliases.push({ tenant, name, alias });
    }
    const recalled = [...found.values()]
      .sort((a, b) => a.seq - b.seq)
      .flatMap(({ seq, late }) => {
        const record = events.get(seq);
        return record === undefined ? [] : [{ seq, event: record.event, late }];
      });
    return { events: recalled, aliases, truncated };
  }

  return {
    run(engine, records) {
      const beforeSeq = records[0]?.seq ?? 0;
      let lookups = engine.missing(records);
      while (lookups.length > 0) lookups = engine.recall(recall(lookups, beforeSeq));
      const output = engine.apply(records);
      for (const record of records) if (record.kind === 'event') events.set(record.seq, record);
      for (const filing of output.filings) {
        const key = `${filing.tenant} ${filing.name}`;
        const known = filings.get(key) ?? new Map<string, Filing>();
        known.set(`${filing.seq} ${filing.role} ${filing.alias}`, filing);
        filings.set(key, known);
      }
      lastSeq = records.at(-1)?.seq ?? lastSeq;
      return output;
    },
    checkpoint(engine, isWritten = () => true) {
      let whole = true;
      for (const row of engine.takeState(lastSeq)) {
        if (isWritten(row)) rows.set(row.key, row);
        else whole = false;
      }
      if (whole) checkpointSeq = lastSeq;
    },
    get checkpointSeq() {
      return checkpointSeq;
    },
    rows,
    get lookups() {
      return asked;
    },
  };
}
