/** What is wrong, or odd, about a policy, and where. */
export interface PolicyProblem {
  /** Both count from 1; 0 where there is no text to point at. */
  readonly line: number;
  readonly column: number;
  /** The member, e.g. `agents[2].actions[0]`; '' for the document itself. */
  readonly path: string;
  readonly message: string;
}

/** What a policy was read from, as its record in the log keeps it. */
export interface PolicyDocument {
  /** `file`: the one that is watched. `configuration`: a member of the configuration, or nothing at all. */
  readonly origin: 'file' | 'configuration';
  /** `sha256:` and the base64url digest of the exact bytes; of the policy as JSON where there is no file. */
  readonly digest: string;
  /** Fingerprint of the pinned key whose signature verified. */
  readonly signedBy?: string | undefined;
  /** Wall clock of the load, for people: order is the log's. */
  readonly atMs: number;
  /** The file's text, byte for byte what was signed. */
  readonly text?: string | undefined;
}

/** A document that was not taken: the one before stays in force. */
export interface RefusedPolicy {
  readonly atMs: number;
  /** Undefined when it could not be read at all. */
  readonly digest: string | undefined;
  /** The first of them, and how many there are. */
  readonly errors: readonly PolicyProblem[];
  readonly errorCount: number;
}

/** Which policy judges, and whether it is the one that its file holds. */
export interface PolicyStatus<Policy> {
  readonly policy: Policy;
  /** Undefined for what was in force before the log knew of documents. */
  readonly document: PolicyDocument | undefined;
  readonly warnings: readonly PolicyProblem[];
  /** The last load, when it failed. */
  readonly refused: RefusedPolicy | undefined;
}
