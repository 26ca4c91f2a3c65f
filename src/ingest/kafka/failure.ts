import { ChainwardenError } from '../../domain/errors.ts';

/** What trying again does not mend: someone must change a credential, a permission or a producer. */
const fatalTypes = new Set([
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'ILLEGAL_SASL_STATE',
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'INVALID_REPLICATION_FACTOR',
  'INVALID_PARTITIONS',
  'INVALID_TOPIC_EXCEPTION',
]);
const fatalNames = new Set(['KafkaJSSASLAuthenticationError', 'BatchTooLarge']);
const CAUSES_MAX = 8;

/** The error to give up with, or undefined when the cluster may be back later. */
export function fatal(error: unknown): ChainwardenError | undefined {
  const found = causes(error).find(({ name, type }) => fatalNames.has(name) || fatalTypes.has(type));
  if (found === undefined) return undefined;
  return new ChainwardenError('CONFIG_INVALID', `Kafka refuses to work with us: ${found.message}`, {
    cause: error,
    detail: { type: found.type },
  });
}

/** Why a message was not published, as one of our codes. */
export function publishError(error: unknown): ChainwardenError {
  const refused = causes(error).find(({ type }) => type === 'MESSAGE_TOO_LARGE' || fatalTypes.has(type));
  return refused === undefined
    ? new ChainwardenError('KAFKA_UNAVAILABLE', 'Kafka did not take the messages', { cause: error })
    : new ChainwardenError('DELIVERY_REFUSED', `Kafka refused the messages: ${refused.message}`, {
        cause: error,
      });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

interface Cause {
  readonly name: string;
  readonly type: string;
  readonly message: string;
}

/** The client wraps errors in errors, sometimes several deep, and aggregates them for topics. */
function causes(error: unknown, depth = 0): Cause[] {
  if (!(error instanceof Error) || depth > CAUSES_MAX) return [];
  const type = 'type' in error && typeof error.type === 'string' ? error.type : '';
  const inner = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  return [
    { name: error.name, type, message: error.message },
    ...causes(error.cause, depth + 1),
    ...inner.flatMap((each) => causes(each, depth + 1)),
  ];
}
