import type { Hop, LinkLevel } from './chain.ts';
import { LINEAGE_DEPTH_MAX } from './limits.ts';

/** One hand-over on the way from a token up to whoever set it in motion. */
export interface Origin {
  readonly hop: Hop;
  /** How far the link from the hop below is trusted; undefined for the hop that was asked about. */
  readonly level: LinkLevel | undefined;
}

/**
 * The way up, nearest first. `find` answers for hops that are in no chain that is at hand, such as a standing
 * credential; what it does not find ends the way.
 */
export async function originsOf(
  hop: Hop,
  known: readonly Hop[],
  find: (key: string) => Promise<Hop | undefined>,
): Promise<readonly Origin[]> {
  const byKey = new Map(known.map((each) => [each.key, each]));
  const path: Origin[] = [{ hop, level: undefined }];
  const seen = new Set([hop.key]);
  let at = hop;
  while (path.length < LINEAGE_DEPTH_MAX) {
    const key = at.parentKey ?? at.ancestorKey;
    if (key === undefined || seen.has(key)) break;
    seen.add(key);
    const above = byKey.get(key) ?? (await find(key));
    if (above === undefined) break;
    // A link whose level nobody states is at best asserted.
    path.push({ hop: above, level: at.level ?? 4 });
    at = above;
  }
  return path;
}
