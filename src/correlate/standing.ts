import type { Finding, LiveFinding } from '../domain/finding.ts';
import { LINEAGE_DEPTH_MAX } from '../domain/limits.ts';
import type { TenantGraph } from './graph.ts';
import type { Place } from './place.ts';

/**
 * Where a finding stands in its chain, and what stands above it there. A standing credential is above none of its
 * chains: whatever went wrong with it once would otherwise explain everything that is ever done below it.
 */
export function standing(graph: TenantGraph, finding: Finding): Pick<LiveFinding, 'hop' | 'above'> {
  const { kind, key } = finding.subject;
  if (kind === 'token') return { hop: key, above: above(graph.tokens.get(key)?.place) };
  if (kind !== 'chain') return { hop: key, above: [] };
  const ended = finding.revoke === undefined ? undefined : graph.tokens.refs.keyOf(finding.revoke);
  const place = ended === undefined ? undefined : graph.places.get(ended);
  if (ended !== undefined && place?.chain?.rootKey === key) return { hop: ended, above: above(place) };
  return { hop: key, above: above(graph.places.get(key)) };
}

function above(place: Place | undefined): readonly string[] {
  const keys: string[] = [];
  let up = place?.up;
  for (; up !== undefined && keys.length < LINEAGE_DEPTH_MAX; up = up.up) keys.push(up.key);
  const rootKey = up === undefined ? undefined : place?.chain?.rootKey;
  return rootKey === undefined || keys.includes(rootKey) ? keys : [...keys, rootKey];
}
