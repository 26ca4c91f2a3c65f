import type { Admin } from 'kafkajs';
import type { PartitionLag } from './types.ts';

/** Lag of every partition of the topics as the broker sees it: end minus committed, or minus the first kept. */
export async function readLag(
  admin: Admin,
  groupId: string,
  topics: readonly string[],
): Promise<PartitionLag[]> {
  const committed = await admin.fetchOffsets({ groupId, topics: [...topics] });
  const out: PartitionLag[] = [];
  for (const { topic, partitions } of committed) {
    const ends = new Map((await admin.fetchTopicOffsets(topic)).map((end) => [end.partition, end]));
    for (const { partition, offset } of partitions) {
      const end = ends.get(partition);
      if (end === undefined) continue;
      // -1: the group has never committed here, and begins at the beginning.
      const next = Math.max(Number(offset), Number(end.low));
      out.push({ topic, partition, lag: Math.max(0, Number(end.high) - next) });
    }
  }
  return out;
}
