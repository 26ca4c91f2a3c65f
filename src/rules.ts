import type { ArmedDetector } from './detect/arming.ts';
import { Policy } from './domain/policy.ts';
import type { StateRow } from './domain/recall.ts';
import type { DetectorSwitch, LogRecord } from './domain/record.ts';

/** By what the engine judges now: policy and detectors, as the log says. */
export interface Rules {
  readonly policy: Policy;
  /** Detectors that are turned off. */
  readonly off: ReadonlySet<string>;
  /** Offset of the last change; what was judged before it may be judged differently now. */
  readonly changedSeq: number;
  apply(record: Extract<LogRecord, { kind: 'policy' | 'detector' }>): void;
  /** As they stand after the record at `seq`, with the watermark that the engine has reached. */
  row(seq: number, watermarkMs: number): StateRow;
  /** Reads them back; returns the watermark. */
  restore(row: StateRow): number;
}

interface Body {
  readonly policy: Policy;
  readonly off: readonly string[];
  readonly changedSeq: number;
  /** null before the first and after the last watermark. */
  readonly watermarkMs: number | null;
  readonly ended: boolean;
  readonly detectors: string;
}

const KEY = JSON.stringify(['', 'rules', '']);

export function createRules(
  initial: Policy,
  armed: readonly ArmedDetector[],
  switches: readonly DetectorSwitch[],
): Rules {
  // Another version or configuration of a detector is another rule.
  const detectors = JSON.stringify(
    armed.map(({ detector, config }) => [detector.id, detector.version, config]),
  );
  // What ended a process must not run again on the way to the record that turned it off.
  const latest = new Map(switches.map((last) => [last.detector, last]));
  const off = new Set(switches.filter(({ on }) => !on).map(({ detector }) => detector));
  let policy = initial;
  let changedSeq = 0;

  function turn(detector: string, on: boolean): void {
    if (on) off.delete(detector);
    else off.add(detector);
  }

  return {
    get policy() {
      return policy;
    },
    off,
    get changedSeq() {
      return changedSeq;
    },
    apply(record) {
      changedSeq = record.seq;
      if (record.kind === 'policy') policy = record.policy;
      else if ((latest.get(record.detector)?.seq ?? 0) <= record.seq) turn(record.detector, record.on);
    },
    row(seq, watermarkMs) {
      const body: Body = {
        policy,
        off: [...off],
        changedSeq,
        watermarkMs: Number.isFinite(watermarkMs) ? watermarkMs : null,
        ended: watermarkMs === Number.POSITIVE_INFINITY,
        detectors,
      };
      return { key: KEY, seq, body: JSON.stringify(body) };
    },
    restore({ seq, body }) {
      const said = JSON.parse(body) as Body;
      // An earlier version wrote it, perhaps: sections that came later have their defaults.
      policy = Policy.parse(said.policy);
      for (const id of said.off) if (!latest.has(id)) off.add(id);
      changedSeq = said.detectors === detectors ? said.changedSeq : seq;
      if (said.ended) return Number.POSITIVE_INFINITY;
      return said.watermarkMs ?? Number.NEGATIVE_INFINITY;
    },
  };
}
