import type { Publisher } from './domain/access.ts';
import type { DeadLetter } from './domain/dead-letter.ts';
import type { AdmittedEvent } from './domain/event/index.ts';
import type { EventSink } from './domain/ports.ts';
import type { Admit } from './ingest/admit.ts';
import { decodeBinary, isBinaryMode } from './ingest/codec.ts';
import type { KafkaMessageIn } from './ingest/kafka/index.ts';

export interface TopicIntakeOptions {
  readonly sink: EventSink;
  readonly admit: Admit;
  readonly clock: () => number;
  readonly publisher: Publisher;
  /** Counts what was decided of one message. */
  readonly onAdmission: (source: string, admission: ReturnType<Admit>) => void;
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
  };
}

function rawOf(message: KafkaMessageIn): unknown {
  if (message.unreadable !== undefined || message.value === null)
    return `unreadable: ${message.unreadable ?? ''}`;
  return isBinaryMode(message.headers) ? decodeBinary(message.headers, message.value) : message.value;
}
