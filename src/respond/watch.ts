import { STOP_GRACE_MS } from '../domain/limits.ts';
import type { ResponseStore } from '../domain/ports.ts';
import type { Response } from '../domain/response.ts';
import { type RecordOwn, recordOf } from './carry.ts';
import type { Confirmation, Connector } from './connectors/index.ts';
import { type Ledger, nextRow } from './ledger.ts';
import type { Observed } from './observed.ts';
import { keyOf } from './rows.ts';
import type { Clock, Log, Timer } from './types.ts';

/** Waits between two questions whether it has ended; the last one goes on. Caches at resource servers live seconds. */
const POLLS_MS = [0, 1_000, 2_000, 5_000, 10_000, 30_000] as const;
/** Responses in memory; the others wait in the store, the oldest come first. */
const WATCHED_MAX = 5_000;
/** Questions under way at a time. */
const CONCURRENCY = 8;
/** Before the store or the log is asked again after it failed. */
const RETRY_MS = 2_000;

export interface Watch {
  /** Takes up what an earlier process accepted and did not see confirmed. */
  start(): Promise<void>;
  /** Sees a response through, from accepted to its end. */
  see(responses: readonly Response[]): void;
  /** Somebody says that it has ended; resolves with the row. Undefined where nothing can be confirmed. */
  confirm(response: Pick<Response, 'tenant' | 'id'>, reason: string): Promise<Response | undefined>;
  stop(): Promise<void>;
  readonly watched: number;
}

export interface WatchOptions {
  readonly store: Pick<ResponseStore, 'standingResponses' | 'findResponses'>;
  readonly ledger: Ledger;
  readonly connectors: readonly Connector[];
  readonly confirmSeconds: number;
  readonly record?: RecordOwn | undefined;
  /** For connectors that are confirmed by what is observed of the credential. */
  readonly observed?: Observed | undefined;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: Log;
}

interface Watched {
  readonly response: Response;
  readonly polls: number;
  readonly dueMs: number;
}

/** Follows what was accepted until it is confirmed, or until proof is overdue. */
export function createWatch(options: WatchOptions): Watch {
  const { store, ledger, connectors, record, clock, timer, log } = options;
  const waiting = new Map<string, Watched>();
  const running = new Set<Promise<void>>();
  const underWay = new Set<string>();
  let cancelTimer: (() => void) | undefined;
  let overflowed = false;
  let stopped = false;

  function deadlineOf({ acceptedMs, atMs }: Response): number {
    return (acceptedMs ?? atMs) + options.confirmSeconds * 1_000;
  }

  function see(responses: readonly Response[]): void {
    for (const response of responses) {
      if (!isAwaited(response) || underWay.has(keyOf(response))) continue;
      if (waiting.size >= WATCHED_MAX) overflowed = true;
      else put({ response, polls: 0, dueMs: firstLookMs(response) });
    }
    pump();
  }

  function put(watched: Watched): void {
    waiting.set(keyOf(watched.response), watched);
  }

  /** Nobody is asked where somebody will say. */
  function firstLookMs(response: Response): number {
    const asks = response.action === 'undo' || asking(response) !== undefined;
    return asks ? clock() : deadlineOf(response);
  }

  function connectorOf({ endpoint }: Response): Connector | undefined {
    return connectors.find(({ name }) => name === endpoint);
  }

  /** How to find out whether it has ended; undefined where somebody says so. */
  function asking(response: Response): (() => Promise<Confirmation>) | undefined {
    const { observed } = options;
    if (response.confirms === 'observed' && observed !== undefined) return () => observed(response);
    const connector = connectorOf(response);
    return connector?.confirm === undefined
      ? undefined
      : async () => connector.confirm?.(response) ?? 'unknown';
  }

  function pump(): void {
    if (stopped) return;
    cancelTimer?.();
    cancelTimer = undefined;
    const nowMs = clock();
    let wakeMs = Number.POSITIVE_INFINITY;
    for (const watched of waiting.values()) {
      if (watched.dueMs <= nowMs && running.size < CONCURRENCY) launch(watched);
      else wakeMs = Math.min(wakeMs, watched.dueMs);
    }
    if (overflowed && running.size === 0 && waiting.size < WATCHED_MAX / 2) reload();
    if (running.size >= CONCURRENCY || wakeMs === Number.POSITIVE_INFINITY) return;
    cancelTimer = timer(pump, Math.max(0, wakeMs - nowMs));
  }

  function launch(watched: Watched): void {
    const key = keyOf(watched.response);
    waiting.delete(key);
    underWay.add(key);
    run(
      look(watched)
        .catch((error: unknown) => {
          log.warn({ err: error, id: watched.response.id }, 'a response could not be seen through yet');
          return { ...watched, dueMs: clock() + RETRY_MS };
        })
        .then((next) => {
          underWay.delete(key);
          if (next !== undefined) put(next);
        }),
    );
  }

  function run(work: Promise<void>): void {
    const job: Promise<void> = work.finally(() => {
      running.delete(job);
      pump();
    });
    running.add(job);
  }

  function reload(): void {
    overflowed = false;
    run(
      load().catch((error: unknown) => {
        log.warn({ err: error }, 'responses that wait for their confirmation could not be read');
        overflowed = true;
      }),
    );
  }

  async function load(): Promise<void> {
    see(await store.standingResponses(['accepted']));
  }

  /** One look at a response; what is to be looked at again. */
  async function look({ response, polls }: Watched): Promise<Watched | undefined> {
    if (response.action === 'undo') return finishUndo(response);
    const found = await asking(response)?.();
    if (found === 'ended') {
      await confirm(response, proofBy[response.confirms]);
      return undefined;
    }
    const nowMs = clock();
    if (nowMs >= deadlineOf(response)) {
      await end(response, found === 'alive' ? 'it is still active' : 'proof that it ended did not come');
      return undefined;
    }
    const waitMs = POLLS_MS[Math.min(polls + 1, POLLS_MS.length - 1)] ?? 0;
    return { response, polls: polls + 1, dueMs: Math.min(nowMs + waitMs, deadlineOf(response)) };
  }

  async function confirm({ tenant, id }: Pick<Response, 'tenant' | 'id'>, reason: string) {
    const [known] = await store.findResponses(tenant, [id]);
    if (known === undefined || known.mode !== 'real' || !provable.has(known.state)) return undefined;
    const atMs = clock();
    // First the log: a row that says so would keep it from being told again.
    await record?.(recordOf(known, 'confirmed', atMs));
    const [row] = await ledger.change([known], (latest) =>
      provable.has(latest.state) ? nextRow(latest, atMs, { state: 'confirmed', reason }) : undefined,
    );
    waiting.delete(keyOf(known));
    return row;
  }

  async function end(response: Response, why: string): Promise<void> {
    const atMs = clock();
    const [known] = await store.findResponses(response.tenant, [response.id]);
    if (known?.state !== 'accepted') return;
    await record?.(recordOf(response, 'unconfirmed', atMs));
    const reason = `unconfirmed after ${options.confirmSeconds} s: ${why}`;
    await ledger.change([response], (latest) =>
      latest.state === 'accepted' ? nextRow(latest, atMs, { state: 'unconfirmed', reason }) : undefined,
    );
  }

  /** What was taken is given back. */
  async function finishUndo(undo: Response): Promise<undefined> {
    const { tenant, undoes = '', acceptedMs, atMs } = undo;
    const [original] = await store.findResponses(tenant, [undoes]);
    const doneMs = acceptedMs ?? atMs;
    if (original !== undefined) {
      await record?.(recordOf(original, 'undone', doneMs));
      await ledger.change([original], (latest) =>
        latest.state === 'undone'
          ? undefined
          : nextRow(latest, clock(), { state: 'undone', reason: `given back by ${undo.requestedBy}` }),
      );
    }
    await ledger.change([undo], (latest) =>
      latest.state === 'accepted'
        ? nextRow(latest, clock(), { state: 'confirmed', reason: 'what was taken is given back' })
        : undefined,
    );
    return undefined;
  }

  return {
    start: load,
    see,
    confirm,
    async stop() {
      stopped = true;
      cancelTimer?.();
      const quiet = Promise.allSettled([...running]);
      await Promise.race([quiet, new Promise<void>((resolve) => timer(resolve, STOP_GRACE_MS))]);
    },
    get watched() {
      return waiting.size + underWay.size;
    },
  };
}

const proofBy: Readonly<Record<Response['confirms'], string>> = {
  introspection: 'the issuer says that it is not active',
  observed: 'it was tried and refused',
  callback: 'its receiver says that it has ended',
  none: 'it has ended',
};

/** States that a proof ends. A receiver may be faster than the note that it took the order. */
const provable: ReadonlySet<Response['state']> = new Set(['requested', 'accepted', 'unconfirmed']);

function isAwaited({ state, mode, confirms, action }: Response): boolean {
  return state === 'accepted' && mode === 'real' && (confirms !== 'none' || action === 'undo');
}
