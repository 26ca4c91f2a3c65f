/** One way out, as it is to us: an endpoint that is told, or a connector that revokes. */
export interface ChannelHealth {
  readonly endpoint: string;
  readonly disabled: boolean;
  /** Messages in memory. */
  readonly waiting: number;
  readonly inFlight: number;
  /** More waits in the store. */
  readonly overflowed: boolean;
  /** It answered 410: nothing is sent to it until the next start, or until one of its dead messages is replayed. */
  readonly gone: boolean;
  /** It asked for silence until then; in the past when it did not. */
  readonly pausedUntilMs: number;
  /** Since when no attempt has succeeded. */
  readonly failingSinceMs: number | undefined;
  /** What the last attempt that failed came to; empty after one succeeded. */
  readonly lastError: string;
  readonly lastDeliveryMs: number | undefined;
}

/** What people may see and do of what leaves. */
export interface Delivery {
  readonly lanes: readonly ChannelHealth[];
  /** Gives dead messages a new life; resolves with how many. */
  revive(tenant: string, ids: readonly string[]): Promise<number>;
}
