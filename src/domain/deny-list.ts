import type { TokenRef } from './event/index.ts';

/** A credential that gateways are to refuse, whatever its signature says. */
export interface DenyEntry {
  readonly tenant: string;
  /** Canonical key of the token inside the tenant. */
  readonly key: string;
  readonly ref: TokenRef;
  /** When it may be forgotten: the token's expiry and the skew of clocks, ms; null: not before it is taken back. */
  readonly untilMs: number | null;
}

/** What gateways poll. Both are durable when they resolve, and may be repeated. */
export interface DenyList {
  add(entry: DenyEntry): Promise<void>;
  remove(entry: Pick<DenyEntry, 'tenant' | 'key'>): Promise<void>;
}
