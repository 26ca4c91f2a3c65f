import type { TokenView } from '../domain/chain.ts';
import type { Policy } from '../domain/policy.ts';
import type { ChainCell } from './chain-cell.ts';
import { discard, ensure } from './collections.ts';
import { ANYONE, type Feeds } from './feeds.ts';

/**
 * Chains whose topmost credential its issuer has not reported. Each is judged once the issuer should have; and again
 * when the issuer fills in what it could not say in time, because the liveness of its feed is what judges them.
 */
export class Unproven {
  readonly #feeds: Feeds;
  readonly #isHere: (cell: ChainCell) => boolean;
  readonly #awaiting = new Set<ChainCell>();
  /** The topmost credential that a chain was judged by: it is not waited for again. */
  readonly #judged = new WeakMap<ChainCell, TokenView | undefined>();
  readonly #byIssuer = new Map<string, Set<ChainCell>>();

  constructor(feeds: Feeds, isHere: (cell: ChainCell) => boolean) {
    this.#feeds = feeds;
    this.#isHere = isHere;
  }

  get waiting(): boolean {
    return this.#awaiting.size > 0;
  }

  note(cell: ChainCell): void {
    if (!isUnproven(cell)) return;
    if (this.#judged.get(cell) !== cell.rootToken) this.#awaiting.add(cell);
    const issuer = cell.rootToken?.issuer;
    if (issuer !== undefined) ensure(this.#byIssuer, issuer, () => new Set<ChainCell>()).add(cell);
  }

  heard(issuer: string): void {
    for (const cell of this.#byIssuer.get(issuer) ?? []) if (isUnproven(cell)) this.#awaiting.add(cell);
  }

  /** When the chain is judged; undefined when it does not wait for that. */
  untilMs(cell: ChainCell, policy: Policy): number | undefined {
    return this.#awaiting.has(cell) ? this.#dueMs(cell, policy) : undefined;
  }

  /** Chains that are to be judged now. */
  takeDue(watermarkMs: number, policy: Policy): readonly ChainCell[] {
    const due = [...this.#awaiting].filter(
      (cell) => !this.#isHere(cell) || this.#dueMs(cell, policy) <= watermarkMs,
    );
    for (const cell of due) {
      this.#awaiting.delete(cell);
      this.#judged.set(cell, cell.rootToken);
    }
    return due.filter(this.#isHere);
  }

  /** Lets go of chains that have left memory. */
  forgetGone(): void {
    for (const cell of this.#awaiting) if (!this.#isHere(cell)) this.#awaiting.delete(cell);
    for (const [issuer, cells] of this.#byIssuer)
      for (const cell of cells) if (!this.#isHere(cell)) discard(this.#byIssuer, issuer, cell);
  }

  /** When an issuer that reports everything must have reported the topmost credential. */
  #dueMs({ rootToken }: ChainCell, { clocks }: Policy): number {
    if (rootToken === undefined || rootToken.issued) return Number.NEGATIVE_INFINITY;
    const { firstSeenMs, issuer } = rootToken;
    const fillsUntilMs = this.#feeds.fillsUntilMs(issuer ?? ANYONE);
    return Math.max(firstSeenMs + clocks.latenessSeconds * 1000, fillsUntilMs);
  }
}

function isUnproven(cell: ChainCell): boolean {
  return cell.rootToken?.issued === false;
}
