import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKafkaPublisher } from '../../../src/ingest/kafka/index.ts';
import { type Broker, startBroker } from '../../support/kafka/broker.ts';
import {
  committed,
  produce,
  type Reader,
  silentLog,
  startReader,
  until,
} from '../../support/kafka/harness.ts';
import { kafkaSkipped } from '../../support/kafka/skipped.ts';

/** A broker of its own: the shared one must not die under other tests. */
describe.skipIf(kafkaSkipped)('when the broker goes and comes', () => {
  let broker: Broker;
  let reader: Reader;
  const topic = 'delegation.tokens';
  const groupId = 'chainwarden';

  beforeAll(async () => {
    broker = await startBroker();
    reader = startReader({ brokers: broker.brokers, groupId, topics: [topic], newTopic: { partitions: 2 } });
    await reader.source.ready;
  });
  afterAll(async () => {
    await reader.source.stop();
    await broker.stop();
  });

  it('the source reads on where it was, and the publisher publishes again', async () => {
    const publisher = createKafkaPublisher({ brokers: broker.brokers, clientId: 'p', log: silentLog });
    await publisher.send('delegation.alerts', [{ key: 'a', value: 'before' }]);
    await produce(broker.brokers, topic, [{ value: 'before', key: 'k' }]);
    await until('the first', () => reader.values().includes('before'));
    await until('its commit', async () => (await committed(broker.brokers, groupId, topic)).includes(1));

    await broker.kill();
    await until('the loss is noticed', () => reader.source.status().state === 'connecting', 60_000);
    await expect(publisher.send('delegation.alerts', [{ value: 'meanwhile' }])).rejects.toMatchObject({
      code: 'KAFKA_UNAVAILABLE',
      retriable: true,
    });

    await broker.restart();
    await publisher.send('delegation.alerts', [{ key: 'a', value: 'after' }]);
    await produce(broker.brokers, topic, [{ value: 'after', key: 'k' }]);
    await until('the second', () => reader.values().includes('after'), 60_000);
    expect(reader.source.status().state).toBe('running');
    // Committed before the crash, so not read again.
    expect(reader.values().filter((value) => value === 'before')).toHaveLength(1);
    await publisher.stop();
  });
});
