import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { Command, Option } from 'commander';
import type { Alert } from '../domain/alert.ts';
import { ChainwardenError } from '../domain/errors.ts';
import { type Severity, severities, severityRank } from '../domain/finding.ts';
import { formats, readEvents } from '../ingest/file/index.ts';
import { type BatchResult, runBatch } from './batch.ts';
import { drawChain, groupBy } from './draw.ts';
import { loadPolicy } from './policy-file.ts';
import { createRefusals } from './refusals.ts';
import { Exit, exitCodes, inputOf, type Terminal } from './terminal.ts';

interface DetectFlags {
  readonly format: string;
  readonly policy?: string;
  readonly chains?: string;
  readonly deadLetters?: string;
  readonly minSeverity: Severity;
  readonly failOn?: Severity;
  readonly quiet?: boolean;
}

const HELP = `
Every line on stdout is one alert (or signal) as JSON; summary and progress go to stderr.
With --chains - the chains are drawn instead, with their alerts in place.

Examples:
  chainwarden detect events.ndjson
  chainwarden detect --chains - events.ndjson
  zcat trail.json.gz | chainwarden detect --format cloudtrail -
  chainwarden detect --fail-on high --quiet *.ndjson.gz

Exit codes: 0 done, 1 findings at or above --fail-on, 2 wrong usage, 3 input that cannot be read.`;

export function detectCommand(terminal: Terminal): Command {
  const severity = (flags: string, text: string): Option => new Option(flags, text).choices(severities);
  return new Command('detect')
    .description('find failures of delegation in files or stdin: NDJSON, JSON, gzip, AWS CloudTrail')
    .argument('[files...]', 'files to read; - or none for stdin', [])
    .addOption(new Option('--format <format>', 'format of the records').choices(formats).default('auto'))
    .option('--policy <file>', 'policy, YAML or JSON')
    .option('--chains <file>', 'write chains with their hops as NDJSON; - draws them on stdout')
    .option('--dead-letters <file>', 'write refused records as NDJSON')
    .addOption(severity('--min-severity <severity>', 'leave out what is below').default('info'))
    .addOption(severity('--fail-on <severity>', 'exit with 1 when an alert is at or above'))
    .option('-q, --quiet', 'no progress and no summary')
    .addHelpText('after', HELP)
    .action(async (files: string[], flags: DetectFlags) => {
      const failed = await detect(terminal, files.length === 0 ? ['-'] : files, flags);
      if (failed) throw new Exit(exitCodes.findings);
    });
}

async function detect(terminal: Terminal, paths: readonly string[], flags: DetectFlags): Promise<boolean> {
  const letters = fileWriter(flags.deadLetters);
  const refusals = createRefusals(terminal);
  const progress = createProgress(terminal, flags.quiet === true);
  const result = await runBatch({
    input: readEvents(paths, { ...inputOf(terminal), format: flags.format, onProgress: progress.read }),
    policy: loadPolicy(flags.policy, terminal),
    nowMs: terminal.clock(),
    keepChains: flags.chains !== undefined,
    onRefused(letter) {
      if (flags.quiet !== true) refusals.show(letter);
      letters?.write(letter);
    },
    onBatch: progress.events,
  });
  progress.end();
  refusals.end();
  await letters?.close();

  const shown = result.alerts.filter(
    (alert) => severityRank(alert.severity) >= severityRank(flags.minSeverity),
  );
  if (flags.chains === '-') draw(terminal, result, shown);
  else for (const alert of shown) terminal.out(`${JSON.stringify(alertLine(alert))}\n`);
  if (flags.chains !== undefined && flags.chains !== '-') await writeChains(flags.chains, result);
  if (flags.quiet !== true) terminal.err(summary(result, shown));
  const { failOn } = flags;
  return (
    failOn !== undefined &&
    result.alerts.some(
      (alert) => alert.kind === 'alert' && severityRank(alert.severity) >= severityRank(failOn),
    )
  );
}

/** One alert as a line of output. */
export function alertLine(alert: Alert): Record<string, unknown> {
  return {
    id: alert.id,
    detector: alert.detector,
    severity: alert.severity,
    kind: alert.kind,
    incidentId: alert.incidentId,
    chainId: alert.chainId,
    txn: alert.txn,
    subject: alert.subject,
    title: alert.title,
    facts: alert.facts,
    at: new Date(alert.firstAtMs).toISOString(),
    initiator: alert.initiator,
    actor: alert.actor,
    target: alert.target,
    outcome: alert.outcome,
    writesSince: alert.writesSince,
    count: alert.count,
    nextStep: alert.nextStep,
    runbook: alert.runbook,
    evidence: alert.evidence,
    eventIds: alert.eventIds,
  };
}

function draw(terminal: Terminal, result: BatchResult, alerts: readonly Alert[]): void {
  const hopsOf = groupBy([...result.hops.values()], (hop) => hop.chainId);
  const actionsOf = groupBy([...result.actions.values()], (action) => action.hopKey);
  const alertsOf = groupBy(alerts, (alert) => alert.chainId ?? '');
  for (const chain of [...result.chains.values()].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const hops = hopsOf.get(chain.id) ?? [];
    const actions = hops.flatMap((hop) => actionsOf.get(hop.key) ?? []);
    terminal.out(`${drawChain({ chain, hops, actions, alerts: alertsOf.get(chain.id) ?? [] })}\n`);
  }
}

async function writeChains(path: string, result: BatchResult): Promise<void> {
  const file = fileWriter(path);
  const hopsOf = groupBy([...result.hops.values()], (hop) => hop.chainId);
  for (const chain of [...result.chains.values()].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    file?.write({ ...chain, hops: hopsOf.get(chain.id) ?? [] });
  }
  await file?.close();
}

function summary(result: BatchResult, shown: readonly Alert[]): string {
  const alerts = shown.filter((alert) => alert.kind === 'alert').length;
  const parts = [
    `${result.events} events`,
    `${result.stats.liveChains + result.stats.evictedChains} chains`,
    `${alerts} alerts`,
    `${shown.length - alerts} signals`,
    `${result.refused} refused`,
    `${result.stats.duplicates} duplicates`,
  ];
  return `${parts.join(', ')}\n`;
}

interface LineFile {
  write(value: unknown): void;
  close(): Promise<void>;
}

function fileWriter(path: string | undefined): LineFile | undefined {
  if (path === undefined) return undefined;
  const stream = createWriteStream(path);
  let failure: unknown;
  stream.on('error', (error) => {
    failure = error;
  });
  return {
    write: (value) => stream.write(`${JSON.stringify(value)}\n`),
    async close() {
      stream.end();
      if (failure === undefined)
        await Promise.race([once(stream, 'close'), once(stream, 'error')]).catch(() => undefined);
      if (failure !== undefined)
        throw new ChainwardenError('USAGE', `cannot write ${path}`, { cause: failure });
    },
  };
}

/** Progress is for long inputs: nothing is said in the first seconds. */
const PROGRESS_MS = 2_000;

function createProgress(terminal: Terminal, quiet: boolean) {
  let nextMs = terminal.clock() + PROGRESS_MS;
  let read = '';
  let said = false;
  return {
    read(done: { readonly bytes: number; readonly totalBytes: number | undefined }): void {
      const percent =
        done.totalBytes === undefined || done.totalBytes === 0
          ? undefined
          : (100 * done.bytes) / done.totalBytes;
      read = percent === undefined ? `${Math.round(done.bytes / 1e6)} MB` : `${percent.toFixed(0)} %`;
    },
    events(count: number): void {
      if (quiet || terminal.clock() < nextMs) return;
      nextMs = terminal.clock() + PROGRESS_MS;
      said = true;
      terminal.err(`\r${read} read, ${count} events `);
    },
    end(): void {
      if (said) terminal.err('\n');
    },
  };
}
