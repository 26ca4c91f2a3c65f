import { isDeepStrictEqual } from 'node:util';
import type { PolicyDocument, PolicyStatus, RefusedPolicy } from '../domain/policy/document.ts';
import type { Policy } from '../domain/policy.ts';
import type { PolicyRecord } from '../domain/record.ts';
import type { PolicyContext } from './check.ts';
import { judgePolicyFile, type LoadedFile, type PolicyFile, readPolicyFile } from './file.ts';
import { digestOf, type PinnedKey } from './signature.ts';

/** Errors that are kept and shown of a refused document; the rest is counted. */
const ERRORS_SHOWN_MAX = 20;

export interface PolicyFileParts {
  readonly path: string;
  /** Keys of which one must have signed the file; none: it need not be signed. */
  readonly keys: readonly PinnedKey[];
  readonly detectors: PolicyContext['detectors'];
  readonly clock: () => number;
}

export interface KeeperObserver {
  loaded(status: PolicyStatus<Policy>): void;
  refused(refused: RefusedPolicy): void;
  /** The file says what is in force. */
  unchanged(): void;
  /** The log did not take it; it is tried again. */
  postponed(error: unknown): void;
}

/** Gives a policy its place in the log; resolves when it is durable there. */
export type PutPolicy = (policy: Policy, document: PolicyDocument) => Promise<void>;

export interface KeeperOptions extends PolicyFileParts {
  /** In force, and what the first reading of the file said. */
  readonly status: PolicyStatus<Policy>;
  /** Of the files that this first reading saw. */
  readonly version: string;
  readonly put: PutPolicy;
  readonly observer: KeeperObserver;
}

/** Keeps the policy in force and the file's at one: all of a document or nothing of it. */
export interface PolicyKeeper {
  readonly status: PolicyStatus<Policy>;
  /** Takes a change once it has stood still for two looks: a file that is being written is not half a policy. */
  look(): Promise<void>;
  /** Takes what the file holds now. */
  reload(): Promise<void>;
}

export function createPolicyKeeper(options: KeeperOptions): PolicyKeeper {
  let { status } = options;
  /** What was tried last, whatever became of it. */
  let tried = options.version;
  let seen = options.version;
  let working: Promise<void> = Promise.resolve();

  /** One after the other, however they are called. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    working = working.then(work);
    return working;
  }

  async function look(): Promise<void> {
    const file = await readPolicyFile(options.path, options.keys.length > 0);
    const version = versionOf(file);
    const isStill = version === seen;
    seen = version;
    if (isStill && version !== tried) await take(file, version);
  }

  async function take(file: PolicyFile, version: string): Promise<void> {
    tried = version;
    const loaded = judge(file, options);
    if (loaded.policy === undefined) {
      const refused = refusalOf(loaded, options.clock());
      status = { ...status, refused };
      options.observer.refused(refused);
      return;
    }
    const { warnings } = loaded;
    if (isInForce(loaded, status)) {
      status = { ...status, warnings, refused: undefined };
      options.observer.unchanged();
      return;
    }
    const document = documentOf(loaded, options.clock());
    try {
      await options.put(loaded.policy, document);
    } catch (error) {
      tried = '';
      options.observer.postponed(error);
      return;
    }
    status = { policy: loaded.policy, document, warnings, refused: undefined };
    options.observer.loaded(status);
  }

  return {
    get status() {
      return status;
    },
    look: () => inTurn(look),
    reload: () =>
      inTurn(async () => {
        const file = await readPolicyFile(options.path, options.keys.length > 0);
        await take(file, versionOf(file));
      }),
  };
}

/** What the file holds before there is a log to put it into. */
export async function firstReading(
  parts: PolicyFileParts,
): Promise<{ readonly loaded: LoadedFile; readonly version: string }> {
  const file = await readPolicyFile(parts.path, parts.keys.length > 0);
  return { loaded: judge(file, parts), version: versionOf(file) };
}

function judge(file: PolicyFile, { keys, detectors, clock }: PolicyFileParts): LoadedFile {
  return judgePolicyFile(file, keys, { detectors, nowMs: clock() });
}

export function refusalOf({ digest, errors }: LoadedFile, atMs: number): RefusedPolicy {
  return { atMs, digest, errors: errors.slice(0, ERRORS_SHOWN_MAX), errorCount: errors.length };
}

export function documentOf({ digest = '', signedBy, text }: LoadedFile, atMs: number): PolicyDocument {
  return { origin: 'file', digest, ...(signedBy === undefined ? {} : { signedBy }), atMs, text };
}

/** Another signer of the same text is another document: whose word counts has changed. */
export function isInForce(
  loaded: LoadedFile,
  { policy, document }: Pick<PolicyRecord, 'policy' | 'document'>,
): boolean {
  return (
    document?.origin === 'file' &&
    document.digest === loaded.digest &&
    document.signedBy === loaded.signedBy &&
    isDeepStrictEqual(policy, loaded.policy)
  );
}

/** Two readings are of the same files when these are equal. */
function versionOf({ bytes, signature, failure }: PolicyFile): string {
  return [failure, ...[bytes, signature].map((part) => (part === undefined ? '' : digestOf(part)))].join(' ');
}
