import { readFileSync } from 'node:fs';
import { detectors } from '../../detectors/registry.ts';
import type { Config } from '../config.ts';
import { ChainwardenError } from '../domain/errors.ts';
import { defaultPolicy, type Policy } from '../domain/policy.ts';
import {
  type CheckedPolicy,
  checkParsedPolicy,
  checkPolicy,
  type PinnedKey,
  readPublicKey,
  sayProblem,
  signerOf,
} from '../policy/index.ts';
import type { Terminal } from './terminal.ts';

/** A policy file's bytes. Throws CONFIG_INVALID. */
export function readPolicyBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new ChainwardenError('CONFIG_INVALID', `the policy file ${file} cannot be read`, { cause });
  }
}

export function checkPolicyBytes(bytes: Uint8Array, { clock }: Pick<Terminal, 'clock'>): CheckedPolicy {
  // What is no UTF-8 becomes text that no member is called by.
  return checkPolicy(new TextDecoder().decode(bytes), { detectors, nowMs: clock() });
}

/** A policy from a YAML or JSON file, the default one without a file. Throws CONFIG_INVALID with all errors. */
export function loadPolicy(file: string | undefined, terminal: Pick<Terminal, 'clock'>): Policy {
  if (file === undefined) return defaultPolicy;
  const { policy, errors } = checkPolicyBytes(readPolicyBytes(file), terminal);
  if (policy !== undefined) return policy;
  throw new ChainwardenError('CONFIG_INVALID', errors.map((error) => sayProblem(file, error)).join('\n'));
}

/** The policy with which a service of this configuration would start for the first time. Throws CONFIG_INVALID. */
export function configuredPolicy(
  { policy, policyFile, policyPublicKey }: Config,
  terminal: Pick<Terminal, 'clock'>,
): Policy {
  if (policyFile !== undefined) {
    const keys = [policyPublicKey ?? []].flat().map(readPublicKey);
    if (keys.length > 0 && !isSigned(policyFile, keys)) {
      throw new ChainwardenError(
        'CONFIG_INVALID',
        `${policyFile}.sig holds no signature of the file by a pinned key`,
      );
    }
    return loadPolicy(policyFile, terminal);
  }
  const { errors } = checkParsedPolicy(policy, { detectors, nowMs: terminal.clock() });
  if (errors.length === 0) return policy;
  throw new ChainwardenError('CONFIG_INVALID', errors.map((error) => sayProblem('policy', error)).join('\n'));
}

function isSigned(file: string, keys: readonly PinnedKey[]): boolean {
  try {
    return signerOf(readFileSync(file), readFileSync(`${file}.sig`), keys) !== undefined;
  } catch {
    return false;
  }
}
