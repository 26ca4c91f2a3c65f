import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { KafkaMessageIn } from '../../../src/ingest/kafka/index.ts';
import {
  committed,
  produce,
  type Reader,
  type ReaderOptions,
  startReader,
  testClient,
  unique,
  until,
} from '../../support/kafka/harness.ts';
import { sharedBrokers } from '../../support/kafka/shared.ts';
import { kafkaSkipped } from '../../support/kafka/skipped.ts';

const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => `event ${i}`);
const sorted = (values: readonly string[]): string[] =>
  [...new Set(values)].sort((a, b) => a.localeCompare(b));

describe.skipIf(kafkaSkipped)('the Kafka source', () => {
  let brokers: string[];
  const readers: Reader[] = [];
  const read = (options: Omit<ReaderOptions, 'brokers'> & { brokers?: string[] }): Reader => {
    const reader = startReader({ brokers, ...options });
    readers.push(reader);
    return reader;
  };

  beforeAll(async () => {
    brokers = await sharedBrokers();
  });
  afterEach(async () => {
    await Promise.all(readers.splice(0).map(({ source }) => source.stop()));
  });

  it('creates missing topics as configured and leaves existing ones alone', async () => {
    const [mine, theirs] = [unique('mine'), unique('theirs')];
    const admin = testClient(brokers).admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: theirs, numPartitions: 1, replicationFactor: 1 }] });
    await read({ groupId: unique('g'), topics: [mine, theirs], newTopic: { partitions: 3 } }).source.ready;
    const { topics } = await admin.fetchTopicMetadata({ topics: [mine, theirs] });
    await admin.disconnect();
    expect(Object.fromEntries(topics.map(({ name, partitions }) => [name, partitions.length]))).toEqual({
      [mine]: 3,
      [theirs]: 1,
    });
  });

  it('reads three topics across their partitions, each partition in order', async () => {
    const topics = [unique('tokens'), unique('tools'), unique('apis')];
    const reader = read({ groupId: unique('g'), topics, newTopic: { partitions: 3 } });
    await reader.source.ready;
    await Promise.all(
      topics.map((topic) =>
        produce(
          brokers,
          topic,
          numbers(60).map((value, i) => ({ value: `${topic} ${value}`, partition: i % 3 })),
        ),
      ),
    );
    await until('180 messages', () => reader.got.length >= 180);
    expect(sorted(reader.values())).toHaveLength(180);
    for (const topic of topics) {
      for (const partition of [0, 1, 2]) {
        const offsets = reader.got
          .filter((m) => m.topic === topic && m.partition === partition)
          .map((m) => m.offset);
        expect(offsets).toEqual(Array.from({ length: 20 }, (_, i) => i));
      }
    }
  });

  it('hands over key, headers, time and tombstones as they came', async () => {
    const topic = unique('shape');
    const reader = read({ groupId: unique('g'), topics: [topic], newTopic: { partitions: 1 } });
    await reader.source.ready;
    const beforeMs = Date.now();
    await produce(brokers, topic, [
      {
        key: 'k',
        value: 'v',
        headers: { ce_id: '1', ce_type: 'ünï', twice: ['first', 'last'], constructor: 'c' },
      },
      { value: null, key: 'gone' },
      { value: '' },
    ]);
    await until('three messages', () => reader.got.length === 3);
    const [full, tombstone, empty] = reader.got;
    expect(full?.key?.toString()).toBe('k');
    expect({ ...full?.headers }).toEqual({ ce_id: '1', ce_type: 'ünï', twice: 'last', constructor: 'c' });
    expect(full?.timestampMs).toBeGreaterThanOrEqual(beforeMs - 1_000);
    expect(tombstone).toMatchObject({ value: null, offset: 1 });
    expect(empty?.value).toHaveLength(0);
  });

  it('commits nothing while the log refuses, keeps its membership, and goes on when the log is back', async () => {
    const [topic, groupId] = [unique('refused'), unique('g')];
    const taken: KafkaMessageIn[] = [];
    let attempts = 0;
    const log = {
      take: async (_: readonly KafkaMessageIn[]): Promise<void> => Promise.reject(new Error('down')),
    };
    const reader = read({
      groupId,
      topics: [topic],
      newTopic: { partitions: 2 },
      // A hundred attempts on two partitions outlast this session: without heartbeats the group would drop us.
      timings: { sessionMs: 6_000, heartbeatMs: 300 },
      onBatch: async (messages) => {
        attempts++;
        await log.take(messages);
      },
    });
    await reader.source.ready;
    // A broker that has just started may turn the first consumer away.
    const { restarts, rebalances } = reader.source.status();
    await produce(
      brokers,
      topic,
      numbers(10).map((value, i) => ({ value, partition: i % 2 })),
    );
    await until('a hundred attempts', () => attempts >= 100);
    expect(await committed(brokers, groupId, topic)).toEqual([-1, -1]);
    await until('lag is seen', () => sum(reader.source.status().partitions.map(({ lag }) => lag)) === 10);
    log.take = async (messages) => void taken.push(...messages);
    await until('all are taken', () => taken.length === 10);
    await until('commits', async () => (await committed(brokers, groupId, topic)).join() === '5,5');
    await until('no lag', () => sum(reader.source.status().partitions.map(({ lag }) => lag)) === 0);
    expect(reader.source.status()).toMatchObject({
      state: 'running',
      messages: 10,
      restarts,
      rebalances,
    });
    expect(reader.source.status().retries).toBeGreaterThanOrEqual(98);
  });

  it('gives what it could not place to the next member: nothing lost, nothing skipped', async () => {
    const [topic, groupId] = [unique('handed-on'), unique('g')];
    const placed: string[] = [];
    let seen = 0;
    const first = read({
      groupId,
      topics: [topic],
      newTopic: { partitions: 3 },
      timings: { drainMs: 200 },
      // Takes partition 0 and chokes on the others, one by refusing, one by never answering.
      onBatch: async (messages) => {
        seen++;
        if (messages[0]?.partition === 1) throw new Error('refused');
        if (messages[0]?.partition === 2) await new Promise(() => undefined);
        placed.push(...messages.map(({ value }) => String(value)));
      },
    });
    await first.source.ready;
    await produce(
      brokers,
      topic,
      numbers(30).map((value, i) => ({ value, partition: i % 3 })),
    );
    await until('each partition was tried', () => seen >= 3 && placed.length >= 10);
    await first.source.stop();
    expect(await committed(brokers, groupId, topic)).toEqual([10, -1, -1]);

    const second = read({ groupId, topics: [topic] });
    await until('the rest', () => second.got.length >= 20);
    expect(sorted([...placed, ...second.values()])).toEqual(sorted(numbers(30)));
    expect(second.got.map(({ partition }) => partition)).not.toContain(0);
  });

  it('shares the partitions with a second member and takes them back when that leaves', async () => {
    const [topic, groupId] = [unique('shared'), unique('g')];
    const partitionsOf = ({ source }: Reader): number[] => source.status().partitions.map((p) => p.partition);
    const first = read({ groupId, topics: [topic], newTopic: { partitions: 4 } });
    await until('the first has all', () => partitionsOf(first).length === 4);
    const second = read({ groupId, topics: [topic] });
    await until('both have two', () => partitionsOf(first).length === 2 && partitionsOf(second).length === 2);
    expect([...partitionsOf(first), ...partitionsOf(second)].sort((a, b) => a - b)).toEqual([0, 1, 2, 3]);
    await produce(
      brokers,
      topic,
      numbers(40).map((value, i) => ({ value, partition: i % 4 })),
    );
    await until('all are read', () => sorted([...first.values(), ...second.values()]).length === 40);
    await second.source.stop();
    await until('the first has all again', () => partitionsOf(first).length === 4);
    await produce(brokers, topic, [
      { value: 'late', partition: 0 },
      { value: 'later', partition: 3 },
    ]);
    await until('it reads on', () => first.values().includes('late') && first.values().includes('later'));
  });

  it('finishes and commits what is under way when it is stopped', async () => {
    const [topic, groupId] = [unique('stopped'), unique('g')];
    let finish = (): void => undefined;
    let begun = false;
    const reader = read({
      groupId,
      topics: [topic],
      newTopic: { partitions: 1 },
      onBatch: () =>
        new Promise((resolve) => {
          begun = true;
          finish = resolve;
        }),
    });
    await reader.source.ready;
    await produce(
      brokers,
      topic,
      numbers(7).map((value) => ({ value })),
    );
    await until('the batch is under way', () => begun);
    const stopped = reader.source.stop();
    expect(reader.source.status().state).toBe('stopping');
    finish();
    await stopped;
    expect(reader.source.status().state).toBe('stopped');
    expect(await committed(brokers, groupId, topic)).toEqual([7]);
  });

  it('stops while its broker is nowhere to be found', async () => {
    const reader = read({ brokers: ['127.0.0.1:1'], groupId: unique('g'), topics: ['t'] });
    await until('it has tried', () => reader.source.status().restarts >= 1, 60_000);
    await reader.source.stop();
    expect(reader.source.status().state).toBe('stopped');
  });
});

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
