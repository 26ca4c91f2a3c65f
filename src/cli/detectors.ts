import { Command } from 'commander';
import { detectors } from '../../detectors/registry.ts';
import type { Detector } from '../domain/detector.ts';
import { ChainwardenError } from '../domain/errors.ts';
import type { Terminal } from './terminal.ts';

interface DetectorFlags {
  readonly json?: boolean;
}

export function detectorsCommand(terminal: Terminal): Command {
  const command = new Command('detectors').description('the catalogue of detectors');
  command
    .command('list', { isDefault: true })
    .description('every detector in a line')
    .option('--json', 'as JSON')
    .action((flags: DetectorFlags) => {
      if (flags.json === true) return terminal.out(`${JSON.stringify(detectors.map(present), null, 2)}\n`);
      for (const { id, version, maturity, nature, severity, title } of detectors) {
        terminal.out(
          `${id.padEnd(22)} v${version} ${maturity.padEnd(7)} ${nature.padEnd(11)} ${severity.padEnd(9)} ${title}\n`,
        );
      }
    });
  command
    .command('show <id>')
    .description('one detector with its requirements and framework mappings')
    .option('--json', 'as JSON')
    .action((id: string, flags: DetectorFlags) => {
      const detector = detectors.find((candidate) => candidate.id === id);
      if (detector === undefined) throw new ChainwardenError('USAGE', `no detector is called ${id}`);
      terminal.out(
        flags.json === true ? `${JSON.stringify(present(detector), null, 2)}\n` : describe(detector),
      );
    });
  return command;
}

function present({ config: _, evaluate: __, ...metadata }: Detector): object {
  return metadata;
}

function describe(detector: Detector): string {
  const lines = [
    `${detector.id} v${detector.version}: ${detector.title}`,
    `${detector.maturity}, ${detector.nature}, ${detector.basis}, up to ${detector.severity}`,
    `covers:   ${detector.covers.join(', ')}`,
    `events:   ${detector.requires.events.join(', ')}`,
    `fields:   ${detector.requires.fields.join(', ')}`,
    `runbook:  detectors/${detector.id}/README.md`,
    ...detector.frameworks.map(({ framework, asPrinted, corrected, note }) => {
      const printed = asPrinted === undefined ? '' : ` (printed as ${asPrinted})`;
      return `${framework}: ${corrected}${printed}${note === undefined ? '' : `, ${note}`}`;
    }),
  ];
  return `${lines.join('\n')}\n`;
}
