import type { PrincipalWindow } from '../domain/chain.ts';
import type { AdmittedEvent, Principal } from '../domain/event/index.ts';
import { EVIDENCE_EVENTS_MAX } from '../domain/limits.ts';
import { principalKey } from '../domain/principal.ts';
import { targetKey } from '../domain/target.ts';
import { compareStrings } from './fact.ts';
import { isCallData } from './kinds.ts';
import { Tally } from './tally.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const WINDOWS_MAX = 200_000;
/** Ids that are kept, so that one that is taken back leaves enough to show. */
const IDS_MAX = 2 * EVIDENCE_EVENTS_MAX;

/** What a window is written down as. */
export interface WindowBody {
  readonly principal: Principal;
  readonly hourMs: number;
  readonly targets: readonly (readonly [string, number])[];
  readonly tools: readonly (readonly [string, number])[];
  readonly minutes: readonly number[];
  /** Absent: it granted none. */
  readonly approvals?: readonly number[];
  readonly ids: readonly string[];
}

/** What was reported of one principal in one UTC hour. It counts events, so it outlives their chains. */
export class Window implements PrincipalWindow {
  readonly key: string;
  readonly hourMs: number;
  principal: Principal;
  /** Offset up to which it was already counted when it was read back: a replay of those changes nothing. */
  readonly sinceSeq: number;
  readonly #targets = new Tally();
  readonly #tools = new Tally();
  /** Events in each minute of the hour. */
  readonly #minutes: number[] = new Array<number>(60).fill(0);
  /** Approvals that it granted in each minute of the hour; undefined: none. */
  #approvals: number[] | undefined;
  /** The smallest ids, sorted. */
  #ids: string[] = [];

  constructor(principal: Principal, hourMs: number, sinceSeq = 0) {
    this.key = principalKey(principal);
    this.principal = principal;
    this.hourMs = hourMs;
    this.sinceSeq = sinceSeq;
  }

  get id(): string {
    return windowId(this.key, this.hourMs);
  }

  get targets(): readonly string[] {
    return this.#targets.values();
  }

  get tools(): readonly string[] {
    return this.#tools.values();
  }

  get targetCount(): number {
    return this.#targets.size;
  }

  get toolCount(): number {
    return this.#tools.size;
  }

  get approvalCount(): number {
    return this.#approvals?.reduce((sum, count) => sum + count, 0) ?? 0;
  }

  get approvalsPerMinute(): number {
    return Math.max(0, ...(this.#approvals ?? []));
  }

  get chainId(): string | undefined {
    return undefined;
  }

  get eventIds(): readonly string[] {
    return this.#ids.slice(0, EVIDENCE_EVENTS_MAX);
  }

  get lastMs(): number {
    return (
      this.hourMs +
      Math.max(
        0,
        this.#minutes.findLastIndex((count) => count > 0),
      ) *
        MINUTE_MS
    );
  }

  count({ id, timeMs }: AdmittedEvent, did: Did, adding: boolean): void {
    const change = (tally: Tally, value: string | undefined): void => {
      if (value === undefined) return;
      if (adding) tally.add(value);
      else tally.remove(value);
    };
    change(this.#targets, did.target);
    change(this.#tools, did.tool);
    const minute = Math.floor((timeMs - this.hourMs) / MINUTE_MS);
    bump(this.#minutes, minute, adding);
    if (did.isApproval) {
      this.#approvals ??= new Array<number>(60).fill(0);
      bump(this.#approvals, minute, adding);
    }
    // Two events may describe one principal differently: the smaller text wins, whatever came first.
    if (JSON.stringify(did.actor) < JSON.stringify(this.principal)) this.principal = did.actor;
    if (adding) this.#keep(id);
    else this.#ids = this.#ids.filter((known) => known !== id);
  }

  #keep(id: string): void {
    const ids = this.#ids;
    const last = ids.at(-1);
    if (ids.length >= IDS_MAX && last !== undefined && last <= id) return;
    if (ids.includes(id)) return;
    ids.push(id);
    ids.sort(compareStrings);
    if (ids.length > IDS_MAX) ids.pop();
  }

  get body(): WindowBody {
    return {
      principal: this.principal,
      hourMs: this.hourMs,
      targets: this.#targets.entries(),
      tools: this.#tools.entries(),
      minutes: this.#minutes,
      ...(this.#approvals === undefined ? {} : { approvals: this.#approvals }),
      ids: this.#ids,
    };
  }

  static of(body: WindowBody, sinceSeq: number): Window {
    const window = new Window(body.principal, body.hourMs, sinceSeq);
    for (const [value, times] of body.targets) window.#targets.add(value, times);
    for (const [value, times] of body.tools) window.#tools.add(value, times);
    body.minutes.forEach((count, minute) => {
      window.#minutes[minute] = count;
    });
    window.#approvals = body.approvals === undefined ? undefined : [...body.approvals];
    window.#ids = [...body.ids];
    return window;
  }
}

function bump(counts: number[], at: number, adding: boolean): void {
  counts[at] = Math.max(0, (counts[at] ?? 0) + (adding ? 1 : -1));
}

/** What an event says its actor did. */
interface Did {
  readonly actor: Principal;
  readonly target: string | undefined;
  readonly tool: string | undefined;
  readonly isApproval: boolean;
}

/** Windows by principal and hour; those behind the watermark are dropped. */
export class Windows {
  readonly #windows = new Map<string, Window>();
  #oldestMs = Number.POSITIVE_INFINITY;

  values(): Iterable<Window> {
    return this.#windows.values();
  }

  get(id: string): Window | undefined {
    return this.#windows.get(id);
  }

  /** Counts what an event says its actor did, or takes it back; returns the window when it changed. */
  observe(event: AdmittedEvent, seq: number, adding: boolean): Window | undefined {
    const did = didIn(event);
    if (did === undefined) return undefined;
    const hourMs = Math.floor(event.timeMs / HOUR_MS) * HOUR_MS;
    const id = windowId(principalKey(did.actor), hourMs);
    let window = this.#windows.get(id);
    if (window === undefined) {
      window = new Window(did.actor, hourMs);
      this.put(window);
    }
    if (seq <= window.sinceSeq) return undefined;
    window.count(event, did, adding);
    return window;
  }

  put(window: Window): void {
    if (this.#windows.size >= WINDOWS_MAX) {
      const [oldest] = this.#windows.keys();
      if (oldest !== undefined) this.#windows.delete(oldest);
    }
    this.#windows.set(window.id, window);
    this.#oldestMs = Math.min(this.#oldestMs, window.hourMs);
  }

  /** Lets hours go that are over; returns their ids. */
  forgetBefore(watermarkMs: number): string[] {
    const gone: string[] = [];
    if (this.#oldestMs + 2 * HOUR_MS >= watermarkMs) return gone;
    this.#oldestMs = Number.POSITIVE_INFINITY;
    for (const [id, window] of this.#windows) {
      if (window.hourMs + 2 * HOUR_MS >= watermarkMs) {
        this.#oldestMs = Math.min(this.#oldestMs, window.hourMs);
        continue;
      }
      this.#windows.delete(id);
      gone.push(id);
    }
    return gone;
  }
}

function windowId(principal: string, hourMs: number): string {
  return `${hourMs}:${principal}`;
}

function didIn({ data }: AdmittedEvent): Did | undefined {
  if (data.type === 'approval.granted') {
    return { actor: data.approver, target: undefined, tool: undefined, isApproval: true };
  }
  if (!isCallData(data)) return undefined;
  const { actor, target } = data;
  // What a platform does by itself is nobody's doing.
  if (actor === undefined || data.facts?.['platform'] === true) return undefined;
  const tool = 'tool' in data ? data.tool.name : undefined;
  return { actor, target: targetKey(target), tool, isApproval: false };
}
