import type { Recalled } from './domain/recall.ts';
import type { EngineStats } from './domain/record.ts';

/** What came back, for each tenant its own. */
export function byTenant({ events, aliases, truncated }: Recalled): Map<string, Recalled> {
  const tenants = new Set([
    ...events.map(({ event }) => event.tenant),
    ...[...aliases, ...truncated].map(({ tenant }) => tenant),
  ]);
  return new Map(
    [...tenants].map((id) => [
      id,
      {
        events: events.filter(({ event }) => event.tenant === id),
        aliases: aliases.filter(({ tenant }) => tenant === id),
        truncated: truncated.filter(({ tenant }) => tenant === id),
      },
    ]),
  );
}

/** What all of them hold together. */
export function sum(all: readonly EngineStats[]): EngineStats {
  const total = {
    events: 0,
    duplicates: 0,
    conflicts: 0,
    lateEvents: 0,
    liveChains: 0,
    liveTokens: 0,
    liveEvents: 0,
    evictedChains: 0,
    parkedChains: 0,
    recalledEvents: 0,
    recallsCut: 0,
    uncorrelated: 0,
  };
  for (const stats of all)
    for (const key of Object.keys(total) as (keyof EngineStats)[]) total[key] += stats[key];
  return total;
}
