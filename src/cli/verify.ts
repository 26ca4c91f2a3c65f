import { readFileSync, statSync } from 'node:fs';
import { Command } from 'commander';
import * as z from 'zod';
import { ChainwardenError } from '../domain/errors.ts';
import type { EvidenceKey } from '../domain/evidence.ts';
import { EVIDENCE_FILE_BYTES_MAX } from '../domain/limits.ts';
import {
  type Checked,
  type CheckOptions,
  checkAudit,
  checkEvidence,
  evidenceKey,
  isEvidence,
  readEvidenceKey,
} from '../evidence/index.ts';
import { Exit, exitCodes, type Terminal } from './terminal.ts';

interface VerifyFlags {
  readonly key?: string;
  readonly head?: string;
}

const HELP = `
FILE is an evidence pack (GET /v1/chains/{id}/evidence) or entries of the audit (GET /v1/audit/chains/{writer}), as JSON
or one a line. Every line of the output names what is not as it was made; nothing is asked over a network.

Exit codes: 0 all is as it was made, 1 it is not, 2 wrong usage, 3 the file cannot be read.`;

export function verifyCommand(terminal: Terminal): Command {
  return new Command('verify')
    .description('check an evidence pack or an export of the audit, offline')
    .argument('<file>')
    .option('--key <file>', 'public key that must have signed: PEM, or the answer of GET /v1/evidence-key')
    .option(
      '--head <file>',
      'ends of the audit taken earlier, the answer of GET /v1/audit/head: nothing before is gone',
    )
    .addHelpText('after', HELP)
    .action((file: string, flags: VerifyFlags) => {
      const options = { key: keyIn(flags.key), heads: headsIn(flags.head) };
      const { faults, notes, counts } = checkFile(file, options);
      for (const fault of faults) terminal.out(`${fault}\n`);
      for (const note of notes) terminal.err(`note: ${note}\n`);
      const sums = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
      if (faults.length > 0) throw new Exit(exitCodes.findings);
      terminal.out(`${file} is as it was made: ${sums.join(', ')}\n`);
    });
}

function checkFile(file: string, options: CheckOptions): Checked {
  const values = valuesIn(file);
  const [only] = values;
  try {
    if (values.length === 1 && isEvidence(only)) return checkEvidence(only, options);
    const page = Page.safeParse(only);
    const entries = values.length === 1 && page.success ? page.data.items : values;
    if (entries.some(isEntry)) return checkAudit(entries, options);
  } catch (error) {
    // Nested deeper than anything we write, which no walk survives.
    if (!(error instanceof RangeError)) throw error;
  }
  throw new ChainwardenError('INPUT_UNREADABLE', `${file} holds neither evidence nor entries of an audit`);
}

const Page = z.looseObject({ items: z.array(z.unknown()) });
const isEntry = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'prevHash' in value;

/** One JSON text, or one a line. */
function valuesIn(file: string): readonly unknown[] {
  const text = read(file);
  try {
    return [JSON.parse(text)];
  } catch {
    // Lines, then.
  }
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => {
      try {
        return JSON.parse(line) as unknown;
      } catch (cause) {
        throw new ChainwardenError('INPUT_UNREADABLE', `${file}, line ${index + 1}: it is not JSON`, {
          cause,
        });
      }
    });
}

function keyIn(file: string | undefined): EvidenceKey | undefined {
  if (file === undefined) return undefined;
  const text = read(file);
  const key = readEvidenceKey(pemIn(text) ?? text);
  if (key === undefined) throw new ChainwardenError('USAGE', `${file} holds no Ed25519 public key`);
  return evidenceKey(key);
}

const KeyAnswer = z.looseObject({ pem: z.string() });

function pemIn(text: string): string | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    return KeyAnswer.safeParse(JSON.parse(text)).data?.pem;
  } catch {
    return undefined;
  }
}

const Heads = z.looseObject({
  items: z.array(z.looseObject({ writer: z.string(), seq: z.int(), hash: z.string() })),
});

function headsIn(file: string | undefined): CheckOptions['heads'] {
  if (file === undefined) return [];
  try {
    return Heads.parse(JSON.parse(read(file))).items;
  } catch (cause) {
    throw new ChainwardenError('USAGE', `${file} holds no ends of an audit`, { cause });
  }
}

function read(file: string): string {
  let text: string | undefined;
  try {
    if (statSync(file).size <= EVIDENCE_FILE_BYTES_MAX) text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ChainwardenError('INPUT_UNREADABLE', `${file} cannot be read`, { cause });
  }
  if (text !== undefined) return text;
  throw new ChainwardenError('INPUT_UNREADABLE', `${file} is larger than ${EVIDENCE_FILE_BYTES_MAX} bytes`);
}
