import type { Admin, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { FETCH_WAIT_MS, PARTITIONS_AT_ONCE } from './bounds.ts';
import { createClient } from './client.ts';
import { messageOf } from './failure.ts';
import { takeBatch } from './handover.ts';
import { readLag } from './lag.ts';
import { messagesIn } from './message.ts';
import { graceAfter } from './pause.ts';
import { ensureTopics } from './topics.ts';
import type { KafkaSourceOptions, KafkaTimings, PartitionLag } from './types.ts';

/** Counters and last known facts of a source, over all its sessions. */
export interface Tally {
  messages: number;
  commits: number;
  retries: number;
  unreadableBatches: number;
  rebalances: number;
  restarts: number;
  assigned: Readonly<Record<string, readonly number[]>>;
  lag: readonly PartitionLag[];
}

export interface SessionDeps {
  readonly options: KafkaSourceOptions;
  readonly timings: KafkaTimings;
  readonly tally: Tally;
  readonly stopping: AbortSignal;
  /** Called whenever partitions are assigned. */
  readonly onJoin: () => void;
}

export type SessionEnd =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'stalled' }
  | { readonly kind: 'crashed'; readonly error: unknown };

/** The life of one consumer: joins the group, consumes until it is told to stop, crashes, or goes silent. */
export async function runSession(deps: SessionDeps): Promise<SessionEnd> {
  const { options, timings, stopping } = deps;
  const kafka = createClient(options);
  const consumer = createConsumer(kafka, options, timings);
  const admin = kafka.admin();
  const watch = watchOver(consumer, deps);
  const stopped = new Promise<SessionEnd>((resolve) => {
    const tell = () => resolve({ kind: 'stopped' });
    if (stopping.aborted) tell();
    else stopping.addEventListener('abort', tell, { once: true });
  });
  const lagTimer = setInterval(() => void pollLag(admin, deps), timings.lagPollMs);
  try {
    const running = begin(admin, consumer, deps).then(
      () => watch.ended,
      (error: unknown): SessionEnd => ({ kind: 'crashed', error }),
    );
    return await Promise.race([running, watch.ended, stopped]);
  } finally {
    clearInterval(lagTimer);
    watch.cancel();
    await leave(admin, consumer, timings.drainMs * 2);
  }
}

function createConsumer(kafka: Kafka, options: KafkaSourceOptions, timings: KafkaTimings): Consumer {
  return kafka.consumer({
    groupId: options.groupId,
    sessionTimeout: timings.sessionMs,
    heartbeatInterval: timings.heartbeatMs,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    // New partitions are noticed after this long.
    metadataMaxAge: 60_000,
    allowAutoTopicCreation: false,
  });
}

async function begin(admin: Admin, consumer: Consumer, deps: SessionDeps): Promise<void> {
  const { topics, newTopic, log } = deps.options;
  await admin.connect();
  await ensureTopics(admin, topics, newTopic ?? {}, log);
  await consumer.connect();
  // A new group reads what is already there.
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
    eachBatch: (payload) => eachBatch(payload, deps),
  });
}

async function eachBatch(payload: EachBatchPayload, deps: SessionDeps): Promise<void> {
  const { options, timings, tally, stopping } = deps;
  const { batch } = payload;
  const assignment = tally.assigned;
  const messages = messagesIn(batch.topic, batch.partition, batch.messages);
  for (const { unreadable, topic, partition, offset } of messages) {
    if (unreadable === undefined) continue;
    tally.unreadableBatches++;
    options.log.error({ topic, partition, offset, why: unreadable }, 'kafka batch unreadable, passed over');
  }
  // The last of what was fetched, also when it was not worth handing over.
  const lastOffset = Number(batch.messages[batch.messages.length - 1]?.offset ?? batch.lastOffset());
  const claim = {
    heartbeat: () => payload.heartbeat(),
    // A new assignment makes a new object: what was fetched under the old one is no longer ours to commit.
    ours: () => payload.isRunning() && !payload.isStale() && tally.assigned === assignment,
    commit: async (offset: number) => {
      if (tally.assigned !== assignment) return;
      payload.resolveOffset(String(offset));
      // Whatever is resolved is durable, so an earlier commit that failed is made good here.
      await payload.commitOffsetsIfNecessary(payload.uncommittedOffsets());
      tally.commits++;
    },
  };
  const onBatch: KafkaSourceOptions['onBatch'] = async (slice) => {
    await options.onBatch(slice);
    tally.messages += slice.length;
  };
  const onRetry = () => {
    tally.retries++;
  };
  await takeBatch(messages, lastOffset, claim, { onBatch, onRetry, timings, stopping, log: options.log });
}

/** Ends the session when the client gives up, or when it gives no sign of life for too long. */
function watchOver(
  consumer: Consumer,
  deps: SessionDeps,
): { ended: Promise<SessionEnd>; cancel: () => void } {
  const { tally, timings, onJoin } = deps;
  let lastSignMs = performance.now();
  const sign = () => {
    lastSignMs = performance.now();
  };
  const { FETCH, HEARTBEAT, COMMIT_OFFSETS, START_BATCH_PROCESS, GROUP_JOIN, REBALANCING, CRASH } =
    consumer.events;
  for (const event of [FETCH, HEARTBEAT, COMMIT_OFFSETS, START_BATCH_PROCESS]) consumer.on(event, sign);
  consumer.on(REBALANCING, () => {
    tally.rebalances++;
  });
  consumer.on(GROUP_JOIN, ({ payload }) => {
    sign();
    tally.assigned = { ...payload.memberAssignment };
    onJoin();
  });
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<SessionEnd>((resolve) => {
    consumer.on(CRASH, ({ payload }) => resolve({ kind: 'crashed', error: payload.error }));
    timer = setInterval(() => {
      if (performance.now() - lastSignMs > timings.stallMs) resolve({ kind: 'stalled' });
    }, timings.stallMs / 8);
  });
  return { ended, cancel: () => clearInterval(timer) };
}

async function pollLag(admin: Admin, { options, tally }: SessionDeps): Promise<void> {
  try {
    tally.lag = await readLag(admin, options.groupId, options.topics);
  } catch (error) {
    options.log.debug({ why: messageOf(error) }, 'kafka lag unknown');
  }
}

/** Leaves the group in good order, but a client that hangs is left behind: the group outlives it by its session. */
async function leave(admin: Admin, consumer: Consumer, msMax: number): Promise<void> {
  const grace = graceAfter(AbortSignal.abort(), msMax);
  const quietly = (work: Promise<void>) => work.catch(() => undefined);
  await Promise.race([
    Promise.all([quietly(consumer.disconnect()), quietly(admin.disconnect())]),
    grace.over,
  ]);
  grace.cancel();
}
