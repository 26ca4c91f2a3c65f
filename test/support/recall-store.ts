import type { Filing, Lookup, Recalled, StateRow } from '../../src/domain/recall.ts';
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
  const filings = new Map<string, Filing[]>();
  const rows = new Map<string, StateRow>();
  let lastSeq = 0;
  let checkpointSeq = 0;
  let asked = 0;

  function recall(lookups: readonly Lookup[], beforeSeq: number): Recalled {
    const found = new Map<number, Filing>();
    const hints: { tenant: string; name: string; count: number }[] = [];
    for (const { tenant, name, role } of lookups) {
      asked += 1;
      const filed = (filings.get(`${tenant} ${name}`) ?? []).filter(({ seq }) => seq < beforeSeq);
      for (const filing of filed) if (filing.role === role) found.set(filing.seq, filing);
      const said = new Set(filed.map(({ hint }) => hint).filter((hint) => hint !== ''));
      if (role === 'describes' && said.size > 0) hints.push({ tenant, name, count: Math.min(2, said.size) });
    }
    const recalled = [...found.values()]
      .sort((a, b) => a.seq - b.seq)
      .flatMap(({ seq, late }) => {
        const record = events.get(seq);
        return record === undefined ? [] : [{ seq, event: record.event, late }];
      });
    return { events: recalled, hints, truncated: [] };
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
        const known = filings.get(key) ?? [];
        if (known.some(({ seq, role }) => seq === filing.seq && role === filing.role)) continue;
        filings.set(key, [...known, filing]);
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
