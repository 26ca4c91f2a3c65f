import { beforeAll, describe, expect, it } from 'vitest';
import { createKafkaPublisher } from '../../../src/ingest/kafka/index.ts';
import { silentLog, startReader, unique, until } from '../../support/kafka/harness.ts';
import { sharedBrokers } from '../../support/kafka/shared.ts';
import { kafkaSkipped } from '../../support/kafka/skipped.ts';

describe.skipIf(kafkaSkipped)('the Kafka publisher', () => {
  let brokers: string[];
  beforeAll(async () => {
    brokers = await sharedBrokers();
  });

  it('creates its topic and publishes more than one request holds, equal keys in order', async () => {
    const topic = unique('alerts');
    const publisher = createKafkaPublisher({
      brokers,
      clientId: 'p',
      log: silentLog,
      newTopic: { partitions: 3 },
    });
    // 3 MB: a broker takes 1 MiB at once.
    const messages = Array.from({ length: 300 }, (_, i) => ({
      key: `key-${i % 5}`,
      value: Buffer.alloc(10_000, String.fromCharCode(97 + (i % 26))),
      headers: { n: String(i) },
    }));
    await publisher.send(topic, messages);
    await publisher.stop();

    const reader = startReader({ brokers, groupId: unique('g'), topics: [topic] });
    await until('all of them', () => reader.got.length === 300);
    await reader.source.stop();
    for (let k = 0; k < 5; k++) {
      const mine = reader.got.filter(({ key }) => key?.toString() === `key-${k}`);
      expect(mine.map(({ headers }) => Number(headers['n']))).toEqual(
        Array.from({ length: 60 }, (_, i) => i * 5 + k),
      );
      expect(new Set(mine.map(({ partition }) => partition)).size).toBe(1);
    }
  });

  it('says what will never be taken', async () => {
    const publisher = createKafkaPublisher({ brokers, clientId: 'p', log: silentLog });
    const noise = Buffer.from(Array.from({ length: 2_000_000 }, () => Math.floor(Math.random() * 256)));
    await expect(publisher.send(unique('big'), [{ value: noise }])).rejects.toMatchObject({
      code: 'DELIVERY_REFUSED',
      retriable: false,
    });
    await publisher.stop();
  });

  it('stops without ever having connected', async () => {
    await createKafkaPublisher({ brokers: ['127.0.0.1:1'], clientId: 'p', log: silentLog }).stop();
  });
});
