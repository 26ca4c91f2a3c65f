export const roles = ['publisher', 'analyst', 'responder', 'admin', 'gateway'] as const;
export type Role = (typeof roles)[number];

/** An API key as it is kept: only the SHA-256 of the secret. */
export interface ApiKey {
  readonly id: string;
  readonly hash: string;
  readonly name: string;
  readonly role: Role;
  readonly tenant: string;
  /** Issuers a publisher may speak for; `*` for any. */
  readonly issuers: readonly string[] | '*';
  readonly createdMs: number;
  readonly disabled: boolean;
}

/** Who brings an event: what admission checks it against. */
export interface Publisher {
  readonly name: string;
  readonly tenant: string;
  readonly issuers: readonly string[] | '*';
}
