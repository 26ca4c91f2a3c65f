import { byTenant, sum } from './by-tenant.ts';
import { type Applied, type Correlator, createCorrelator } from './correlate/correlator.ts';
import { armDetectors, createArming } from './detect/arming.ts';
import { Judge } from './detect/judge.ts';
import type { Detector } from './domain/detector.ts';
import type { AdmittedEvent } from './domain/event/index.ts';
import { CHAIN_IDLE_MS, LIVE_CHAINS_MAX, LIVE_EVENTS_MAX } from './domain/limits.ts';
import type { Pausing } from './domain/pausing.ts';
import { defaultPolicy, type Policy } from './domain/policy.ts';
import type { Filing, Lookup, Recalled, StateRow } from './domain/recall.ts';
import type { DetectorSwitch, Engine, EngineOutput, EventWatch, LogRecord } from './domain/record.ts';
import { foreseeStep, nothingForeseen, unhurried } from './foresight.ts';
import { createRules } from './rules.ts';
import { look, place } from './showing.ts';
import { atOnce } from './slices.ts';

export interface EngineOptions {
  readonly detectors: readonly Detector[];
  readonly policy?: Policy;
  readonly detectorConfig?: Readonly<Record<string, unknown>>;
  /** Chains and events in memory before chains leave. */
  readonly liveChainsMax?: number;
  readonly liveEventsMax?: number;
  /** Event time without news after which a chain leaves; Infinity keeps everything that fits. */
  readonly chainIdleMs?: number;
  /** Whoever runs the engine recalls what it misses: then also what is not settled may leave a full memory. */
  readonly recallable?: boolean;
  /** The last switch of each detector that the log holds: in force from the start, whatever is replayed. */
  readonly switches?: readonly DetectorSwitch[];
  /** Stands beside every event that is applied; the engine itself stays pure. */
  readonly events?: EventWatch;
}

interface Tenant {
  readonly correlator: Correlator;
  readonly judge: Judge;
}

/**
 * Correlation and detection as one pure machine: same records, same output. Nothing in here performs I/O,
 * reads a clock or draws a random number, and no tenant can see another one's state.
 */
export function createEngine(options: EngineOptions): Engine {
  const armed = armDetectors(options.detectors, options.detectorConfig);
  const arming = createArming(armed, options.detectorConfig);
  const tenants = new Map<string, Tenant>();
  const limits = {
    liveChainsMax: options.liveChainsMax ?? LIVE_CHAINS_MAX,
    liveEventsMax: options.liveEventsMax ?? LIVE_EVENTS_MAX,
    chainIdleMs: options.chainIdleMs ?? CHAIN_IDLE_MS,
    recallable: options.recallable ?? false,
  };
  const rules = createRules(options.policy ?? defaultPolicy, armed, options.switches ?? []);
  let watermarkMs = Number.NEGATIVE_INFINITY;
  /** Something came back since the last call of `apply`. */
  let isRecalled = false;
  /** The oldest record among it. */
  let recalledSeq = Number.POSITIVE_INFINITY;

  function tenant(id: string): Tenant {
    let known = tenants.get(id);
    if (known === undefined) {
      const judge = new Judge(id, arming, rules.off);
      known = { correlator: createCorrelator(id, limits), judge };
      judge.advance(watermarkMs);
      tenants.set(id, known);
    }
    return known;
  }

  /**
   * Detection looks once at everything that a run of events touched, not once for each event: what it says depends
   * on the state alone, and a hot chain would be judged as a whole again for every single call.
   */
  function* lookAll(): Pausing<void> {
    for (const { correlator, judge } of tenants.values())
      yield* look(correlator, judge, rules.policy, watermarkMs);
  }

  /**
   * What was recalled is judged as it was before these records, and what that says is known already. Unless it was
   * judged by other rules then: what the rules of today say of it is news.
   */
  function* remember(output: Mutable<EngineOutput>): Pausing<void> {
    if (!isRecalled) return;
    isRecalled = false;
    const isNews = recalledSeq < rules.changedSeq;
    recalledSeq = Number.POSITIVE_INFINITY;
    for (const { correlator, judge } of tenants.values()) {
      const looking = look(correlator, judge, rules.policy, watermarkMs);
      if (isNews) {
        yield* looking;
        correlator.settle();
        continue;
      }
      const known = yield* judge.quietly(looking);
      correlator.settle();
      correlator.prime();
      for (const finding of known)
        output.remembered.push(place(correlator, finding, { policy: rules.policy, arming, version: 0 }));
    }
  }

  function watched(seq: number, event: AdmittedEvent): ReturnType<Correlator['apply']> {
    try {
      const applied = tenant(event.tenant).correlator.apply(event, seq, watermarkMs);
      options.events?.end();
      return applied;
    } catch (error) {
      options.events?.fault(seq, event);
      throw error;
    }
  }

  function* take(record: LogRecord, output: Mutable<EngineOutput>): Pausing<void> {
    switch (record.kind) {
      case 'event': {
        const { event, seq } = record;
        if (options.events?.begin(seq, event) === false) break;
        const applied = watched(seq, event);
        // Nobody recalls by name from an engine that holds everything.
        if (applied !== undefined && limits.recallable)
          output.filings.push(...filingsOf(event, seq, applied));
        break;
      }
      case 'foreign':
        tenant(record.tenant).correlator.refuse(record);
        break;
      case 'watermark': {
        yield* lookAll();
        watermarkMs = Math.max(watermarkMs, record.watermarkMs);
        for (const { correlator, judge } of tenants.values()) {
          correlator.advance(watermarkMs, rules.policy);
          for (const instance of judge.advance(watermarkMs)) correlator.revisit(instance);
          yield* look(correlator, judge, rules.policy, watermarkMs);
        }
        break;
      }
      case 'policy':
      case 'detector': {
        yield* lookAll();
        rules.apply(record);
        for (const { correlator, judge } of tenants.values()) {
          correlator.revisitAll();
          yield* look(correlator, judge, rules.policy, watermarkMs);
        }
        break;
      }
    }
  }

  /** Puts everything that changed since the last report into the output. */
  function* report(seq: number, output: Mutable<EngineOutput>): Pausing<void> {
    const time = { seq, watermarkMs, policy: rules.policy };
    for (const { correlator, judge } of tenants.values()) {
      const rows = yield* correlator.report(time);
      for (const key of rows.renamed) judge.renew(key);
      output.chains.push(...rows.chains);
      output.hops.push(...rows.hops);
      output.actions.push(...rows.actions);
      for (const finding of judge.drain((subject) => correlator.carriedOn(subject))) {
        output.findings.push(place(correlator, finding, { policy: rules.policy, arming, version: seq }));
        yield;
      }
    }
  }

  function* evict(seq: number): Pausing<void> {
    const time = { seq, watermarkMs, policy: rules.policy };
    for (const { correlator, judge } of tenants.values()) {
      const gone = yield* correlator.evict(time, (instance) => judge.pendingUntilMs(instance));
      for (const instance of gone) judge.release(instance);
    }
  }

  function missing(): readonly Lookup[] {
    return [...tenants.values()].flatMap(({ correlator }) => correlator.missing());
  }

  /** Between two pauses nothing is left half done: a record is applied or not, a sighting judged or not. */
  function* applying(records: readonly LogRecord[]): Pausing<EngineOutput> {
    const output: Mutable<EngineOutput> = {
      chains: [],
      hops: [],
      actions: [],
      findings: [],
      remembered: [],
      filings: [],
    };
    const seq = records.at(-1)?.seq ?? 0;
    yield* remember(output);
    for (const record of records) {
      yield* take(record, output);
      yield;
    }
    yield* lookAll();
    yield* report(seq, output);
    yield* evict(seq);
    return output;
  }

  return {
    applying,
    apply: (records) => atOnce(applying(records)),
    missing(records) {
      for (const record of records) {
        if (record.kind === 'event') tenant(record.event.tenant).correlator.expect(record.event);
        if (record.kind !== 'watermark') continue;
        for (const { correlator } of tenants.values()) correlator.expectTime(record.watermarkMs);
      }
      return missing();
    },
    recall(found: Recalled) {
      isRecalled = true;
      for (const [id, part] of byTenant(found)) tenant(id).correlator.recall(part);
      for (const { seq } of found.events) recalledSeq = Math.min(recalledSeq, seq);
      return missing();
    },
    park(keys) {
      for (const { tenant: id, key } of keys) tenant(id).correlator.park(key, Number.NEGATIVE_INFINITY);
    },
    takeState(seq) {
      const rows = [...tenants.values()].flatMap(({ correlator }) => correlator.takeState(seq));
      return [...rows, rules.row(seq, watermarkMs)];
    },
    restore(rows: readonly StateRow[]) {
      isRecalled = true;
      for (const row of rows) {
        const [id, kind, name] = JSON.parse(row.key) as [string, string, string];
        if (kind === 'rules') watermarkMs = rules.restore(row);
        else tenant(id).correlator.restore(kind, name, row);
      }
      for (const { judge } of tenants.values()) judge.advance(watermarkMs);
    },
    foresee(question, asking = unhurried) {
      // A tenant of whom nothing was heard stays one.
      const known = tenants.get(question.tenant);
      if (known === undefined) return nothingForeseen;
      const { off, policy } = rules;
      return foreseeStep(question, { ...known, arming, off, policy, watermarkMs, asking });
    },
    get watermarkMs() {
      return watermarkMs;
    },
    get policy() {
      return rules.policy;
    },
    get waiting() {
      return [...tenants.values()].some(({ correlator, judge }) => correlator.waiting || judge.waiting);
    },
    get stats() {
      return sum([...tenants.values()].map(({ correlator }) => correlator.stats));
    },
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer Item)[] ? Item[] : T[K] };

function filingsOf({ tenant, timeMs }: AdmittedEvent, seq: number, { late, names }: Applied): Filing[] {
  return names.map(({ name, role, alias }) => ({
    tenant,
    name,
    role,
    seq,
    timeMs,
    alias: alias ?? '',
    late,
  }));
}
