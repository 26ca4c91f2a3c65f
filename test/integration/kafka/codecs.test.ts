import { randomBytes } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  committed,
  type Reader,
  startReader,
  testClient,
  unique,
  until,
} from '../../support/kafka/harness.ts';
import { produceWithJava } from '../../support/kafka/java-producer.ts';
import { sharedBrokers } from '../../support/kafka/shared.ts';
import { kafkaSkipped } from '../../support/kafka/skipped.ts';

/** Lines that compress in every way: repeats near and far, runs, noise, more than one 64 KiB block. */
function mixedLines(): string[] {
  const event = JSON.stringify({
    specversion: '1.0',
    type: 'dev.chainwarden.token.issued.v1',
    data: { scope: ['a'] },
  });
  return Array.from({ length: 400 }, (_, i) => {
    const filling =
      [event, 'x'.repeat(i), randomBytes(i % 97).toString('base64'), 'ü€😀'.repeat(i % 7)][i % 4] ?? '';
    return `key-${i}:${i} ${event} ${filling}`;
  });
}

describe.skipIf(kafkaSkipped)('batches of a foreign client', () => {
  let brokers: string[];
  let reader: Reader | undefined;

  beforeAll(async () => {
    brokers = await sharedBrokers();
  });
  afterEach(() => reader?.source.stop());

  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'are read, packed with %s',
    async (compression) => {
      const [topic, groupId] = [unique(compression), unique('g')];
      const lines = mixedLines();
      reader = startReader({ brokers, groupId, topics: [topic], newTopic: { partitions: 1 } });
      await reader.source.ready;
      await produceWithJava(brokers, topic, compression, lines);
      const { got } = reader;
      await until('every line', () => got.length === lines.length);
      expect(got.map(({ key, value }) => `${key?.toString()}:${value?.toString()}`)).toEqual(lines);
      await until('a commit', async () => (await committed(brokers, groupId, topic))[0] === lines.length);
      expect(reader.source.status().unreadableBatches).toBe(0);
    },
  );

  it('that unpack to more than is allowed are one dead letter, and the next batch goes on', async () => {
    const [topic, groupId] = [unique('bomb'), unique('g')];
    reader = startReader({ brokers, groupId, topics: [topic], newTopic: { partitions: 1 } });
    await reader.source.ready;
    await sendBomb(brokers, topic);
    await produceWithJava(brokers, topic, 'zstd', ['k:after the bomb']);
    const { got } = reader;
    await until('the message behind it', () =>
      got.some(({ value }) => value?.toString() === 'after the bomb'),
    );
    expect(got).toHaveLength(2);
    expect(got[0]).toMatchObject({ offset: 0, value: null });
    expect(got[0]?.unreadable).toMatch(/^a gzip batch of 3 records cannot be unpacked: /);
    await until('a commit behind it', async () => (await committed(brokers, groupId, topic))[0] === 4);
    expect(reader.source.status()).toMatchObject({ unreadableBatches: 1, restarts: 0 });
  });
});

/** Three records that pack to some 40 KB and unpack to 40 MB; the broker takes them, because only the packed size counts. */
async function sendBomb(brokers: readonly string[], topic: string): Promise<void> {
  const producer = testClient(brokers).producer({ createPartitioner: () => () => 0 });
  await producer.connect();
  const value = Buffer.alloc(14 * 1024 * 1024, 'a');
  // 1 is gzip; the three go as one batch.
  await producer.send({ topic, compression: 1, messages: [{ value }, { value }, { value }] });
  await producer.disconnect();
}
