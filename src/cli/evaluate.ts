import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { Command, Option } from 'commander';
import { ChainwardenError } from '../domain/errors.ts';
import { LABEL_FILE_BYTES_MAX } from '../domain/limits.ts';
import { parseLabels, renderScore, score } from '../evaluate/index.ts';
import { formats, readEvents } from '../ingest/file/index.ts';
import { runBatch } from './batch.ts';
import { loadPolicy } from './policy-file.ts';
import { createRefusals } from './refusals.ts';
import { inputOf, type Terminal } from './terminal.ts';

interface EvaluateFlags {
  readonly events: string[];
  readonly labels: string;
  readonly by: string;
  readonly kind: 'alert' | 'any';
  readonly group?: string;
  readonly format: string;
  readonly policy?: string;
  readonly json?: boolean;
}

const HELP = `
Labels are one JSON object a line, with txn (or eventId) and boolean fields; --by names the field that is the truth.
A chain counts as found when at least one alert belongs to it.

Example:
  chainwarden simulate --chains 200 --labels labels.ndjson --policy policy.json > events.ndjson
  chainwarden evaluate --events events.ndjson --labels labels.ndjson --by attack --policy policy.json`;

export function evaluateCommand(terminal: Terminal): Command {
  return new Command('evaluate')
    .description('run detection over labelled events and score it: precision, recall, false positives')
    .requiredOption('--events <files...>', 'events to run over')
    .requiredOption('--labels <file>', 'labels, one JSON object a line')
    .requiredOption('--by <field>', 'the boolean field that is the truth')
    .addOption(new Option('--kind <kind>', 'what counts as found').choices(['alert', 'any']).default('alert'))
    .option('--group <field>', 'score each value of this field as well')
    .addOption(new Option('--format <format>', 'format of the events').choices(formats).default('auto'))
    .option('--policy <file>', 'policy, YAML or JSON')
    .option('--json', 'the score as JSON')
    .addHelpText('after', HELP)
    .action(async (flags: EvaluateFlags) => {
      const labels = parseLabels(readText(flags.labels), flags.labels);
      const refusals = createRefusals(terminal);
      const result = await runBatch({
        input: readEvents(flags.events, { ...inputOf(terminal), format: flags.format }),
        policy: loadPolicy(flags.policy, terminal),
        nowMs: terminal.clock(),
        keepChains: false,
        onRefused: refusals.show,
      });
      refusals.end();
      const { by, kind, group } = flags;
      const judged = score(result.alerts, labels, { by, kind, ...(group === undefined ? {} : { group }) });
      terminal.out(flags.json === true ? `${JSON.stringify(judged, null, 2)}\n` : renderScore(judged));
    });
}

function readText(path: string): string {
  try {
    const bytes = readFileSync(path);
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return (isGzip ? gunzipSync(bytes, { maxOutputLength: LABEL_FILE_BYTES_MAX }) : bytes).toString('utf8');
  } catch (error) {
    throw new ChainwardenError('INPUT_UNREADABLE', `${path} cannot be read`, { cause: error });
  }
}
