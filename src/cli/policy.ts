import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { ChainwardenError } from '../domain/errors.ts';
import {
  digestOf,
  policyJsonSchema,
  readPublicKey,
  sayProblem,
  signerOf,
  signPolicy,
} from '../policy/index.ts';
import { checkPolicyBytes, readPolicyBytes } from './policy-file.ts';
import { learnCommand } from './policy-learn.ts';
import { Exit, exitCodes, type Terminal } from './terminal.ts';

interface CheckFlags {
  readonly publicKey?: string;
  readonly strict?: boolean;
}

const CHECK_HELP = `
Every line names a place: <file>:<line>:<column>: <member>: what is wrong. "warning:" stands before what is odd and
does no harm: rows that are never reached, exceptions that have expired.

Exit codes: 0 the service would take it, 1 it would not, or with --strict something is odd, 2 it cannot be read.`;

export function policyCommand(terminal: Terminal): Command {
  const command = new Command('policy').description('check, sign and draft the policy document');
  command
    .command('check <file>')
    .description('say what is wrong with a policy, by line and column')
    .option(
      '--public-key <file>',
      'also verify the signature in <file>.sig by this Ed25519 key, PEM or base64',
    )
    .option('--strict', 'warnings fail as well')
    .addHelpText('after', CHECK_HELP)
    .action((file: string, flags: CheckFlags) => {
      if (!check(terminal, file, flags)) throw new Exit(exitCodes.findings);
    });
  command
    .command('schema')
    .description('the JSON Schema of the document, for editors and programs')
    .action(() => terminal.out(`${JSON.stringify(policyJsonSchema(), null, 2)}\n`));
  command
    .command('sign <file>')
    .description('write <file>.sig: a detached Ed25519 signature over the exact bytes')
    .requiredOption('--key <file>', 'private key, PEM: openssl genpkey -algorithm ed25519')
    .action((file: string, { key }: { readonly key: string }) => sign(terminal, file, key));
  command.addCommand(learnCommand(terminal));
  return command;
}

/** True when the service would take the document. */
function check(terminal: Terminal, file: string, { publicKey, strict }: CheckFlags): boolean {
  const bytes = readPolicyBytes(file);
  if (publicKey !== undefined && !isSigned(bytes, file, publicKey)) {
    terminal.out(`${file}.sig: this is no signature of these bytes by ${publicKey}\n`);
    return false;
  }
  const { policy, errors, warnings } = checkPolicyBytes(bytes, terminal);
  for (const error of errors) terminal.out(`${sayProblem(file, error)}\n`);
  for (const warning of warnings) terminal.out(`warning: ${sayProblem(file, warning)}\n`);
  if (policy === undefined) return false;
  const name = policy.name === '' ? '' : ` ${JSON.stringify(policy.name)}`;
  terminal.err(`policy${name} is valid, ${warnings.length} warnings, ${digestOf(bytes)}\n`);
  return strict !== true || warnings.length === 0;
}

function isSigned(bytes: Buffer, file: string, publicKey: string): boolean {
  const key = readPublicKey(read(publicKey).toString('utf8'));
  return signerOf(bytes, read(`${file}.sig`), [key]) !== undefined;
}

function sign(terminal: Terminal, file: string, keyFile: string): void {
  const bytes = readPolicyBytes(file);
  const { policy } = checkPolicyBytes(bytes, terminal);
  // A signature under what no service takes would only be found out later.
  if (policy === undefined)
    throw new ChainwardenError('USAGE', `${file} is not valid: policy check says why`);
  const key = privateKey(keyFile);
  try {
    writeFileSync(`${file}.sig`, signPolicy(bytes, key));
  } catch (cause) {
    throw new ChainwardenError('USAGE', `cannot write ${file}.sig`, { cause });
  }
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64');
  terminal.out(`policyPublicKey: ${spki}\n`);
}

function privateKey(file: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(read(file));
  } catch (cause) {
    if (cause instanceof ChainwardenError) throw cause;
    throw new ChainwardenError('USAGE', `${file} holds no private key`, { cause });
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new ChainwardenError(
    'USAGE',
    `${file} holds a key of type ${key.asymmetricKeyType}, it must be ed25519`,
  );
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new ChainwardenError('USAGE', `${file} cannot be read`, { cause });
  }
}
