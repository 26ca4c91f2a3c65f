import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { ChainwardenError } from '../domain/errors.ts';
import { attackVariants, simulate, worldPolicy } from '../evaluate/index.ts';
import { instant, wholeNumber } from './options.ts';
import type { Terminal } from './terminal.ts';

interface SimulateFlags {
  readonly seed: number;
  readonly chains: number;
  readonly attacks: string;
  readonly labels?: string;
  readonly policy?: string;
  readonly disorder?: boolean;
  readonly start?: number;
}

export function simulateCommand(terminal: Terminal): Command {
  return new Command('simulate')
    .description('labelled traffic as NDJSON on stdout; the same seed gives the same bytes')
    .option('--seed <number>', 'seed of the generator', wholeNumber, 1)
    .option('--chains <number>', 'how many chains', wholeNumber, 100)
    .option('--attacks <list>', 'all, none, or names of variants or detectors, by comma', 'all')
    .option('--labels <file>', 'write one label a chain: {txn, attack, variant, detectors}')
    .option('--policy <file>', 'write the policy that belongs to this world')
    .option(
      '--start <time>',
      'time of the first chain (default: a fixed one, so that a seed fixes every byte)',
      instant,
    )
    .option('--disorder', 'late, repeated and unevenly timed events')
    .addHelpText(
      'after',
      `\nVariants:\n${attackVariants.map(({ name, title }) => `  ${name.padEnd(28)} ${title}`).join('\n')}`,
    )
    .action((flags: SimulateFlags) => {
      const { seed, chains, disorder = false, start } = flags;
      const attacks =
        flags.attacks === 'all' || flags.attacks === 'none' ? flags.attacks : flags.attacks.split(',');
      const labels: string[] = [];
      for (const { event, label } of simulate({
        seed,
        chains,
        attacks,
        disorder,
        ...(start === undefined ? {} : { startMs: start }),
      })) {
        terminal.out(`${JSON.stringify(event)}\n`);
        if (label !== undefined) labels.push(`${JSON.stringify(label)}\n`);
      }
      if (flags.labels !== undefined) write(flags.labels, labels.join(''));
      if (flags.policy !== undefined) write(flags.policy, `${JSON.stringify(worldPolicy(), null, 2)}\n`);
    });
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new ChainwardenError('USAGE', `cannot write ${path}`, { cause: error });
  }
}
