import { ensure } from './collections.ts';
import type { Fact } from './fact.ts';
import type { CallData } from './kinds.ts';
import { Tally } from './tally.ts';

const kinds = ['tool', 'api', 'change'] as const;
type CallKind = (typeof kinds)[number];

/** One call as one source tells of it: all its events with one call id, else a single event. */
interface Telling {
  readonly key: string;
  readonly source: string;
  /** Ids of the HTTP requests that its events name. */
  readonly requests: Tally;
  events: number;
  request: Request | undefined;
}

/** What is told of one HTTP request, by source. */
interface Request {
  readonly id: string;
  readonly tellings: Map<string, Set<Telling>>;
  /** Sources that tell of more than one call in it. */
  doubled: number;
  /** It was told of twice by one source, in events that have left memory. */
  parted: boolean;
}

/**
 * Which events are one call. What one source says under one call id is. Sources are joined by the id of the HTTP
 * request, but callers often choose that id, and one request may carry several calls: so it joins only for as long
 * as no source tells of two calls under it; then each stands alone, and none can hide another.
 */
export class CallNames {
  readonly #tellings = new Map<string, Telling>();
  readonly #requests = new Map<string, Request>();

  idOf({ event, data }: Fact<CallData>): string {
    const key = tellingKey(event.source, event.id, data);
    const telling = this.#tellings.get(key);
    return telling === undefined ? key : idOf(telling);
  }

  /** Takes one event in or out. Returns what is called otherwise by it: how it is told of, and its id before. */
  change({ event, data }: Fact<CallData>, adding: boolean): ReadonlyMap<string, string> {
    const { source } = event;
    const key = tellingKey(source, event.id, data);
    const known = this.#tellings.get(key);
    if (known === undefined && !adding) return new Map();
    const telling = known ?? { key, source, requests: new Tally(), events: 0, request: undefined };
    this.#tellings.set(key, telling);
    telling.events += adding ? 1 : -1;
    if (data.httpRequestId !== undefined) {
      const request = requestKey(kindOf(data), data.httpRequestId);
      if (adding) telling.requests.add(request);
      else telling.requests.remove(request);
    }
    const before = new Map<string, string>();
    // Of several requests, as of a call that was tried again, none can be told to be the one that others saw.
    const wanted = telling.requests.only;
    if (telling.request?.id !== wanted) {
      this.#leave(telling, before);
      if (wanted !== undefined) this.#join(telling, wanted, before);
    }
    if (telling.events === 0) this.#tellings.delete(key);
    return new Map([...before].filter(([changed, id]) => this.#current(changed) !== id));
  }

  /** An event leaves memory: the calls that stay keep their ids. */
  release({ event, data }: Fact<CallData>): void {
    const telling = this.#tellings.get(tellingKey(event.source, event.id, data));
    if (telling === undefined) return;
    telling.events -= 1;
    if (telling.events > 0) return;
    this.#tellings.delete(telling.key);
    const { request } = telling;
    if (request !== undefined && isParted(request)) request.parted = true;
    this.#leave(telling, new Map());
  }

  /** The request joins nothing: who names it can come and go without the others. */
  isParted(httpRequestId: string): boolean {
    const requests = kinds.flatMap((kind) => this.#requests.get(requestKey(kind, httpRequestId)) ?? []);
    return requests.length > 0 && requests.every(isParted);
  }

  #current(key: string): string | undefined {
    const telling = this.#tellings.get(key);
    return telling === undefined ? undefined : idOf(telling);
  }

  #join(telling: Telling, id: string, before: Map<string, string>): void {
    const request = ensure(
      this.#requests,
      id,
      (): Request => ({ id, tellings: new Map(), doubled: 0, parted: false }),
    );
    note(before, telling);
    const others = ensure(request.tellings, telling.source, () => new Set());
    if (others.size === 1) {
      // Only the first doubling parts what was joined.
      if (!isParted(request)) noteAll(before, request);
      request.doubled += 1;
    }
    others.add(telling);
    telling.request = request;
  }

  #leave(telling: Telling, before: Map<string, string>): void {
    const { request } = telling;
    if (request === undefined) return;
    note(before, telling);
    const others = request.tellings.get(telling.source);
    if (others?.size === 2) {
      if (request.doubled === 1) noteAll(before, request);
      request.doubled -= 1;
    }
    others?.delete(telling);
    if (others?.size === 0) request.tellings.delete(telling.source);
    if (request.tellings.size === 0) this.#requests.delete(request.id);
    telling.request = undefined;
  }
}

export function tellingKey(source: string, eventId: string, data: CallData): string {
  const callId = 'callId' in data ? data.callId : undefined;
  const [how, id] = callId === undefined ? ['e', eventId] : ['c', callId];
  return `${kindOf(data)}:${how}:${JSON.stringify([source, id])}`;
}

export function kindOf(data: CallData): CallKind {
  if (data.type.startsWith('tool.')) return 'tool';
  return data.type === 'system.changed' ? 'change' : 'api';
}

function requestKey(kind: CallKind, httpRequestId: string): string {
  return `${kind}:h:${httpRequestId}`;
}

function isParted({ doubled, parted }: Request): boolean {
  return parted || doubled > 0;
}

function idOf({ key, request }: Telling): string {
  return request === undefined || isParted(request) ? key : request.id;
}

function noteAll(before: Map<string, string>, request: Request): void {
  for (const tellings of request.tellings.values()) for (const telling of tellings) note(before, telling);
}

function note(before: Map<string, string>, telling: Telling): void {
  if (!before.has(telling.key)) before.set(telling.key, idOf(telling));
}
