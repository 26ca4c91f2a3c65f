import { Command, Option } from 'commander';
import { loadConfig } from '../config.ts';
import { ChainwardenError } from '../domain/errors.ts';
import type { Engine, LogRecord } from '../domain/record.ts';
import { createEngine } from '../engine.ts';
import { replayLog } from '../evaluate/index.ts';
import { formats, readEvents } from '../ingest/file/index.ts';
import { createCollector, draftPolicy, observedSince } from '../policy/index.ts';
import { admitAll } from './batch.ts';
import { configuredPolicy } from './policy-file.ts';
import { createRefusals } from './refusals.ts';
import { momentOrAge } from './replay-options.ts';
import { openReadable } from './replay-store.ts';
import { inputOf, type Terminal } from './terminal.ts';

interface LearnFlags {
  readonly from?: number;
  readonly format: string;
  readonly config?: string;
}

const HELP = `
The draft goes to stdout: task boundaries of every machine that acted, environments, audiences, lifetimes and trusted
issuers, each with how often it was seen, when, and a chain to look at. Nothing that was seen crosses it, attacks
included: read it before you use it. What was refused is told and left out. Chains are always read whole, because they
reach back; --from chooses what is learnt from. Memory grows with the log, by about 25 KB a chain.

Without files the log of the store is read. An embedded one belongs to one process: stop the service first, or learn
from a copy of its folder.

Examples:
  chainwarden policy learn --from 14d > draft.yaml
  chainwarden policy learn events.ndjson.gz > draft.yaml
  chainwarden policy check draft.yaml`;

export function learnCommand(terminal: Terminal): Command {
  return new Command('learn')
    .description('draft a policy from what happened, with what was seen as comments')
    .argument('[files...]', 'files to read instead of the log; - for stdin', [])
    .option(
      '--from <time>',
      'learn from what happened at or after: ISO 8601, or an age such as 14d',
      momentOrAge(terminal.clock),
    )
    .addOption(new Option('--format <format>', 'format of the files').choices(formats).default('auto'))
    .option('--config <file>', 'configuration, YAML or JSON: where the store is')
    .addHelpText('after', HELP)
    .action((files: string[], flags: LearnFlags) => learn(terminal, files, flags));
}

async function learn(terminal: Terminal, files: readonly string[], flags: LearnFlags): Promise<void> {
  const collector = createCollector();
  const engine = createEngine({
    detectors: [collector.detector],
    liveChainsMax: Number.POSITIVE_INFINITY,
    liveEventsMax: Number.POSITIVE_INFINITY,
    chainIdleMs: Number.POSITIVE_INFINITY,
  });
  const lastSeq =
    files.length === 0
      ? await readLog(terminal, engine, flags.config)
      : await readFiles(terminal, engine, files, flags.format);
  // Under whichever policy: everything is looked at once more, and now it is whole.
  collector.begin();
  engine.apply([{ kind: 'policy', seq: lastSeq + 1, policy: engine.policy }]);
  const observed = observedSince(collector.observed(), flags.from ?? Number.NEGATIVE_INFINITY);
  if (observed.deeds.length === 0 && observed.mints.length === 0) {
    throw new ChainwardenError('INPUT_UNREADABLE', 'there is nothing to learn from in that time');
  }
  terminal.out(draftPolicy(observed, terminal.clock()));
  terminal.err(`learnt from ${observed.deeds.length} actions and ${observed.mints.length} credentials\n`);
}

/** The whole log of the store; resolves with the place of its last record. */
async function readLog(terminal: Terminal, engine: Engine, configFile: string | undefined): Promise<number> {
  const config = loadConfig({ file: configFile, env: terminal.env });
  const expiredPolicy = configuredPolicy(config, terminal);
  const store = await openReadable(config, terminal.clock);
  try {
    const lastSeq = await store.lastSeq();
    const fold = () => [];
    const log = store.readLog(0);
    await replayLog({ log, engine, fold, policy: undefined, expiredPolicy, lastSeq, cuts: [] });
    return lastSeq;
  } finally {
    await store.close();
  }
}

async function readFiles(
  terminal: Terminal,
  engine: Engine,
  files: readonly string[],
  format: string,
): Promise<number> {
  const refusals = createRefusals(terminal);
  const input = readEvents(files, { ...inputOf(terminal), format, onProgress: () => undefined });
  let seq = 0;
  const put = (records: readonly LogRecord[]): void => void engine.apply(records);
  for await (const events of admitAll({ input, nowMs: terminal.clock(), onRefused: refusals.show })) {
    put(
      events.map((event) => {
        seq += 1;
        return { kind: 'event', seq, event };
      }),
    );
  }
  refusals.end();
  seq += 1;
  put([{ kind: 'watermark', seq, watermarkMs: Number.POSITIVE_INFINITY }]);
  return seq;
}
