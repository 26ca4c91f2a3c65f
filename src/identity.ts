import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChainwardenError } from './domain/errors.ts';

/** What a data folder is known by. Made at the first start, and the same ever after. */
export interface Identity {
  /** Name of its chains in the audit. Two folders never share one. */
  readonly writer: string;
  /** Ed25519; signs evidence. */
  readonly key: KeyObject;
}

export function openIdentity(folder: string): Identity {
  const writerPath = join(folder, 'audit-writer');
  const writer = keptIn(writerPath, () => `${freshWriter()}\n`).trim();
  if (!/^w_[0-9a-f]{16}$/.test(writer)) throw unusable(writerPath, 'the name of an audit writer');
  return { writer, key: openKey(join(folder, 'evidence-key.pem')) };
}

/** A name that nobody else has. */
export function freshWriter(): string {
  return `w_${randomBytes(8).toString('hex')}`;
}

function openKey(path: string): KeyObject {
  const pem = keptIn(path, () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  });
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (error) {
    throw unusable(path, 'an Ed25519 private key', error);
  }
  throw unusable(path, 'an Ed25519 private key');
}

/** The text of a file that only its owner reads, made when it is missing: whole, whenever we are killed. */
function keptIn(path: string, make: () => string): string {
  const read = () => readFileSync(path, 'utf8');
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unusable(path, 'anything readable', error);
  }
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(draft, make(), { flag: 'wx', mode: 0o600, flush: true });
    // Unlike a rename, it never replaces what another process has made meanwhile.
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw unusable(path, 'anything, and cannot be made', error);
  } finally {
    rmSync(draft, { force: true });
  }
  return read();
}

function unusable(path: string, what: string, cause?: unknown): ChainwardenError {
  return new ChainwardenError('CONFIG_INVALID', `${path} does not hold ${what}`, { cause });
}
