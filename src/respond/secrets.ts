import { readFileSync } from 'node:fs';
import { ChainwardenError } from '../domain/errors.ts';
import type { SecretSource } from '../domain/secret-source.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a secret has to look like: `parse` gives undefined for anything else, `expected` says it to people. */
export interface SecretKind<T> {
  readonly expected: string;
  readonly parse: (text: string) => T | undefined;
}

/** Printable ASCII, long enough not to be guessed: goes into a header as it is. */
export const bearerSecret: SecretKind<string> = {
  expected: 'a secret of 16 to 4096 printable characters without spaces',
  parse: (text) => (/^[\x21-\x7e]{16,4096}$/.test(text) ? text : undefined),
};

/** Reads a secret for `owner`. Throws CONFIG_INVALID, which names the place and never quotes what is in it. */
export function readSecret<T>(owner: string, source: SecretSource, env: Environment, kind: SecretKind<T>): T {
  const text = ('env' in source ? env[source.env] : readText(source.file))?.trim() ?? '';
  const secret = kind.parse(text);
  if (secret !== undefined) return secret;
  const place = 'env' in source ? `the variable ${source.env}` : `the file ${source.file}`;
  throw new ChainwardenError('CONFIG_INVALID', `${owner}: ${place} must hold ${kind.expected}`);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
