import { CompressionTypes, type Message, Partitioners, type Producer } from 'kafkajs';
import { PUBLISH_BYTES_MAX } from './bounds.ts';
import { createClient } from './client.ts';
import { publishError } from './failure.ts';
import { ensureTopics } from './topics.ts';
import type { KafkaMessageOut, KafkaPublisher, KafkaPublisherOptions } from './types.ts';

/** Publishes with acks from all in-sync replicas. Connects with the first message, so a start needs no broker. */
export function createKafkaPublisher(options: KafkaPublisherOptions): KafkaPublisher {
  const kafka = createClient(options);
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    // The Java client's: equal keys meet in one partition whoever publishes.
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  const topicsKnown = new Set<string>();
  let connected: Promise<void> | undefined;

  const connect = (): Promise<void> => {
    connected ??= producer.connect().catch((error: unknown) => {
      connected = undefined;
      throw error;
    });
    return connected;
  };
  const knowTopic = async (topic: string): Promise<void> => {
    if (topicsKnown.has(topic)) return;
    const admin = kafka.admin();
    try {
      await admin.connect();
      await ensureTopics(admin, [topic], options.newTopic ?? {}, options.log);
    } finally {
      await admin.disconnect();
    }
    topicsKnown.add(topic);
  };

  return {
    async send(topic, messages) {
      try {
        await knowTopic(topic);
        await connect();
        for (const part of inParts(messages)) await sendPart(producer, topic, part);
      } catch (error) {
        // It may have been deleted under us; the next attempt looks again.
        topicsKnown.delete(topic);
        throw publishError(error);
      }
    },
    async stop() {
      await connected?.catch(() => undefined);
      await producer.disconnect();
    },
  };
}

async function sendPart(producer: Producer, topic: string, messages: Message[]): Promise<void> {
  await producer.send({ topic, messages, acks: -1, compression: CompressionTypes.GZIP });
}

/** Parts that a broker takes: the client packs all messages of one partition into one batch. */
function inParts(messages: readonly KafkaMessageOut[]): Message[][] {
  const parts: Message[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const { key, value, headers } of messages) {
    const size = Buffer.byteLength(value) + Buffer.byteLength(key ?? '');
    if (bytes + size > PUBLISH_BYTES_MAX) {
      parts.push([]);
      bytes = 0;
    }
    bytes += size;
    parts[parts.length - 1]?.push({
      value,
      ...(key === undefined ? {} : { key }),
      ...(headers === undefined ? {} : { headers: { ...headers } }),
    });
  }
  return parts;
}
