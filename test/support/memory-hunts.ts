import type { Hunt, HuntStore } from '../../src/domain/hunting.ts';

/** Hunts in memory; of what credentials and principals reached it knows nothing. */
export function memoryHunts(): HuntStore {
  const hunts = new Map<string, Hunt>();
  return {
    reach: async () => ({ hops: [], isCut: false }),
    hopsByKey: async () => [],
    hopsOfPrincipal: async () => [],
    touchedBelow: async () => [],
    touchedBy: async () => [],
    activity: async () => [],
    presence: async () => ({ chains: 0, firstMs: 0, lastMs: 0 }),
    approvals: async () => [],
    named: async () => ({ tokenKeys: [], chainIds: [], isPrincipal: false }),
    hunts: async (tenant, owner) =>
      [...hunts.values()].filter((one) => one.tenant === tenant && one.owner === owner && !one.removed),
    writeHunt: async (hunt) => void hunts.set(`${hunt.tenant} ${hunt.id}`, hunt),
  };
}
