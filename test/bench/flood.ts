/**
 * Too much of one thing, into the built service: memory, throughput and recovery while a chain gets a million events or
 * a publisher mints a million roots. Ends with 1 when the service does not survive it.
 *
 *   node --import tsx test/bench/flood.ts --shape hot|roots|hops --events 1000000 --heap 512
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { builtProgram, setup } from '../support/built.ts';
import { type FloodShape, flood, floodShapes } from '../support/flood.ts';

const { values } = parseArgs({
  options: {
    shape: { type: 'string', default: 'hot' },
    events: { type: 'string', default: '1000000' },
    /** MB of V8's old space. */
    heap: { type: 'string', default: '512' },
    batch: { type: 'string', default: '500' },
    senders: { type: 'string', default: '4' },
    'every-seconds': { type: 'string', default: '10' },
  },
});
const shape = floodShapes.find((name) => name === values.shape);
if (shape === undefined) throw new Error(`--shape is one of ${floodShapes.join(', ')}`);
const total = Number(values.events);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Running {
  readonly child: ChildProcess;
  readonly address: string;
  readonly key: string | undefined;
  readonly startedMs: number;
}

const folder = mkdtempSync(join(tmpdir(), 'chainwarden-flood-'));

async function start(): Promise<Running> {
  const beganMs = performance.now();
  const child = spawn(process.execPath, [`--max-old-space-size=${values.heap}`, builtProgram, 'start'], {
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      CHAINWARDEN_DATA: join(folder, 'data'),
      CHAINWARDEN_PORT: '0',
      CHAINWARDEN_LOG_LEVEL: 'error',
      CHAINWARDEN_MEMORY_MB: values.heap,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-8_192);
  });
  child.once('exit', (code, signal) => {
    if (signal !== 'SIGKILL' && code !== 0)
      say(`the service ended with ${code ?? signal}:\n${said.slice(-1_500)}`);
  });
  while (!said.includes('/v1/alerts')) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('the service does not start');
    await delay(20);
  }
  return {
    child,
    address: / listens on (\S+)/.exec(said)?.[1] ?? '',
    key: /shown this once: (\S+)/.exec(said)?.[1],
    startedMs: performance.now() - beganMs,
  };
}

const counts = { acknowledged: 0, turnedAway: 0 };

async function send({ address, child }: Running, key: string, batch: readonly object[]): Promise<void> {
  const body = batch.map((event) => `${JSON.stringify(event)}\n`).join('');
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' };
  while (child.exitCode === null && child.signalCode === null) {
    const response = await fetch(`${address}/v1/events`, { method: 'POST', headers, body }).catch(
      () => undefined,
    );
    await response?.text().catch(() => undefined);
    if (response?.status === 202) {
      counts.acknowledged += batch.length;
      return;
    }
    counts.turnedAway += 1;
    await delay(Number(response?.headers.get('retry-after') ?? 1) * 1_000);
  }
  throw new Error('the service is gone');
}

function* batches(of: FloodShape): Generator<readonly object[]> {
  let batch: object[] = [];
  for (const event of flood(of, total, Date.now() - 60 * 60_000)) {
    batch.push(event);
    if (batch.length < Number(values.batch)) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function look({ address }: Running, key: string): Promise<(name: string) => number> {
  const response = await fetch(`${address}/metrics`, { headers: { authorization: `Bearer ${key}` } });
  const page = await response.text();
  return (name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(page)?.[1] ?? Number.NaN);
}

const mb = (bytes: number): number => Math.round(bytes / 1024 / 1024);
let lastAcknowledged = 0;
async function report(service: Running, key: string, passedSeconds: number): Promise<void> {
  const metric = await look(service, key);
  const rate = Math.round((counts.acknowledged - lastAcknowledged) / passedSeconds);
  lastAcknowledged = counts.acknowledged;
  const cells = [
    counts.acknowledged,
    rate,
    metric('chainwarden_engine_records_total'),
    mb(metric('nodejs_heap_size_used_bytes')),
    mb(metric('process_resident_memory_bytes')),
    metric('chainwarden_engine_live_chains'),
    metric('chainwarden_engine_live_tokens'),
    metric('chainwarden_detection_backlog_records'),
    counts.turnedAway,
  ];
  say(`| ${cells.join(' | ')} |`);
}

async function run(): Promise<void> {
  const service = await start();
  const key = service.key ?? '';
  say(`${total} events of shape ${shape}, heap ${values.heap} MB\n`);
  say('| acknowledged | per s | applied | heap MB | rss MB | live chains | live tokens | backlog | 503 |');
  say('|---:|---:|---:|---:|---:|---:|---:|---:|---:|');
  const everySeconds = Number(values['every-seconds']);
  const reporter = setInterval(
    () => void report(service, key, everySeconds).catch(() => undefined),
    everySeconds * 1_000,
  );
  const source = batches(shape as FloodShape);
  const beganMs = performance.now();
  async function sender(): Promise<void> {
    for (let next = source.next(); !next.done; next = source.next()) await send(service, key, next.value);
  }
  try {
    await Promise.all(Array.from({ length: Number(values.senders) }, sender));
    const sentMs = performance.now() - beganMs;
    while ((await look(service, key))('chainwarden_engine_records_total') < total) await delay(200);
    const doneMs = performance.now() - beganMs;
    say(
      `\nacknowledged in ${Math.round(sentMs / 1000)} s (${Math.round(total / (sentMs / 1000))}/s), ` +
        `detected ${((doneMs - sentMs) / 1000).toFixed(1)} s later (${Math.round(total / (doneMs / 1000))}/s)`,
    );
  } finally {
    clearInterval(reporter);
    service.child.kill('SIGKILL');
  }
  await once(service.child, 'exit').catch(() => undefined);
  const again = await start();
  const metric = await look(again, key);
  say(
    `up again ${(again.startedMs / 1000).toFixed(1)} s after kill -9, ` +
      `heap ${mb(metric('nodejs_heap_size_used_bytes'))} MB, rss ${mb(metric('process_resident_memory_bytes'))} MB`,
  );
  again.child.kill('SIGKILL');
}

await setup();
try {
  await run();
} catch (error) {
  say(`FAILED: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
