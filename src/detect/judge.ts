import type { Detector, Sighting } from '../domain/detector.ts';
import { ChainwardenError } from '../domain/errors.ts';
import type { Finding, LiveFinding } from '../domain/finding.ts';
import { maxSeverity } from '../domain/finding.ts';
import { deterministicId } from '../domain/ids.ts';
import { CONTRIBUTIONS_PER_FINDING_MAX, EVIDENCE_EVENTS_MAX } from '../domain/limits.ts';
import { Timers } from './timers.ts';

/** A detector with its configuration parsed. */
export interface ArmedDetector {
  readonly detector: Detector;
  readonly config: unknown;
}

/** Throws CONFIG_INVALID for a detector that does not exist and for settings that one does not know. */
export function armDetectors(
  detectors: readonly Detector[],
  configs: Readonly<Record<string, unknown>> = {},
): readonly ArmedDetector[] {
  const unknown = Object.keys(configs).find((id) => !detectors.some((detector) => detector.id === id));
  if (unknown !== undefined) {
    throw new ChainwardenError('CONFIG_INVALID', `the configuration names ${unknown}, which is no detector`);
  }
  return detectors.map((detector) => {
    const result = detector.config.safeParse(configs[detector.id] ?? {});
    if (result.success) return { detector, config: result.data };
    const [issue] = result.error.issues;
    const where = ['detectors', detector.id, ...(issue?.path ?? [])].join('.');
    throw new ChainwardenError('CONFIG_INVALID', `${where}: ${issue?.message ?? 'invalid'}`);
  });
}

/** A finding as far as detection knows it; the engine adds where it happened. */
export type JudgedFinding = Pick<
  LiveFinding,
  keyof Finding | 'id' | 'tenant' | 'detector' | 'detectorVersion' | 'basis' | 'state' | 'count'
> & {
  /** The sighting that it shows: `token:…`, `call:…`, `chain:…`, `principal:…` or `source:…`. */
  readonly shownBy: string;
};

interface Held {
  readonly id: string;
  readonly subjectKey: string;
  readonly detector: Detector;
  /** What each sighting contributes. A finding lives as long as one of them does. */
  readonly contributions: Map<string, Finding>;
  uncounted: number;
}

/**
 * Runs the detectors of one tenant over sightings and keeps what they find. A sighting that is looked at again
 * replaces what it said before, so findings are a function of the current state, whatever led to it.
 */
export class Judge {
  readonly #tenant: string;
  readonly #armed: readonly ArmedDetector[];
  readonly #held = new Map<string, Held>();
  readonly #saidBy = new Map<string, Set<string>>();
  readonly #idsOfSubject = new Map<string, Set<string>>();
  readonly #timers = new Timers();
  readonly #changed = new Set<string>();
  readonly #withdrawn = new Map<string, JudgedFinding>();
  #watermarkMs = Number.NEGATIVE_INFINITY;
  /** Evaluations that threw, by detector: isolated here, reported in metrics. */
  readonly faults = new Map<string, number>();

  constructor(tenant: string, armed: readonly ArmedDetector[]) {
    this.#tenant = tenant;
    this.#armed = armed;
  }

  look(instance: string, sighting: Sighting): void {
    let said: Set<string> | undefined;
    for (const { detector, config } of this.#armed) {
      if (!detector.looksAt.includes(sighting.on)) continue;
      for (const finding of this.#evaluate(detector, sighting, config)) {
        const id = this.#hold(detector, instance, finding);
        said ??= new Set();
        said.add(id);
      }
    }
    const before = this.#saidBy.get(instance);
    if (before !== undefined)
      for (const id of before) if (said?.has(id) !== true) this.#retract(id, instance);
    if (said !== undefined) this.#saidBy.set(instance, said);
    else if (before !== undefined) this.#saidBy.delete(instance);
  }

  /** The sighting no longer exists: what it said is taken back. */
  forget(instance: string): void {
    for (const id of this.#saidBy.get(instance) ?? []) this.#retract(id, instance);
    this.#saidBy.delete(instance);
  }

  /** The sighting leaves memory: what it said stands, but is no longer kept. */
  release(instance: string): void {
    for (const id of this.#saidBy.get(instance) ?? []) {
      const held = this.#held.get(id);
      held?.contributions.delete(instance);
      if (held !== undefined && held.contributions.size === 0) this.#drop(held);
      this.#changed.delete(id);
    }
    this.#saidBy.delete(instance);
  }

  /** Moves the watermark; returns the sightings whose grace has passed and that must be looked at once more. */
  advance(watermarkMs: number): Set<string> {
    this.#watermarkMs = Math.max(this.#watermarkMs, watermarkMs);
    return this.#timers.due(this.#watermarkMs);
  }

  /** What the chain of a subject is called has changed: its findings are reported again. */
  renew(subjectKey: string): void {
    for (const id of this.#idsOfSubject.get(subjectKey) ?? []) this.#changed.add(id);
  }

  /** Findings that changed since the last call, in a fixed order. */
  drain(): JudgedFinding[] {
    const changed: JudgedFinding[] = [];
    for (const id of [...this.#changed].sort()) {
      const held = this.#held.get(id);
      if (held !== undefined) changed.push(this.#read(held));
      else {
        const last = this.#withdrawn.get(id);
        if (last !== undefined) changed.push({ ...last, state: 'withdrawn' });
      }
    }
    this.#changed.clear();
    this.#withdrawn.clear();
    return changed;
  }

  /** True while a finding's grace has not passed. */
  get waiting(): boolean {
    return this.#timers.size > 0;
  }

  #evaluate(detector: Detector, sighting: Sighting, config: unknown): readonly Finding[] {
    try {
      return detector.evaluate(sighting, config);
    } catch {
      this.faults.set(detector.id, (this.faults.get(detector.id) ?? 0) + 1);
      return [];
    }
  }

  #hold(detector: Detector, instance: string, finding: Finding): string {
    const id = deterministicId('fnd', [this.#tenant, detector.id, finding.subject.key, finding.fact]);
    let held = this.#held.get(id);
    if (held === undefined) {
      held = { id, subjectKey: finding.subject.key, detector, contributions: new Map(), uncounted: 0 };
      this.#held.set(id, held);
      const ids = this.#idsOfSubject.get(finding.subject.key);
      if (ids === undefined) this.#idsOfSubject.set(finding.subject.key, new Set([id]));
      else ids.add(id);
    }
    if (held.contributions.size >= CONTRIBUTIONS_PER_FINDING_MAX && !held.contributions.has(instance)) {
      held.uncounted += 1;
    } else {
      held.contributions.set(instance, finding);
    }
    if (finding.settlesAtMs !== undefined && finding.settlesAtMs > this.#watermarkMs) {
      this.#timers.add(finding.settlesAtMs, instance);
    }
    this.#withdrawn.delete(id);
    this.#changed.add(id);
    return id;
  }

  #retract(id: string, instance: string): void {
    const held = this.#held.get(id);
    if (held === undefined) return;
    if (held.contributions.size === 1 && held.contributions.has(instance)) {
      this.#withdrawn.set(id, this.#read(held));
      this.#drop(held);
    } else {
      held.contributions.delete(instance);
    }
    this.#changed.add(id);
  }

  #drop(held: Held): void {
    this.#held.delete(held.id);
    const ids = this.#idsOfSubject.get(held.subjectKey);
    ids?.delete(held.id);
    if (ids?.size === 0) this.#idsOfSubject.delete(held.subjectKey);
  }

  #read(held: Held): JudgedFinding {
    const [shownBy, shown] = primary(held.contributions);
    let severity = shown.severity;
    let settled = false;
    const eventIds = new Set<string>();
    for (const finding of held.contributions.values()) {
      if (finding.kind !== shown.kind) continue;
      severity = maxSeverity(severity, finding.severity);
      if (finding.settlesAtMs === undefined || finding.settlesAtMs <= this.#watermarkMs) settled = true;
      for (const eventId of finding.eventIds) eventIds.add(eventId);
    }
    return {
      ...shown,
      severity,
      eventIds: [...eventIds].sort().slice(0, EVIDENCE_EVENTS_MAX),
      id: held.id,
      tenant: this.#tenant,
      detector: held.detector.id,
      detectorVersion: held.detector.version,
      basis: held.detector.basis,
      state: settled ? 'settled' : 'provisional',
      count: held.contributions.size + held.uncounted,
      shownBy,
    };
  }
}

/** The contribution that speaks for the finding: alerts before signals, then the earliest, then the smallest key. */
function primary(contributions: ReadonlyMap<string, Finding>): [string, Finding] {
  let best: [string, Finding] | undefined;
  for (const entry of contributions) if (best === undefined || speaksBefore(entry, best)) best = entry;
  if (best === undefined) throw new RangeError('a finding without contributions');
  return best;
}

function speaksBefore([key, a]: [string, Finding], [other, b]: [string, Finding]): boolean {
  if (a.kind !== b.kind) return a.kind === 'alert';
  if (a.atMs !== b.atMs) return a.atMs < b.atMs;
  return key < other;
}
