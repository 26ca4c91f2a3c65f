import type { Response } from './response.ts';

/** An event of a chain as it was admitted: its digest is the SHA-256 of its text. */
export interface ChainEvent {
  readonly source: string;
  readonly id: string;
  readonly timeMs: number;
  readonly digest: string;
  /** Who sent it, and whether its credential is bound to the issuer that the event speaks for. */
  readonly publisher: string;
  readonly issuerBound: boolean;
  readonly text: string;
}

export interface ChainEventQuery {
  readonly tenant: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly tokenKeys: readonly string[];
  readonly txns: readonly string[];
  /** Ids of events that come first when there are more than `limit`. */
  readonly eventIds: readonly string[];
  readonly limit: number;
}

export interface EvidenceStore {
  /** Events that name one of the tokens or transactions, or are named; in the order of time. */
  chainEvents(query: ChainEventQuery): Promise<readonly ChainEvent[]>;
  /** Every row of every response to a chain, under whichever of its ids; oldest first. */
  chainResponses(tenant: string, chainId: string, limit: number): Promise<readonly Response[]>;
}
