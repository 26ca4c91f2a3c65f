import { readFileSync } from 'node:fs';
import type { Config } from './config.ts';
import type { Publisher } from './domain/access.ts';
import type { Admit } from './domain/admission.ts';
import type { DeadLetter } from './domain/dead-letter.ts';
import type { ChainwardenError } from './domain/errors.ts';
import type { AdmittedEvent } from './domain/event/index.ts';
import type { EventSink } from './domain/ports.ts';
import { decodeBinary, isBinaryMode } from './ingest/codec.ts';
import {
  createKafkaPublisher,
  createKafkaSource,
  type KafkaConnection,
  type KafkaMessageIn,
  type KafkaMessageOut,
  type KafkaSource,
} from './ingest/kafka/index.ts';

interface TopicIntakeOptions {
  readonly sink: EventSink;
  readonly admit: Admit;
  readonly clock: () => number;
  readonly publisher: Publisher;
  /** Counts what was decided of one message. */
  readonly onAdmission: (source: string, admission: ReturnType<Admit>) => void;
  /** Counts messages that were read, by `topic/partition`. */
  readonly onDelivered: (partition: string, messages: number) => void;
  /** Tells the publishers' side what was refused. */
  readonly onRefused: (letters: readonly DeadLetter[]) => Promise<void>;
}

/** Messages of a topic to the log; resolves when every one of them is durable, as event or as dead letter. */
export function createTopicIntake(
  options: TopicIntakeOptions,
): (messages: readonly KafkaMessageIn[]) => Promise<void> {
  return async (messages) => {
    const events: AdmittedEvent[] = [];
    const letters: DeadLetter[] = [];
    for (const message of messages) {
      if (message.value === null && message.unreadable === undefined) continue;
      const admission = options.admit(
        { raw: rawOf(message) },
        {
          publisher: options.publisher,
          adapter: 'cloudevents',
          position: { source: message.topic, partition: message.partition, offset: message.offset },
          nowMs: options.clock(),
          history: false,
        },
      );
      options.onAdmission(`${message.topic}/${message.partition}`, admission);
      if (admission.kind === 'admitted') events.push(admission.event);
      else letters.push(admission.letter);
    }
    if (events.length + letters.length > 0) await options.sink.append(events, letters);
    // Kept first, then told: should the topic not take them, the messages are read again and nothing is lost.
    if (letters.length > 0) await options.onRefused(letters);
    const [first] = messages;
    if (first !== undefined) options.onDelivered(`${first.topic}/${first.partition}`, messages.length);
  };
}

function rawOf(message: KafkaMessageIn): unknown {
  if (message.unreadable !== undefined || message.value === null)
    return `unreadable: ${message.unreadable ?? ''}`;
  return isBinaryMode(message.headers) ? decodeBinary(message.headers, message.value) : message.value;
}

export interface KafkaIntake {
  status(): ReturnType<KafkaSource['status']>;
  /** Messages of a partition (`topic/partition`) that are durable, since the start. */
  delivered(partition: string): number;
  stop(): Promise<void>;
}

export interface AlertsTopic {
  /** Resolves when every in-sync replica has it. */
  send(message: KafkaMessageOut): Promise<void>;
  stop(): Promise<void>;
}

export interface KafkaIntakeParts
  extends Pick<TopicIntakeOptions, 'sink' | 'admit' | 'onAdmission' | 'clock'> {
  readonly log: KafkaConnection['log'];
  readonly onFatal: (error: ChainwardenError) => void;
}

/** Reads the three topics, if brokers are configured, and writes what it refuses to the dead-letter topic. */
export function startKafkaIntake(config: Config, parts: KafkaIntakeParts): KafkaIntake | undefined {
  const { kafka } = config;
  if (kafka.brokers.length === 0) return undefined;
  const connection = connectionOf(config, parts.log);
  const newTopic = { partitions: kafka.partitions, replicationFactor: kafka.replicationFactor };
  const letterBox = createKafkaPublisher({ ...connection, newTopic });
  const delivered = new Map<string, number>();
  const source = createKafkaSource({
    ...connection,
    groupId: kafka.groupId,
    topics: [kafka.topics.tokens, kafka.topics.toolCalls, kafka.topics.apiCalls],
    newTopic,
    onBatch: createTopicIntake({
      ...parts,
      publisher: { name: 'kafka', tenant: config.tenant, issuers: kafka.issuers },
      onDelivered: (partition, messages) =>
        void delivered.set(partition, (delivered.get(partition) ?? 0) + messages),
      onRefused: (letters) => letterBox.send(kafka.topics.deadLetter, letters.map(letterMessage)),
    }),
    onFatal: parts.onFatal,
  });
  source.start();
  return {
    status: source.status,
    delivered: (partition) => delivered.get(partition) ?? 0,
    async stop() {
      await source.stop();
      await letterBox.stop();
    },
  };
}

/** The topic of what was found. Connects with the first message; undefined without brokers. */
export function openAlertsTopic(config: Config, log: KafkaConnection['log']): AlertsTopic | undefined {
  const { brokers, topics, partitions, replicationFactor } = config.kafka;
  if (brokers.length === 0) return undefined;
  const newTopic = { partitions, replicationFactor };
  const publisher = createKafkaPublisher({ ...connectionOf(config, log), newTopic });
  return { send: (message) => publisher.send(topics.alerts, [message]), stop: publisher.stop };
}

/** The key is the position: a letter that is sent twice can be told from two. */
function letterMessage(letter: DeadLetter): { key: string; value: string } {
  const { source, partition, offset } = letter.position;
  return { key: `${source}/${partition}/${offset}`, value: JSON.stringify(letter) };
}

function connectionOf({ kafka }: Config, log: KafkaConnection['log']): KafkaConnection {
  const { sasl } = kafka;
  return {
    brokers: kafka.brokers,
    clientId: 'chainwarden',
    log,
    tls: kafka.tls ? {} : undefined,
    sasl:
      sasl === undefined
        ? undefined
        : {
            mechanism: sasl.mechanism,
            username: sasl.username,
            password: readFileSync(sasl.passwordFile, 'utf8').trim(),
          },
  };
}
