import type { AdmittedEvent } from '../domain/event/index.ts';
import { type FiledName, namesOf } from './names.ts';

/**
 * Which names are in memory. While any event that bears a closed name is here, all of them are: chains leave
 * together with whoever shares such a name with them, and come back together.
 */
export class Residency {
  readonly #held = new Map<string, number>();
  /** Families and subjects whose revocations are all here. */
  readonly #covered = new Set<string>();
  /** Of events that come in: they are asked for when one is expected, kept and filed. */
  readonly #names = new WeakMap<AdmittedEvent, readonly FiledName[]>();
  /** Events in memory. */
  events = 0;

  namesOf(event: AdmittedEvent): readonly FiledName[] {
    let names = this.#names.get(event);
    if (names === undefined) {
      names = namesOf(event);
      this.#names.set(event, names);
    }
    return names;
  }

  has(name: string): boolean {
    return this.#held.has(name);
  }

  count(name: string): number {
    return this.#held.get(name) ?? 0;
  }

  isCovered(name: string): boolean {
    return this.#covered.has(name);
  }

  cover(name: string): void {
    this.#covered.add(name);
  }

  /** What it covers was let go: it has to be asked for again. */
  uncover(name: string): void {
    this.#covered.delete(name);
  }

  add(event: AdmittedEvent): void {
    this.events += 1;
    for (const { name } of this.namesOf(event)) this.#held.set(name, this.count(name) + 1);
  }

  remove(event: AdmittedEvent): void {
    this.events -= 1;
    for (const { name } of namesOf(event)) {
      const left = this.count(name) - 1;
      if (left > 0) this.#held.set(name, left);
      else this.#held.delete(name);
    }
  }
}
