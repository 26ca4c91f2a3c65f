import { quoted } from './text.ts';

interface Place {
  readonly atMs: number;
  readonly chainId: string | undefined;
}

/** How often, when first and last, and where to look. */
export interface Tally {
  count: number;
  firstMs: number;
  lastMs: number;
  /** The chain of the first one. */
  chainId: string | undefined;
}

/** Counts by value. */
export interface Tallies {
  readonly of: ReadonlyMap<string, Tally>;
  add(value: string, place: Place): void;
  /** By value, so that two drafts can be compared. */
  sorted(): readonly (readonly [value: string, tally: Tally])[];
}

export function createTallies(): Tallies {
  const of = new Map<string, Tally>();
  return {
    of,
    add(value, { atMs, chainId }) {
      const tally = of.get(value);
      if (tally === undefined) {
        of.set(value, { count: 1, firstMs: atMs, lastMs: atMs, chainId });
        return;
      }
      tally.count += 1;
      tally.lastMs = Math.max(tally.lastMs, atMs);
      // The smaller id of two at one time: the order in which they are counted leaves no trace.
      if (atMs < tally.firstMs || (atMs === tally.firstMs && (chainId ?? '') < (tally.chainId ?? ''))) {
        tally.firstMs = atMs;
        tally.chainId = chainId;
      }
    },
    sorted: () => [...of].sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

/** Seen so seldom beside everything else that somebody should look. */
const RARE_COUNT = 2;
const RARE_AMONG = 50;

/** `120 times, 2026-02-17 to 2026-03-02, e.g. chn_…`. */
export function told({ count, firstMs, lastMs, chainId }: Tally, among = 0): string {
  const often = count === 1 ? 'once' : `${count} times`;
  const [first, last] = [day(firstMs), day(lastMs)];
  const when = first === last ? first : `${first} to ${last}`;
  const where = chainId === undefined ? '' : `, ${count === 1 ? '' : 'e.g. '}${quoted(chainId).slice(1, -1)}`;
  return `${often}, ${when}${where}${rareness(count, among)}`;
}

export function rareness(count: number, among: number): string {
  return count <= RARE_COUNT && among >= RARE_AMONG ? '; rare, look at it' : '';
}

export function day(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString().slice(0, 10) : 'never';
}
