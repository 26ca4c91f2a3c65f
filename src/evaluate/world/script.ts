import { createHash } from 'node:crypto';
import type { EventData, EventOf, EventType } from '../../domain/event/index.ts';
import type { Random } from '../random.ts';

/** One event of a chain before the world decides when it arrives and what its publisher's clock said. */
export interface Line {
  readonly id: string;
  readonly atMs: number;
  /** How much later than `atMs` it arrives, whatever else delays it. */
  readonly delayMs: number;
  readonly source: string;
  readonly data: EventData;
}

/** A CloudEvent in the canonical structured form. */
export interface SimulatedEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly data: EventData;
}

/** The story of one chain while it is written: a clock, a source of names, and what happened so far. */
export interface Script {
  readonly txn: string;
  readonly random: Random;
  /** Whether tool servers and gateways of this chain pass the transaction on. */
  readonly callsCarryTxn: boolean;
  /** Whether calls name tokens by digest where there is one. */
  readonly callsNameHash: boolean;
  /** Whether runtimes say which definition of a tool they showed to an agent. */
  readonly showsDefinitions: boolean;
  nowMs: number;
  readonly lines: Line[];
  /** `<chain>-<kind>-<n>`: unique in the world, the same on every run. */
  name(kind: string): string;
}

export interface ScriptOptions {
  readonly txn: string;
  /** Prefix of every id in the chain. */
  readonly prefix: string;
  readonly startMs: number;
  readonly random: Random;
  readonly callsCarryTxn?: boolean;
  readonly callsNameHash?: boolean;
  readonly showsDefinitions?: boolean;
}

export function createScript(options: ScriptOptions): Script {
  const counts = new Map<string, number>();
  return {
    txn: options.txn,
    random: options.random,
    callsCarryTxn: options.callsCarryTxn ?? true,
    callsNameHash: options.callsNameHash ?? false,
    showsDefinitions: options.showsDefinitions ?? false,
    nowMs: options.startMs,
    lines: [],
    name(kind) {
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      return `${options.prefix}-${kind}-${count}`;
    },
  };
}

/** Lets time pass: a random span in milliseconds, both ends included. */
export function wait(script: Script, minMs: number, maxMs = minMs): void {
  script.nowMs += script.random.int(minMs, maxMs);
}

type Body<T extends EventType> = Omit<EventOf<T>, 'v' | 'type'>;

/** Writes one event at the script's present time. */
export function emit<T extends EventType>(
  script: Script,
  source: string,
  type: T,
  body: Body<T>,
  delayMs = 0,
): void {
  const data = withoutAbsent({ v: 1, type, ...body }) as EventData;
  script.lines.push({ id: script.name('evt'), atMs: script.nowMs, delayMs, source, data });
}

/** An absent member is left out, never written as undefined: the contract's schemas are strict. */
function withoutAbsent(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}

/** A digest in the form of the contract. */
export function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('base64url')}`;
}

export function toEvent(line: Line, timeMs = line.atMs): SimulatedEvent {
  return {
    specversion: '1.0',
    id: line.id,
    source: line.source,
    type: `io.chainwarden.${line.data.type}.v1`,
    time: new Date(timeMs).toISOString(),
    data: line.data,
  };
}
