import type { Alert, Hop } from './detail.ts';

/** The hops of a chain as a tree. */
export interface Lineage {
  /** Parents before children, siblings by the time at which they were issued. */
  readonly order: readonly Hop[];
  /** Those without a parent in the chain. */
  readonly tops: readonly Hop[];
  get(key: string): Hop | undefined;
  parentOf(hop: Hop): Hop | undefined;
  childrenOf(key: string): readonly Hop[];
  /** The hop, its parent, and so on. */
  pathUp(key: string): readonly Hop[];
}

/** Rows are not trusted to be a tree: whatever is not below a top is cut off from its parent and becomes one. */
export function lineageOf(hops: readonly Hop[]): Lineage {
  const byKey = new Map(hops.map((hop) => [hop.key, hop]));
  const sorted = byTime([...byKey.values()]);
  const parents = new Map<string, Hop>();
  const children = new Map<string, Hop[]>();
  for (const hop of sorted) {
    const parent = hop.parentKey === undefined ? undefined : byKey.get(hop.parentKey);
    if (parent === undefined) continue;
    parents.set(hop.key, parent);
    const siblings = children.get(parent.key);
    if (siblings === undefined) children.set(parent.key, [hop]);
    else siblings.push(hop);
  }
  const reached = new Set<string>();
  const order: Hop[] = [];
  const tops: Hop[] = [];
  function walk(top: Hop): void {
    tops.push(top);
    const queue = [top];
    for (const hop of queue) {
      if (reached.has(hop.key)) continue;
      reached.add(hop.key);
      order.push(hop);
      queue.push(...(children.get(hop.key) ?? []));
    }
  }
  for (const hop of sorted) if (!parents.has(hop.key)) walk(hop);
  for (const hop of sorted) {
    if (reached.has(hop.key)) continue;
    const parent = parents.get(hop.key);
    parents.delete(hop.key);
    if (parent !== undefined) children.set(parent.key, without(children.get(parent.key), hop));
    walk(hop);
  }
  return {
    order,
    tops,
    get: (key) => byKey.get(key),
    parentOf: (hop) => parents.get(hop.key),
    childrenOf: (key) => children.get(key) ?? [],
    pathUp(key) {
      const path: Hop[] = [];
      for (let at = byKey.get(key); at !== undefined; at = parents.get(at.key)) path.push(at);
      return path;
    },
  };
}

function without(hops: readonly Hop[] | undefined, gone: Hop): Hop[] {
  return (hops ?? []).filter((hop) => hop !== gone);
}

/** Our own instants are all of one form, so that their texts sort as they do. */
function byTime(hops: readonly Hop[]): readonly Hop[] {
  const timed = hops.map((hop) => ({ hop, at: hop.issuedAt ?? hop.firstUsedAt ?? '' }));
  timed.sort((a, b) => (a.at === b.at ? (a.hop.key < b.hop.key ? -1 : 1) : a.at < b.at ? -1 : 1));
  return timed.map(({ hop }) => hop);
}

const severities = ['critical', 'high', 'medium', 'low', 'info'];

/** Alerts that stand, the worst first, then the oldest: the first one of a hop is what is said of it. */
export function standingAlerts(alerts: readonly Alert[]): readonly Alert[] {
  return alerts
    .filter(({ state }) => state !== 'withdrawn' && state !== 'merged')
    .sort(
      (a, b) =>
        severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
        (a.kind === b.kind ? 0 : a.kind === 'alert' ? -1 : 1) ||
        (a.firstAt < b.firstAt ? -1 : 1),
    );
}

/** The hop that an alert stands at, where the chain has it. Absent: the whole chain is in doubt. */
export function hopOf(alert: Alert, lineage: Pick<Lineage, 'get'>): Hop | undefined {
  const at = alert.hopKey === undefined ? undefined : lineage.get(alert.hopKey);
  return at ?? (alert.subject.kind === 'token' ? lineage.get(alert.subject.key) : undefined);
}
