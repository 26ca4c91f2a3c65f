import type { ChainwardenError } from '../../domain/errors.ts';

/** The four methods of the service's logger that are used here: an object of ids and numbers, then a phrase. */
export interface KafkaLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export type KafkaSasl =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
      readonly username: string;
      readonly password: string;
    }
  /** `token` is asked again whenever the broker wants a fresh one. */
  | { readonly mechanism: 'oauthbearer'; readonly token: () => Promise<string> };

export interface KafkaTls {
  /** PEM texts, not paths. Without `ca` the system's authorities are trusted. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** How to reach a cluster. */
export interface KafkaConnection {
  /** `host:port`, at least one. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** Absent: no TLS. An empty object: TLS with the system's authorities. */
  readonly tls?: KafkaTls | undefined;
  readonly sasl?: KafkaSasl | undefined;
  readonly log: KafkaLog;
}

/** One message, as it came. What it means is the codec's business. */
export interface KafkaMessageIn {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  /** null: a tombstone, which is no event. */
  readonly value: Buffer | null;
  /** Values as UTF-8; of a repeated header the last. No prototype: a header may have any name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The broker's or the producer's, as the topic is configured. */
  readonly timestampMs: number;
  /** Set when this stands for a whole batch that could not be unpacked: why. Belongs to the dead letters. */
  readonly unreadable?: string;
}

/** What a topic that is missing is created with. Absent: the broker's defaults. */
export interface NewTopic {
  readonly partitions?: number | undefined;
  readonly replicationFactor?: number | undefined;
}

export interface KafkaSourceOptions extends KafkaConnection {
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly newTopic?: NewTopic | undefined;
  /**
   * Takes messages of one partition in order; resolves when they are durable. Up to four calls run at a time, for
   * different partitions. A rejection is retried for ever with the same messages: a message that can never be
   * taken is the callee's to dead-letter.
   */
  readonly onBatch: (messages: readonly KafkaMessageIn[]) => Promise<void>;
  /** Called once, when going on is pointless: credentials refused, topics missing and not ours to create, hung. */
  readonly onFatal: (error: ChainwardenError) => void;
  /** Where timings differ from `bounds.ts`; tests need them short. */
  readonly timings?: Partial<KafkaTimings>;
}

export interface KafkaTimings {
  readonly sessionMs: number;
  readonly heartbeatMs: number;
  readonly retryMsMin: number;
  readonly retryMsMax: number;
  readonly stallMs: number;
  readonly drainMs: number;
  readonly lagPollMs: number;
}

export type KafkaSourceState = 'idle' | 'connecting' | 'running' | 'stopping' | 'stopped' | 'failed';

export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  /** Messages behind the end of the partition. */
  readonly lag: number;
}

export interface KafkaSourceStatus {
  readonly state: KafkaSourceState;
  /** Partitions that this process works on, with their lag as far as it is known. */
  readonly partitions: readonly PartitionLag[];
  /** Counters since start. */
  readonly messages: number;
  readonly commits: number;
  /** Attempts to hand a batch over that were refused and made again. */
  readonly retries: number;
  readonly unreadableBatches: number;
  readonly rebalances: number;
  /** Consumers replaced after a crash or a stall. */
  readonly restarts: number;
}

export interface KafkaSource {
  /** Begins to consume and returns at once; a cluster that is away is waited for. */
  start(): void;
  /** Resolves with the first assignment of partitions; never rejects (see onFatal). */
  readonly ready: Promise<void>;
  /** Finishes what is under way, commits it, leaves the group. Bounded in time. */
  stop(): Promise<void>;
  status(): KafkaSourceStatus;
}

export interface KafkaMessageOut {
  readonly key?: string;
  readonly value: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface KafkaPublisherOptions extends KafkaConnection {
  readonly newTopic?: NewTopic | undefined;
}

export interface KafkaPublisher {
  /**
   * Resolves when every in-sync replica has every message; connects, and creates the topic, when it must. Rejects
   * with KAFKA_UNAVAILABLE (try again: some may be there already) or DELIVERY_REFUSED (never will be).
   */
  send(topic: string, messages: readonly KafkaMessageOut[]): Promise<void>;
  stop(): Promise<void>;
}
