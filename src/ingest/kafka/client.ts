import { Kafka, type KafkaConfig, type LogEntry, logLevel, type SASLOptions } from 'kafkajs';
import { registerCodecs } from './codec/register.ts';
import type { KafkaConnection, KafkaLog, KafkaSasl } from './types.ts';

/** A new client. Every consumer gets one of its own: a client remembers offsets beyond the life of its consumers. */
export function createClient(connection: KafkaConnection): Kafka {
  registerCodecs();
  const { brokers, clientId, tls, sasl, log } = connection;
  const config: KafkaConfig = {
    brokers: [...brokers],
    clientId,
    connectionTimeout: 5_000,
    // Five attempts of 15 s end before the watchdog speaks: a silent network is an outage, not a stall.
    requestTimeout: 15_000,
    retry: { initialRetryTime: 200, maxRetryTime: 5_000, retries: 5, restartOnFailure: async () => false },
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => write(log, entry),
  };
  if (tls !== undefined) config.ssl = { ...tls };
  if (sasl !== undefined) config.sasl = saslOptions(sasl);
  return new Kafka(config);
}

function saslOptions(sasl: KafkaSasl): SASLOptions {
  if (sasl.mechanism !== 'oauthbearer') return { ...sasl };
  return {
    mechanism: 'oauthbearer',
    oauthBearerProvider: async () => ({ value: await sasl.token() }),
  };
}

/** Where the client calls every closed connection an error; what comes of it reaches us as a rejection. */
const chatty = new Set(['Connection', 'BrokerPool', 'Cluster']);

/** The client's own log. Only its sentence is kept; the other fields may quote requests. */
function write(log: KafkaLog, { namespace, level, log: { message, error } }: LogEntry): void {
  const fields = { namespace, client: message, ...(typeof error === 'string' ? { why: error } : {}) };
  if (level === logLevel.ERROR && !chatty.has(namespace)) log.warn(fields, 'kafka client complains');
  else log.debug(fields, 'kafka client says');
}
