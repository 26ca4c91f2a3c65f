import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChainwardenError } from '../../../src/domain/errors.ts';
import { type Broker, startBroker } from '../../support/kafka/broker.ts';
import { produce, startReader, until } from '../../support/kafka/harness.ts';
import { kafkaSkipped } from '../../support/kafka/skipped.ts';

describe.skipIf(kafkaSkipped)('a broker that asks for credentials', () => {
  let broker: Broker;
  const account = { username: 'chainwarden', password: 'not-a-secret' };
  beforeAll(async () => {
    broker = await startBroker({ account });
  });
  afterAll(() => broker.stop());

  it('lets us in with the right ones', async () => {
    const sasl = { mechanism: 'plain', ...account } as const;
    const reader = startReader({ brokers: broker.saslBrokers, sasl, groupId: 'g', topics: ['t'] });
    await reader.source.ready;
    await produce(broker.brokers, 't', [{ value: 'hello' }]);
    await until('the message', () => reader.values().includes('hello'));
    await reader.source.stop();
  });

  it('is not asked again with the wrong ones: the source gives up and says why', async () => {
    const given: ChainwardenError[] = [];
    const sasl = { mechanism: 'plain', username: 'chainwarden', password: 'wrong' } as const;
    const { source } = startReader({
      brokers: broker.saslBrokers,
      sasl,
      groupId: 'g',
      topics: ['t'],
      onFatal: (error) => given.push(error),
    });
    await until('it gives up', () => source.status().state === 'failed');
    expect(given.map(({ code }) => code)).toEqual(['CONFIG_INVALID']);
    expect(given[0]?.message).not.toContain('wrong');
    await source.stop();
    expect(source.status().state).toBe('failed');
  });
});
