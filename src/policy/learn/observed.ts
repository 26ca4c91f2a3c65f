import type { Principal } from '../../domain/event/index.ts';

/** One call or change, as far as a boundary can be drawn around it. */
export interface Deed {
  readonly atMs: number;
  /** It went through, and somebody did it. */
  readonly done: boolean;
  readonly platform: boolean;
  readonly actor: Principal | undefined;
  /** The actor of its credential. */
  readonly holder: Principal | undefined;
  /** Who acted, and who holds the credential. */
  readonly hands: readonly Principal[];
  /** `tool:<name>` or `<system>:<action>`; undefined for what a system reports as changed. */
  readonly name: string | undefined;
  readonly system: string | undefined;
  readonly resource: string | undefined;
  readonly fields: readonly string[];
  readonly repository: string | undefined;
  readonly amount: number | undefined;
  readonly rows: number | undefined;
  readonly bytes: number | undefined;
  readonly environment: string | undefined;
  /** The environment that its credential, or the nearest above it that says so, was issued for. */
  readonly issuedFor: string | undefined;
  readonly task: string | undefined;
  /** The system that took the credential. */
  readonly presentedTo: string | undefined;
  readonly audience: readonly string[] | undefined;
  readonly tokenKey: string | undefined;
  readonly chainId: string | undefined;
}

/** One credential. */
export interface Mint {
  readonly key: string;
  readonly atMs: number;
  readonly kind: string | undefined;
  readonly issuer: string | undefined;
  /** Its issuer told of it. */
  readonly issued: boolean;
  /** Its lifetime; undefined where nobody knows, and for what never ends. */
  readonly seconds: number | undefined;
  readonly endless: boolean;
  readonly used: boolean;
}

/** From the first to the last thing that went through in one chain, by one actor with one kind of credential. */
export interface Span {
  readonly chainId: string;
  readonly actorId: string | undefined;
  readonly holderId: string | undefined;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** What a policy is drafted from. */
export interface Observed {
  readonly deeds: readonly Deed[];
  readonly mints: readonly Mint[];
  readonly spans: readonly Span[];
}

/** What was done, or came to be, from a moment on, with the credentials by which it was done. */
export function observedSince({ deeds, mints, spans }: Observed, fromMs: number): Observed {
  const own = deeds.filter(({ atMs }) => atMs >= fromMs);
  const used = new Set(own.map(({ tokenKey }) => tokenKey));
  return {
    deeds: own,
    mints: mints.filter(({ atMs, key }) => atMs >= fromMs || used.has(key)),
    spans: spans.filter(({ lastMs }) => lastMs >= fromMs),
  };
}
