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

/** Everything that is known of a chain, in one document that can be checked by itself. Each part is JSON. */
export interface EvidencePack {
  readonly format: string;
  readonly parts: { readonly [name: string]: unknown };
  readonly manifest: EvidenceManifest;
  /** SHA-256 of the manifest in canonical form, hexadecimal. */
  readonly digest: string;
  /** Of the manifest in canonical form. Absent when the manifest names no key. */
  readonly signature?: EvidenceSignature;
}

export interface EvidenceManifest {
  readonly format: string;
  /** SHA-256 of each part in canonical form (RFC 8785), hexadecimal. */
  readonly parts: { readonly [name: string]: string };
  /** Fingerprint of the key that signs: `sha256:` and the base64url digest of the SubjectPublicKeyInfo; empty: none. */
  readonly key: string;
}

export interface EvidenceSignature {
  readonly alg: 'Ed25519';
  /** The public key, PEM. It proves nothing unless it is known from elsewhere. */
  readonly key: string;
  /** Base64. */
  readonly value: string;
}

/** The public half of the key that signs evidence. */
export interface EvidenceKey {
  readonly alg: 'Ed25519';
  readonly fingerprint: string;
  readonly pem: string;
}

/** Makes evidence packs. */
export interface EvidenceKeeper {
  readonly key: EvidenceKey;
  /** Undefined: no chain has this id; ids of merged chains resolve for ever. */
  pack(tenant: string, chainId: string): Promise<EvidencePack | undefined>;
}
