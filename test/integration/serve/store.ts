import { createMemoryStore, type MemoryStore } from '../../support/memory-store.ts';

export type ServedStore = MemoryStore & { close(): Promise<void> };

export async function openServedStore(): Promise<ServedStore> {
  return { ...createMemoryStore(), close: async () => undefined };
}
