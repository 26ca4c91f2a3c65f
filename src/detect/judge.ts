import type { Detector, Sighting } from '../domain/detector.ts';
import type { Finding, LiveFinding, Subject } from '../domain/finding.ts';
import { maxSeverity } from '../domain/finding.ts';
import { deterministicId } from '../domain/ids.ts';
import { EVIDENCE_EVENTS_MAX } from '../domain/limits.ts';
import type { Pausing } from '../domain/pausing.ts';
import type { Policy } from '../domain/policy.ts';
import type { Arming } from './arming.ts';
import { type Contributions, contribute, primary } from './contributions.ts';
import { Timers } from './timers.ts';

/** A finding as far as detection knows it; the engine adds where it happened. */
export type JudgedFinding = Pick<
  LiveFinding,
  | keyof Finding
  | 'id'
  | 'tenant'
  | 'detector'
  | 'detectorVersion'
  | 'basis'
  | 'state'
  | 'mergedInto'
  | 'count'
> & {
  /** The sighting that it shows: `token:…`, `call:…`, `chain:…`, `principal:…` or `source:…`. */
  readonly sighting: string;
};

interface Held extends Contributions {
  readonly id: string;
  readonly subjectKey: string;
  readonly detector: Detector;
}

/**
 * Runs the detectors of one tenant over sightings and keeps what they find. A sighting that is looked at again
 * replaces what it said before, so findings are a function of the current state, whatever led to it.
 */
export class Judge {
  readonly #tenant: string;
  readonly #arming: Arming;
  readonly #held = new Map<string, Held>();
  readonly #saidBy = new Map<string, Set<string>>();
  readonly #idsOfSubject = new Map<string, Set<string>>();
  readonly #timers = new Timers();
  readonly #changed = new Set<string>();
  readonly #withdrawn = new Map<string, JudgedFinding>();
  /** Detectors that were turned off: what they said stands, they say nothing more. */
  readonly #off: ReadonlySet<string>;
  /** When each sighting with something provisional must be looked at again. */
  readonly #pending = new Map<string, number>();
  /** While set, findings are known already: they go here and are not reported. */
  #quiet: Set<string> | undefined;
  #watermarkMs = Number.NEGATIVE_INFINITY;

  constructor(tenant: string, arming: Arming, off: ReadonlySet<string>) {
    this.#tenant = tenant;
    this.#arming = arming;
    this.#off = off;
  }

  look(instance: string, sighting: Sighting): void {
    let said: Set<string> | undefined;
    this.#pending.delete(instance);
    const { policy } = sighting;
    for (const { detector, config } of this.#arming.looking(sighting.on, policy)) {
      if (this.#off.has(detector.id)) continue;
      const findings = this.#evaluate(detector, sighting, config);
      for (const finding of findings) {
        if (finding.settlesAtMs !== undefined) this.#await(instance, finding.settlesAtMs);
        if (finding.deferred === true && !this.#isSettled(finding)) continue;
        const id = this.#hold(detector, instance, finding);
        said ??= new Set();
        said.add(id);
      }
    }
    const before = this.#saidBy.get(instance);
    for (const id of before ?? []) {
      if (said?.has(id) === true) continue;
      const detector = this.#held.get(id)?.detector.id;
      if (detector === undefined || !this.#isSilent(detector, policy)) this.#retract(id, instance);
      else {
        said ??= new Set();
        said.add(id);
      }
    }
    if (said !== undefined) this.#saidBy.set(instance, said);
    else if (before !== undefined) this.#saidBy.delete(instance);
  }

  /** It says nothing now: what it said stands. */
  #isSilent(detector: string, policy: Policy): boolean {
    return this.#off.has(detector) || this.#arming.mode(detector, policy) === 'draft';
  }

  /** Runs looks whose findings were reported before; returns those that were not known here. */
  *quietly(looks: Iterable<void>): Pausing<JudgedFinding[]> {
    this.#quiet = new Set();
    yield* looks;
    const known = [...this.#quiet].sort();
    this.#quiet = undefined;
    return known.flatMap((id) => {
      const held = this.#held.get(id);
      return held === undefined ? [] : [this.#read(held)];
    });
  }

  /** When a sighting with something provisional must be looked at again. */
  pendingUntilMs(instance: string): number | undefined {
    const atMs = this.#pending.get(instance);
    return atMs === undefined || atMs <= this.#watermarkMs ? undefined : atMs;
  }

  /** The sighting no longer exists: what it said is taken back. */
  forget(instance: string): void {
    for (const id of this.#saidBy.get(instance) ?? []) this.#retract(id, instance);
    this.#saidBy.delete(instance);
    this.#pending.delete(instance);
  }

  /** The sighting leaves memory: what it said stands, but is no longer kept. */
  release(instance: string): void {
    for (const id of this.#saidBy.get(instance) ?? []) {
      const held = this.#held.get(id);
      held?.contributions.delete(instance);
      held?.further.delete(instance);
      if (held !== undefined && held.contributions.size === 0) this.#drop(held);
      this.#changed.delete(id);
    }
    this.#saidBy.delete(instance);
    this.#pending.delete(instance);
  }

  /** Moves the watermark; returns the sightings whose grace has passed and that must be looked at once more. */
  advance(watermarkMs: number): Set<string> {
    this.#watermarkMs = Math.max(this.#watermarkMs, watermarkMs);
    const due = this.#timers.due(this.#watermarkMs);
    for (const instance of due) {
      if ((this.#pending.get(instance) ?? 0) <= this.#watermarkMs) this.#pending.delete(instance);
    }
    return due;
  }

  /** What the chain of a subject, or of a sighting, is called has changed: its findings are reported again. */
  renew(key: string): void {
    for (const id of this.#idsOfSubject.get(key) ?? []) this.#changed.add(id);
    for (const id of this.#saidBy.get(key) ?? []) this.#changed.add(id);
  }

  /** Findings that changed since the last call, in a fixed order. `carriedOn`: the key a subject is known by now. */
  drain(carriedOn: (subject: Subject) => string | undefined = () => undefined): JudgedFinding[] {
    const changed: JudgedFinding[] = [];
    for (const id of [...this.#changed].sort()) {
      const held = this.#held.get(id);
      if (held !== undefined) changed.push(this.#read(held));
      else {
        const last = this.#withdrawn.get(id);
        if (last !== undefined) changed.push(this.#end(last, carriedOn(last.subject)));
      }
    }
    this.#changed.clear();
    this.#withdrawn.clear();
    return changed;
  }

  /** What was found of a subject that carries on is found of it still, or it is not so after all. */
  #end(last: JudgedFinding, subjectKey: string | undefined): JudgedFinding {
    if (subjectKey === undefined) return { ...last, state: 'withdrawn' };
    const id = findingId(this.#tenant, last.detector, subjectKey, last.fact);
    if (!this.#held.has(id)) return { ...last, state: 'withdrawn' };
    return { ...last, state: 'merged', mergedInto: { id, subjectKey } };
  }

  /** What is found of a subject as it stands. */
  of(subjectKey: string): readonly JudgedFinding[] {
    return [...(this.#idsOfSubject.get(subjectKey) ?? [])].flatMap((id) => {
      const held = this.#held.get(id);
      return held === undefined ? [] : [this.#read(held)];
    });
  }

  /** What a sighting says of a subject as it stands. */
  saidOf(instance: string, detector: string, { subject, fact }: Finding): Finding | undefined {
    const id = findingId(this.#tenant, detector, subject.key, fact);
    return this.#held.get(id)?.contributions.get(instance);
  }

  /** True while a finding's grace has not passed. */
  get waiting(): boolean {
    return this.#timers.size > 0;
  }

  #evaluate(detector: Detector, sighting: Sighting, config: unknown): readonly Finding[] {
    try {
      return detector.evaluate(sighting, config);
    } catch {
      // Whoever watches the detector was told; what it made of earlier sightings stands.
      return [];
    }
  }

  #hold(detector: Detector, instance: string, finding: Finding): string {
    const id = findingId(this.#tenant, detector.id, finding.subject.key, finding.fact);
    let held = this.#held.get(id);
    if (held === undefined) {
      held = { id, subjectKey: finding.subject.key, detector, contributions: new Map(), further: new Set() };
      this.#held.set(id, held);
      const ids = this.#idsOfSubject.get(finding.subject.key);
      if (ids === undefined) this.#idsOfSubject.set(finding.subject.key, new Set([id]));
      else ids.add(id);
    }
    contribute(held, instance, finding);
    this.#withdrawn.delete(id);
    // What was decided with the watermark may be decided differently now: it is told again, under the same id.
    const known = finding.deferred === true ? undefined : this.#quiet;
    (known ?? this.#changed).add(id);
    return id;
  }

  /** The sighting is looked at again when its grace has passed. */
  #await(instance: string, settlesAtMs: number): void {
    if (settlesAtMs <= this.#watermarkMs) return;
    this.#timers.add(settlesAtMs, instance);
    this.#pending.set(instance, Math.min(settlesAtMs, this.#pending.get(instance) ?? settlesAtMs));
  }

  #isSettled({ settlesAtMs }: Finding): boolean {
    return settlesAtMs === undefined || settlesAtMs <= this.#watermarkMs;
  }

  #retract(id: string, instance: string): void {
    const held = this.#held.get(id);
    if (held === undefined) return;
    held.further.delete(instance);
    if (held.contributions.size === 1 && held.contributions.has(instance)) {
      this.#withdrawn.set(id, this.#read(held));
      this.#drop(held);
    } else {
      held.contributions.delete(instance);
    }
    (this.#quiet ?? this.#changed).add(id);
  }

  #drop(held: Held): void {
    this.#held.delete(held.id);
    const ids = this.#idsOfSubject.get(held.subjectKey);
    ids?.delete(held.id);
    if (ids?.size === 0) this.#idsOfSubject.delete(held.subjectKey);
  }

  #read(held: Held): JudgedFinding {
    const [sighting, shown] = primary(held.contributions);
    let severity = shown.severity;
    let settled = false;
    const eventIds = new Set<string>();
    for (const finding of held.contributions.values()) {
      if (finding.kind !== shown.kind) continue;
      severity = maxSeverity(severity, finding.severity);
      if (this.#isSettled(finding)) settled = true;
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
      count: held.contributions.size + held.further.size,
      sighting,
    };
  }
}

function findingId(tenant: string, detector: string, subjectKey: string, fact: string): string {
  return deterministicId('fnd', [tenant, detector, subjectKey, fact]);
}
