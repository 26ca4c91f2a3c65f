import type { Deed } from './observed.ts';
import { createTallies, type Tallies } from './tally.ts';
import { isSpeakable } from './text.ts';

/** So few, each seen so often, and they are all there are. */
const RESOURCES_MAX = 5;
const USES_PER_RESOURCE_MIN = 4;

/** What was seen, counted by patterns; those of them that stand for more than themselves were made here. */
export interface Patterns {
  readonly tallies: Tallies;
  readonly made: ReadonlySet<string>;
}

/** Patterns over targets that fit what was seen: single resources, a folder of them, or a whole system. */
export function targetPatterns(deeds: readonly Deed[]): Patterns {
  const bySystem = new Map<string, Deed[]>();
  for (const deed of deeds) {
    if (deed.system === undefined) continue;
    const own = bySystem.get(deed.system);
    if (own === undefined) bySystem.set(deed.system, [deed]);
    else own.push(deed);
  }
  const tallies = createTallies();
  const made = new Set<string>();
  for (const [system, own] of bySystem) {
    const folder = folderOf(system, own);
    if (folder !== undefined) made.add(folder);
    const single = isFewAndOften(own);
    for (const deed of own) {
      tallies.add(single ? `${system}/${deed.resource}` : (folder ?? system), deed);
    }
  }
  return { tallies, made };
}

/** Every call says which, and they are few and plain. */
function isFewAndOften(deeds: readonly Deed[]): boolean {
  const resources = new Set(deeds.map(({ resource }) => resource));
  const isPlain = deeds.every(
    ({ system, resource }) => resource !== undefined && isSpeakable(`${system}/${resource}`),
  );
  return isPlain && resources.size <= RESOURCES_MAX && deeds.length >= resources.size * USES_PER_RESOURCE_MIN;
}

/** The pattern of the folder that all resources lie in; undefined when there is none that can be said. */
function folderOf(system: string, deeds: readonly Deed[]): string | undefined {
  if (isFewAndOften(deeds)) return undefined;
  const resources = new Set(deeds.map(({ resource }) => resource ?? ''));
  // Where one call does not say its resource, a pattern over resources would have to guess.
  if (resources.has('') || [...resources].some((resource) => resource.split('/').includes('..')))
    return undefined;
  const folder = commonFolder([...resources]);
  const path = `${system}/${folder}`;
  return folder === '' || !isSpeakable(`${path}/`) ? undefined : `${path}/*`;
}

/** What all of them begin with, up to a slash. */
function commonFolder(resources: readonly string[]): string {
  const [first = '', ...others] = resources.map((resource) => resource.split('/').slice(0, -1));
  const parts = [...first];
  const apart = parts.findIndex((part, index) => others.some((other) => other[index] !== part));
  return (apart < 0 ? parts : parts.slice(0, apart)).join('/');
}
