import { readFile, stat } from 'node:fs/promises';
import { POLICY_BYTES_MAX } from '../domain/limits.ts';
import type { PolicyProblem } from '../domain/policy/document.ts';
import type { Policy } from '../domain/policy.ts';
import { checkPolicy, type PolicyContext } from './check.ts';
import { digestOf, type PinnedKey, SIGNATURE_FILE_BYTES_MAX, signerOf } from './signature.ts';
import { wholeText } from './yaml.ts';

/** A policy file and its signature, byte for byte as they were read together. */
export interface PolicyFile {
  readonly bytes: Uint8Array | undefined;
  readonly signature: Uint8Array | undefined;
  /** Why there are no bytes. */
  readonly failure: string;
}

/** What became of a file. */
export interface LoadedFile {
  /** Of the exact bytes; undefined when they could not be read. */
  readonly digest: string | undefined;
  readonly text: string;
  readonly signedBy: string | undefined;
  /** Undefined when there are errors. */
  readonly policy: Policy | undefined;
  readonly errors: readonly PolicyProblem[];
  readonly warnings: readonly PolicyProblem[];
}

/** Reads a policy and, where keys are pinned, the signature beside it. Never throws: what fails is said. */
export async function readPolicyFile(path: string, isSigned: boolean): Promise<PolicyFile> {
  const signature = isSigned ? await readBytes(`${path}.sig`, SIGNATURE_FILE_BYTES_MAX) : undefined;
  const read = await readBytes(path, POLICY_BYTES_MAX);
  return {
    bytes: typeof read === 'string' ? undefined : read,
    signature: typeof signature === 'string' ? undefined : signature,
    failure: typeof read === 'string' ? read : '',
  };
}

/** Everything that can be said of the bytes of a policy file. */
export function judgePolicyFile(
  { bytes, signature, failure }: PolicyFile,
  keys: readonly PinnedKey[],
  context: PolicyContext,
): LoadedFile {
  const nothing = { text: '', signedBy: undefined, policy: undefined, warnings: [] };
  if (bytes === undefined) return { ...nothing, digest: undefined, errors: [wholeText(failure)] };
  const digest = digestOf(bytes);
  const refused = (message: string): LoadedFile => ({ ...nothing, digest, errors: [wholeText(message)] });
  // Before anything else looks at it: what nobody signed is nobody's word.
  const signer = signature === undefined ? undefined : signerOf(bytes, signature, keys);
  if (keys.length > 0 && signature === undefined)
    return refused('a key is pinned, and the signature beside the file is missing');
  if (keys.length > 0 && signer === undefined)
    return refused('the signature is not one of these bytes by a pinned key');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refused('the document is no UTF-8 text');
  }
  try {
    return { ...checkPolicy(text, context), digest, text, signedBy: signer?.fingerprint };
  } catch {
    // A fault of ours, or of the library's: the policy before it judges on.
    return refused('the document cannot be read');
  }
}

/** The bytes, or a sentence that says why there are none. */
async function readBytes(path: string, bytesMax: number): Promise<Uint8Array | string> {
  try {
    const found = await stat(path);
    // A pipe would be waited for, for ever.
    if (!found.isFile()) return 'this is no regular file';
    if (found.size > bytesMax) return `the file is larger than ${bytesMax / 1024} KiB`;
    return await readFile(path);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    return reasons[code] ?? `the file cannot be read: the system reports ${code}`;
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'the file may not be read',
};
