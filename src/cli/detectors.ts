import { Command } from 'commander';
import { facts } from '../../detectors/facts.ts';
import { detectors } from '../../detectors/registry.ts';
import type { Detector } from '../domain/detector.ts';
import { ChainwardenError } from '../domain/errors.ts';
import { createAdmit } from '../ingest/admit.ts';
import { coverageTable } from './coverage-table.ts';
import { responseCommands } from './detectors-response.ts';
import { expected, inShort, playFixture, readFixtures } from './fixtures.ts';
import { Exit, exitCodes, type Terminal } from './terminal.ts';

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
  command
    .command('coverage')
    .description('what answers each requirement and violation, and what nothing does, as Markdown')
    .action(() => terminal.out(coverageTable()));
  command
    .command('test [id]')
    .description("play the detectors' recorded stories and compare what is found with what they say")
    .action((id: string | undefined) => {
      if (!testFixtures(terminal, id)) throw new Exit(exitCodes.findings);
    });
  for (const inner of responseCommands(terminal)) command.addCommand(inner);
  return command;
}

function testFixtures(terminal: Terminal, id: string | undefined): boolean {
  const ids = id === undefined ? detectors.map((detector) => detector.id) : [find(id).id];
  const admit = createAdmit();
  let failed = 0;
  let passed = 0;
  for (const detectorId of ids) {
    for (const { file, fixture } of readFixtures(detectorId)) {
      const found = inShort(playFixture(fixture, admit), fixture);
      const wanted = expected(fixture);
      const agrees = JSON.stringify(found) === JSON.stringify(wanted);
      if (agrees) passed += 1;
      else failed += 1;
      terminal.out(`${agrees ? 'ok  ' : 'FAIL'} ${detectorId}/${file}: ${fixture.name}\n`);
      if (!agrees)
        terminal.out(
          `     wanted ${wanted.join(', ') || 'nothing'}\n     found  ${found.join(', ') || 'nothing'}\n`,
        );
    }
  }
  terminal.out(`${passed} passed, ${failed} failed\n`);
  return failed === 0;
}

function find(id: string): Detector {
  const detector = detectors.find((candidate) => candidate.id === id);
  if (detector === undefined) throw new ChainwardenError('USAGE', `no detector is called ${id}`);
  return detector;
}

function present({ config: _, evaluate: __, ...metadata }: Detector): object {
  return { ...metadata, facts: Object.keys(facts[metadata.id] ?? {}) };
}

/** The longest fact, so that what they answer stands in a column. */
const FACT_CHARS = 26;

function policyLines({ requires }: Detector): readonly string[] {
  const { optional = [], policy = [], policyOptional = [] } = requires;
  return [
    ...(optional.length === 0 ? [] : [`partial without: ${optional.join(', ')} events`]),
    ...(policy.length === 0 ? [] : [`blind without policy in: ${policy.join(' or ')}`]),
    ...(policyOptional.length === 0 ? [] : [`partial without policy in: ${policyOptional.join(', ')}`]),
  ];
}

function describe(detector: Detector): string {
  const lines = [
    `${detector.id} v${detector.version}: ${detector.title}`,
    `${detector.maturity}, ${detector.nature}, ${detector.basis}, up to ${detector.severity}`,
    'facts, and what each answers (detectors/COVERAGE.md has the words):',
    ...Object.entries(facts[detector.id] ?? {}).map(([fact, ids]) =>
      `  ${fact.padEnd(FACT_CHARS)} ${ids.join(' ')}`.trimEnd(),
    ),
    `covers:   ${detector.covers.join(', ')}`,
    `events:   ${detector.requires.events.join(', ')}`,
    `fields:   ${detector.requires.fields.join(', ')}`,
    ...policyLines(detector),
    `runbook:  detectors/${detector.id}/README.md`,
    `blind to: detectors/${detector.id}/README.md, "Blind spots"`,
    ...detector.frameworks.map(({ framework, asPrinted, corrected, note }) => {
      const printed = asPrinted === undefined ? '' : ` (printed as ${asPrinted})`;
      return `${framework}: ${corrected}${printed}${note === undefined ? '' : `, ${note}`}`;
    }),
  ];
  return `${lines.join('\n')}\n`;
}
