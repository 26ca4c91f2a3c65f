import { Command, Option } from 'commander';
import { loadConfig } from '../config.ts';
import type { Alert } from '../domain/alert.ts';
import { ChainwardenError } from '../domain/errors.ts';
import {
  completeFromMs,
  countingDifferences,
  type Difference,
  type DiffScope,
  isWithin,
  type Replayed,
  renderDiff,
  replayLog,
} from '../evaluate/index.ts';
import { alertLine } from './detect.ts';
import { configuredPolicy, loadPolicy } from './policy-file.ts';
import { compareStored } from './replay-compare.ts';
import { freshEngine } from './replay-engine.ts';
import { collectSettings, momentOrAge, type Setting, withSettings } from './replay-options.ts';
import { openReadable } from './replay-store.ts';
import { Exit, exitCodes, type Terminal } from './terminal.ts';

interface ReplayFlags {
  readonly from?: number;
  readonly to?: number;
  readonly diff?: boolean;
  readonly policy?: string;
  readonly detector?: string;
  readonly set?: readonly Setting[];
  readonly config?: string;
  readonly quiet?: boolean;
}

type Range = Pick<DiffScope, 'fromMs' | 'toMs'>;

const HELP = `
Shadow is the only mode: the store is read, nothing is written to it and nothing is sent. The log is always read from
its first record, because chains reach back; --from and --to choose what is reported, by the event time at which an
alert became true. What is provisional where the log ends stays provisional and is not compared. Watermarks are taken
as recorded, whatever lateness a changed policy asks for. Policies are in the log; settings of detectors are not: they
are taken from the configuration of today. Memory grows with the log, by about 25 KB a chain.

With --diff every line is an alert that differs from what live said. "diff" is missing (live said it, the replay does
not), new (the other way round) or changed ("changes" has both sides). "counts" is false for signals and statistical
ones. "detectorVersion" is there when another version of the detector spoke live. A table goes to stderr.

Examples:
  chainwarden replay --diff
  chainwarden replay --diff --from 14d --policy changed.yaml
  chainwarden replay --diff --detector unusual-fan-out --set unusual-fan-out.highFactor=5
  chainwarden replay --from 2026-03-02T08:00:00Z --to 2026-03-02T09:00:00Z

Exit codes: 0 done, with --diff: no settled deterministic alert differs; 1 with --diff: one differs; 2 wrong usage;
3 no log to read: no store, one that a service has open, or an empty one.`;

/** The engine over the stored log: does it say again what it said live, and what would it say with other settings? */
export function replayCommand(terminal: Terminal): Command {
  const moment = momentOrAge(terminal.clock);
  return new Command('replay')
    .description(
      'run detection over the stored log again and compare it with what live said; changes nothing',
    )
    .option('--from <time>', 'report what became true at or after: ISO 8601, or an age such as 14d', moment)
    .option('--to <time>', 'report what became true before', moment)
    .option('--diff', 'compare with the stored alerts instead of listing what is found')
    .option('--policy <file>', 'judge by this policy instead of those in the log, YAML or JSON')
    .option('--detector <id>', 'run this detector alone')
    .option('--set <member=value>', 'change one setting of a detector; may be repeated', collectSettings)
    .addOption(new Option('--mode <mode>', 'there is no other').choices(['shadow']).default('shadow'))
    .option('--config <file>', 'configuration, YAML or JSON: where the store is, settings of detectors')
    .option('-q, --quiet', 'no progress and no summary')
    .addHelpText('after', HELP)
    .action(async (flags: ReplayFlags) => {
      const differs = await replay(terminal, flags);
      if (differs) throw new Exit(exitCodes.findings);
    });
}

/** Resolves with true when something differs that must not. */
async function replay(terminal: Terminal, flags: ReplayFlags): Promise<boolean> {
  const config = loadConfig({ file: flags.config, env: terminal.env });
  const range = rangeOf(flags);
  const policy = flags.policy === undefined ? undefined : loadPolicy(flags.policy, terminal);
  const { versions, ...fresh } = freshEngine(flags.detector, withSettings(config.detectors, flags.set ?? []));
  const say = flags.quiet === true ? () => undefined : terminal.err;
  const progress = createProgress(terminal.clock, say);

  const store = await openReadable(config, terminal.clock);
  try {
    const lastSeq = await store.lastSeq();
    const { handledSeq, begunSeq } = await store.progress();
    const replayed = await replayLog({
      ...fresh,
      log: store.readLog(0),
      policy,
      expiredPolicy: configuredPolicy(config, terminal),
      lastSeq,
      cuts: [handledSeq, begunSeq],
      onBatch: progress.events,
    });
    progress.end();
    if (replayed.events === 0) throw new ChainwardenError('INPUT_UNREADABLE', 'the log holds no event');
    say(`${replayed.events} events replayed in shadow: nothing was written, nothing sent\n`);
    if (flags.diff !== true) {
      say(list(terminal, replayed, range));
      return false;
    }
    const scope = { ...comparable(replayed, range, say), handledSeq, versions };
    const tenants = new Set([...replayed.tenants, config.tenant]);
    const diff = await compareStored(store, replayed.alerts, { ...scope, tenants, detector: flags.detector });
    for (const difference of diff.differences) print(terminal, differenceLine(difference));
    say(renderDiff(diff));
    return countingDifferences(diff) > 0;
  } finally {
    await store.close();
  }
}

function rangeOf({ from, to }: ReplayFlags): Range {
  const range = { fromMs: from ?? Number.NEGATIVE_INFINITY, toMs: to ?? Number.POSITIVE_INFINITY };
  if (range.fromMs < range.toMs) return range;
  throw new ChainwardenError('USAGE', '--from has to lie before --to');
}

/** The part of the range that can be compared; says so when that is less than was asked for. */
function comparable(replayed: Replayed, range: Range, say: (text: string) => void): Range {
  const completeMs = completeFromMs(replayed);
  if (range.fromMs >= completeMs) return range;
  const since = Number.isFinite(completeMs)
    ? `compared from ${new Date(completeMs).toISOString()}`
    : 'nothing to compare';
  say(`the log begins with record ${replayed.firstSeq}, what came before has expired: ${since}\n`);
  return { ...range, fromMs: completeMs };
}

/** Writes what stands at the log's end; returns the summary. */
function list(terminal: Terminal, { alerts, stats }: Replayed, range: Range): string {
  const shown = [...alerts.values()]
    .filter((alert) => !alert.withdrawn && alert.mergedInto === undefined && isWithin(alert, range))
    .sort((a, b) => a.firstAtMs - b.firstAtMs || (a.id < b.id ? -1 : 1));
  for (const alert of shown) print(terminal, replayedLine(alert));
  const count = shown.filter(({ kind }) => kind === 'alert').length;
  return `${stats.liveChains} chains, ${count} alerts, ${shown.length - count} signals\n`;
}

/** As `detect` writes it, and whether late events may still clear it. */
function replayedLine(alert: Alert): Record<string, unknown> {
  return { ...alertLine(alert), tenant: alert.tenant, settled: alert.settled };
}

function differenceLine({ alert, ...difference }: Difference): Record<string, unknown> {
  return { ...difference, ...replayedLine(alert) };
}

function print(terminal: Terminal, line: Record<string, unknown>): void {
  terminal.out(`${JSON.stringify(line)}\n`);
}

/** A long log is worth a word every few seconds. */
const PROGRESS_MS = 2_000;

function createProgress(clock: () => number, say: (text: string) => void) {
  let nextMs = clock() + PROGRESS_MS;
  let said = false;
  return {
    events(count: number): void {
      if (clock() < nextMs) return;
      nextMs = clock() + PROGRESS_MS;
      said = true;
      say(`\r${count} events `);
    },
    end(): void {
      if (said) say('\n');
    },
  };
}
