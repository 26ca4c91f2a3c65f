import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { SimulatedEvent } from '../../src/evaluate/index.ts';
import { type Api, apiOf } from '../support/api.ts';
import { type Broker, startBroker } from '../support/kafka/broker.ts';
import { testClient } from '../support/kafka/harness.ts';
import { produceWithJava } from '../support/kafka/java-producer.ts';
import { kafkaSkipped } from '../support/kafka/skipped.ts';
import { startService, temporaryFolder } from '../support/service.ts';
import { until } from '../support/until.ts';
import {
  detectedIn,
  essenceOfAlerts,
  essenceOfChains,
  identities,
  policy,
  standingAlerts,
  storedEvents,
  worldOfNow,
} from './world.ts';

const topics = ['delegation.tokens', 'delegation.tool-calls', 'delegation.api-calls'] as const;

/** The topic that a publisher of this event would write to. */
function topicOf({ data: { type } }: SimulatedEvent): (typeof topics)[number] {
  if (type.startsWith('token.')) return 'delegation.tokens';
  return type === 'api.called' ? 'delegation.api-calls' : 'delegation.tool-calls';
}

// A broker of its own: it is restarted, which the tests that share one would notice.
describe.skipIf(kafkaSkipped)('the service behind Kafka', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startBroker();
  });
  afterAll(() => broker.stop());

  async function produce(events: readonly SimulatedEvent[]): Promise<void> {
    for (const topic of topics) {
      const lines = events
        .filter((event) => topicOf(event) === topic)
        .map((event) => `${event.data.txn ?? 'none'}:${JSON.stringify(event)}`);
      if (lines.length > 0) await produceWithJava(broker.brokers, topic, 'gzip', lines);
    }
  }

  async function topicsExist(): Promise<boolean> {
    const admin = testClient(broker.brokers).admin();
    await admin.connect();
    const names = await admin.listTopics();
    await admin.disconnect();
    return topics.every((topic) => names.includes(topic));
  }

  it('loses nothing when it is killed, or when its broker is', { timeout: 170_000 }, async () => {
    const folder = temporaryFolder();
    const data = join(folder, 'data');
    const file = join(folder, 'config.yaml');
    writeFileSync(file, stringify({ logLevel: 'warn', policy, kafka: { partitions: 3 } }));
    const start = () =>
      startService(data, { args: ['--config', file], env: { KAFKA_BROKERS: broker.brokers.join(',') } });
    const world = worldOfNow(11, 60);
    const quarter = Math.ceil(world.length / 4);
    const part = (index: number) => world.slice(index * quarter, (index + 1) * quarter);
    const seen = async (api: Api) =>
      (await api.chains()).reduce((sum, { eventCount }) => sum + eventCount, 0);

    const first = await start();
    const key = first.adminKey ?? '';
    const early = apiOf(first.address, key);
    await until('the topics are made', topicsExist, 60_000);
    await produce(part(0));
    await produceWithJava(broker.brokers, topics[0], 'none', ['somebody:not an event']);
    await until('the first events are correlated', async () => (await seen(early)) > 0, 60_000);
    await until('what is no event is kept', async () => (await early.deadLetters()).length > 0);
    expect(await early.deadLetters()).toMatchObject([{ code: 'EVENT_NOT_JSON' }]);

    await broker.restart();
    await produce(part(1));
    await until('it reads on', async () => (await seen(early)) > quarter, 60_000);
    await produce(part(2));
    expect((await first.end('SIGKILL')).signal).toBe('SIGKILL');

    const second = await start();
    expect(second.adminKey).toBeUndefined();
    await produce(part(3));
    const api = apiOf(second.address, key);
    const expected = await detectedIn(world);
    const total = [...expected.chains.values()].reduce((sum, { eventCount }) => sum + eventCount, 0);
    // The broker believes in the killed member for another 45 seconds.
    await until('everything is correlated', async () => (await seen(api)) >= total, 100_000);
    const standing = await standingAlerts(api, expected.alerts.length);
    expect(essenceOfAlerts(standing)).toEqual(essenceOfAlerts(expected.alerts));
    expect(essenceOfChains(await api.chains())).toEqual(essenceOfChains(expected.chains.values()));
    expect((await second.end('SIGTERM')).code).toBe(0);
    expect(await storedEvents(join(data, 'store'))).toBe(identities(world).size);
  });
});
