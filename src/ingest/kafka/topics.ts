import type { Admin } from 'kafkajs';
import { ChainwardenError } from '../../domain/errors.ts';
import type { KafkaLog, NewTopic } from './types.ts';

/** Creates the topics that are missing. Two processes may do so at once; the second finds them there. */
export async function ensureTopics(
  admin: Admin,
  topics: readonly string[],
  { partitions = -1, replicationFactor = -1 }: NewTopic,
  log: KafkaLog,
): Promise<void> {
  const missing = await missingTopics(admin, topics);
  if (missing.length === 0) return;
  // -1 is "the broker's default" (KIP-464); without it a cluster of one node could not take our choice.
  const wanted = missing.map((topic) => ({ topic, numPartitions: partitions, replicationFactor }));
  try {
    if (await admin.createTopics({ topics: wanted, waitForLeaders: true })) {
      log.info({ topics: missing }, 'kafka topics created');
    }
  } catch (cause) {
    const still = await missingTopics(admin, topics);
    if (still.length === 0) return;
    throw new ChainwardenError('KAFKA_UNAVAILABLE', `Kafka topics cannot be created: ${still.join(', ')}`, {
      cause,
    });
  }
}

async function missingTopics(admin: Admin, topics: readonly string[]): Promise<string[]> {
  const known = new Set(await admin.listTopics());
  return topics.filter((topic) => !known.has(topic));
}
