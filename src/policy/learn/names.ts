import { matchesPattern } from '../../domain/policy.ts';
import type { Deed } from './observed.ts';
import { isSpeakable } from './text.ts';

/** So many names under one path, each seen in hardly more than one chain, are instances of one thing. */
const INSTANCES_MIN = 4;
const CHAINS_PER_INSTANCE_MAX = 2;

const machines: ReadonlySet<string> = new Set(['agent', 'orchestrator', 'service', 'workload']);

/** The patterns that the rows of `agents` will have, in their order, and whose row an action falls under. */
export interface AgentNames {
  readonly patterns: readonly string[];
  /** The first pattern that fits who acted, else the first that fits who holds the credential. */
  owner(actorId: string | undefined, holderId: string | undefined): string | undefined;
  /** The pattern of an instance, any other id itself. */
  nameOf(id: string): string;
}

/** Every machine that acted by its id; instances by the path they have in common. */
export function agentNames(deeds: readonly Deed[]): AgentNames {
  const chains = chainsByMachine(deeds);
  const folders = [...instanceFolders(chains)].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const folderOf = (id: string): string | undefined => folders.find((folder) => matchesPattern(folder, id));
  const single = [...chains.keys()].filter((id) => folderOf(id) === undefined).sort();
  const singles = new Set(single);

  function rowOf(id: string | undefined): string | undefined {
    if (id === undefined) return undefined;
    return singles.has(id) ? id : folderOf(id);
  }

  return {
    // A row for one comes before those that would fit it too.
    patterns: [...single, ...folders],
    owner: (actorId, holderId) => rowOf(actorId) ?? rowOf(holderId),
    nameOf: (id) => folderOf(id) ?? id,
  };
}

function chainsByMachine(deeds: readonly Deed[]): ReadonlyMap<string, ReadonlySet<string | undefined>> {
  const chains = new Map<string, Set<string | undefined>>();
  for (const { actor, holder, chainId } of deeds) {
    for (const one of [actor, holder]) {
      if (one === undefined || !machines.has(one.kind) || !isSpeakable(one.id)) continue;
      const own = chains.get(one.id);
      if (own === undefined) chains.set(one.id, new Set([chainId]));
      else own.add(chainId);
    }
  }
  return chains;
}

function instanceFolders(chains: ReadonlyMap<string, ReadonlySet<unknown>>): readonly string[] {
  const inFolder = new Map<string, { ids: number; chains: number }>();
  for (const [id, own] of chains) {
    const cut = Math.max(id.lastIndexOf('/'), id.lastIndexOf(':'));
    if (cut <= 0) continue;
    const folder = `${id.slice(0, cut + 1)}*`;
    const seen = inFolder.get(folder) ?? { ids: 0, chains: 0 };
    inFolder.set(folder, { ids: seen.ids + 1, chains: seen.chains + own.size });
  }
  return [...inFolder].flatMap(([folder, seen]) =>
    seen.ids >= INSTANCES_MIN && seen.chains <= seen.ids * CHAINS_PER_INSTANCE_MAX ? [folder] : [],
  );
}
