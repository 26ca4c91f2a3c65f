import type { PrincipalWindow } from '../domain/chain.ts';
import type { Principal } from '../domain/event/index.ts';
import { EVIDENCE_EVENTS_MAX } from '../domain/limits.ts';
import { principalKey } from '../domain/principal.ts';
import type { Call } from './call.ts';
import { Tally } from './tally.ts';

const HOUR_MS = 3_600_000;
const WINDOWS_MAX = 200_000;

/** What one principal did in one UTC hour. */
export class Window implements PrincipalWindow {
  readonly key: string;
  readonly principal: Principal;
  readonly hourMs: number;
  readonly targetTally = new Tally();
  readonly toolTally = new Tally();
  readonly calls = new Set<Call>();

  constructor(key: string, principal: Principal, hourMs: number) {
    this.key = key;
    this.principal = principal;
    this.hourMs = hourMs;
  }

  get targets(): readonly string[] {
    return this.targetTally.values();
  }

  get tools(): readonly string[] {
    return this.toolTally.values();
  }

  get targetCount(): number {
    return this.targetTally.size;
  }

  get toolCount(): number {
    return this.toolTally.size;
  }

  get chainId(): string | undefined {
    return undefined;
  }

  /** The smallest ids, so that the sample does not depend on the order of arrival. */
  get eventIds(): readonly string[] {
    const ids = new Set<string>();
    for (const call of this.calls) for (const id of call.eventIds) ids.add(id);
    return [...ids].sort().slice(0, EVIDENCE_EVENTS_MAX);
  }

  get lastMs(): number {
    let last = 0;
    for (const call of this.calls) last = Math.max(last, call.atMs);
    return last;
  }
}

/** Windows by principal and hour; those behind the watermark are dropped. */
export class Windows {
  readonly #windows = new Map<string, Window>();

  #of(principal: Principal, atMs: number): Window {
    const hourMs = Math.floor(atMs / HOUR_MS) * HOUR_MS;
    const key = principalKey(principal);
    const id = `${hourMs}\u0000${key}`;
    let window = this.#windows.get(id);
    if (window === undefined) {
      if (this.#windows.size >= WINDOWS_MAX) {
        const [oldest] = this.#windows.keys();
        if (oldest !== undefined) this.#windows.delete(oldest);
      }
      window = new Window(key, principal, hourMs);
      this.#windows.set(id, window);
    }
    return window;
  }

  values(): Iterable<Window> {
    return this.#windows.values();
  }

  /** Counts a call for its actor; returns the window when something in it is new. */
  count(call: Call): Window | undefined {
    const { actor } = call;
    if (actor === undefined || call.platform) return undefined;
    const window = this.#of(actor, call.atMs);
    const target = call.targetKey;
    let grew = target !== undefined && window.targetTally.add(target);
    if (call.kind === 'tool') grew = window.toolTally.add(call.action) || grew;
    call.window = window;
    call.windowTarget = target;
    window.calls.add(call);
    return grew ? window : undefined;
  }

  /** Takes back what `count` did. */
  uncount(call: Call): Window | undefined {
    const { window } = call;
    if (window === undefined) return undefined;
    if (call.windowTarget !== undefined) window.targetTally.remove(call.windowTarget);
    if (call.kind === 'tool') window.toolTally.remove(call.action);
    window.calls.delete(call);
    call.window = undefined;
    return window;
  }

  forgetBefore(watermarkMs: number): void {
    for (const [id, window] of this.#windows) {
      if (window.hourMs + 2 * HOUR_MS < watermarkMs) this.#windows.delete(id);
    }
  }
}
