import type { IHeaders, KafkaMessage } from 'kafkajs';
import { unreadableHeader } from './codec/placeholder.ts';
import type { KafkaMessageIn } from './types.ts';

/** The client's messages as ours. Of the records that stand for an unreadable batch, only the first goes on. */
export function messagesIn(
  topic: string,
  partition: number,
  messages: readonly KafkaMessage[],
): KafkaMessageIn[] {
  const out: KafkaMessageIn[] = [];
  for (const message of messages) {
    const headers = headersIn(message.headers);
    const unreadable = headers[unreadableHeader];
    if (unreadable === '') continue;
    out.push({
      topic,
      partition,
      // Offsets pass 2^53 after 28,000 years at 10,000 messages a second.
      offset: Number(message.offset),
      key: message.key,
      value: message.value,
      headers,
      timestampMs: Number(message.timestamp),
      ...(unreadable === undefined ? {} : { unreadable }),
    });
  }
  return out;
}

function headersIn(headers: IHeaders | undefined): Record<string, string | undefined> {
  const out: Record<string, string | undefined> = Object.create(null);
  for (const [name, value] of Object.entries(headers ?? {})) {
    const last = Array.isArray(value) ? value[value.length - 1] : value;
    if (last !== undefined && last !== null) out[name] = last.toString();
  }
  return out;
}
