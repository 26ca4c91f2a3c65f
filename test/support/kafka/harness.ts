import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import {
  createKafkaSource,
  type KafkaLog,
  type KafkaMessageIn,
  type KafkaSource,
} from '../../../src/ingest/kafka/index.ts';
import type { KafkaSourceOptions } from '../../../src/ingest/kafka/types.ts';
import { until } from '../until.ts';

export { until } from '../until.ts';

const quiet = (): void => undefined;
export const silentLog: KafkaLog = { debug: quiet, info: quiet, warn: quiet, error: quiet };

/** Names that no other test uses: the broker is shared. */
export function unique(name: string): string {
  return `${name}-${randomUUID().slice(0, 8)}`;
}

/** A plain client of the test's own, for producing and for looking at the group from outside. */
export function testClient(brokers: readonly string[]): Kafka {
  return new Kafka({ brokers: [...brokers], clientId: 'test', logLevel: logLevel.NOTHING });
}

export interface Outgoing {
  readonly value: string | Buffer | null;
  readonly key?: string;
  readonly partition?: number;
  readonly headers?: Record<string, string | string[]>;
}

export async function produce(
  brokers: readonly string[],
  topic: string,
  messages: Outgoing[],
): Promise<void> {
  await leadersReady(brokers, topic);
  const producer = testClient(brokers).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic, messages });
  await producer.disconnect();
}

/** A leader that is still taking office makes this client send whole batches twice. */
async function leadersReady(brokers: readonly string[], topic: string): Promise<void> {
  const admin = testClient(brokers).admin();
  await admin.connect();
  await until('leaders', () =>
    admin.fetchTopicOffsets(topic).then(
      () => true,
      () => false,
    ),
  );
  await admin.disconnect();
}

/** Offsets the group has committed, per partition; -1 where it has none. */
export async function committed(
  brokers: readonly string[],
  groupId: string,
  topic: string,
): Promise<number[]> {
  const admin = testClient(brokers).admin();
  await admin.connect();
  const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
  await admin.disconnect();
  const partitions = [...(found?.partitions ?? [])].sort((a, b) => a.partition - b.partition);
  return partitions.map(({ offset }) => Number(offset));
}

export interface Reader {
  readonly source: KafkaSource;
  readonly got: KafkaMessageIn[];
  readonly values: () => string[];
}

export type ReaderOptions = Pick<KafkaSourceOptions, 'brokers' | 'groupId' | 'topics'> &
  Partial<KafkaSourceOptions>;

/** A source that keeps what it reads, with short timings. It fails the test when it gives up. */
export function startReader(options: ReaderOptions): Reader {
  const got: KafkaMessageIn[] = [];
  const source = createKafkaSource({
    clientId: 'chainwarden-test',
    log: silentLog,
    onFatal: (error) => {
      throw error;
    },
    onBatch: async (messages) => {
      got.push(...messages);
    },
    ...options,
    timings: {
      sessionMs: 10_000,
      heartbeatMs: 500,
      retryMsMin: 20,
      retryMsMax: 200,
      lagPollMs: 100,
      ...options.timings,
    },
  });
  source.start();
  return { source, got, values: () => got.map(({ value }) => value?.toString() ?? '') };
}
