import { ChainwardenError } from '../../domain/errors.ts';
import * as bounds from './bounds.ts';
import { fatal, messageOf } from './failure.ts';
import { backoffMs, pause } from './pause.ts';
import { runSession, type SessionDeps, type SessionEnd, type Tally } from './session.ts';
import type {
  KafkaSource,
  KafkaSourceOptions,
  KafkaSourceState,
  KafkaSourceStatus,
  KafkaTimings,
} from './types.ts';

const usualTimings: KafkaTimings = {
  sessionMs: bounds.SESSION_MS,
  heartbeatMs: bounds.HEARTBEAT_MS,
  retryMsMin: bounds.RETRY_MS_MIN,
  retryMsMax: bounds.RETRY_MS_MAX,
  stallMs: bounds.STALL_MS,
  drainMs: bounds.DRAIN_MS,
  lagPollMs: bounds.LAG_POLL_MS,
};

/**
 * Consumes topics as a member of a group and hands over what it reads, at least once: an offset is committed only
 * after `onBatch` resolved. Consumers come and go, each a session; a broker that is away is waited for.
 */
export function createKafkaSource(options: KafkaSourceOptions): KafkaSource {
  const timings = { ...usualTimings, ...options.timings };
  const stop = new AbortController();
  const tally = emptyTally();
  let state: KafkaSourceState = 'idle';
  let work: Promise<void> = Promise.resolve();
  let isReady = (): void => undefined;
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });
  const deps: SessionDeps = {
    options,
    timings,
    tally,
    stopping: stop.signal,
    onJoin: () => {
      if (state === 'connecting') state = 'running';
      isReady();
    },
  };

  const supervise = async (): Promise<void> => {
    let silent = 0;
    for (let attempt = 0; !stop.signal.aborted; attempt++) {
      state = 'connecting';
      const end = await runSession(deps);
      // Neither the group's members nor anyone who asks may believe that we still hold them.
      tally.assigned = {};
      if (end.kind === 'stopped') return;
      const joined = wasRunning(state);
      if (joined) attempt = 0;
      silent = end.kind === 'stalled' ? silent + 1 : 0;
      const error = reasonToGiveUp(end, silent);
      if (error !== undefined) {
        state = 'failed';
        options.log.error({ code: error.code, why: error.message }, 'kafka source given up');
        options.onFatal(error);
        return;
      }
      state = 'connecting';
      tally.restarts++;
      const waitMs = backoffMs(attempt, timings.retryMsMin, timings.retryMsMax);
      const why = end.kind === 'stalled' ? 'no sign of life' : messageOf(end.error);
      options.log.warn({ attempt, waitMs, why }, 'kafka consumer ended, starting another');
      await pause(waitMs, stop.signal);
    }
  };

  return {
    ready,
    start() {
      if (state !== 'idle') return;
      state = 'connecting';
      work = supervise();
    },
    async stop() {
      if (state !== 'failed') state = 'stopping';
      stop.abort();
      await work;
      if (state !== 'failed') state = 'stopped';
    },
    status: () => statusOf(state, tally),
  };
}

function wasRunning(state: KafkaSourceState): boolean {
  return state === 'running';
}

function reasonToGiveUp(end: SessionEnd, silent: number): ChainwardenError | undefined {
  if (end.kind === 'crashed') return fatal(end.error);
  if (silent < bounds.STALLS_MAX) return undefined;
  return new ChainwardenError('KAFKA_UNAVAILABLE', `Kafka consumers went silent ${silent} times in a row`);
}

function emptyTally(): Tally {
  const zero = { messages: 0, commits: 0, retries: 0, unreadableBatches: 0, rebalances: 0, restarts: 0 };
  return { ...zero, assigned: {}, lag: [] };
}

function statusOf(state: KafkaSourceState, tally: Tally): KafkaSourceStatus {
  const { assigned, lag, ...counters } = tally;
  return {
    state,
    partitions: lag.filter(({ topic, partition }) => assigned[topic]?.includes(partition)),
    ...counters,
  };
}
