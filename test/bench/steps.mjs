// Prints what an answer to "may this chain take this next step?" costs: the engine alone, with many chains in memory,
// and over HTTP from a service that takes in events at the same time.
// Usage: npm run bench:steps [-- --chains N] [-- --events-per-second N] [-- --questions-per-second N] [-- --seconds N]
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { detectors } from '../../dist/detectors/registry.js';
import { Policy } from '../../dist/src/domain/policy.js';
import { createEngine } from '../../dist/src/engine.js';
import { simulate, worldPolicy } from '../../dist/src/evaluate/index.js';
import { createAdmit } from '../../dist/src/ingest/admit.js';

const { values } = parseArgs({
  options: {
    chains: { type: 'string', default: '5000' },
    'events-per-second': { type: 'string', default: '2000' },
    'questions-per-second': { type: 'string', default: '200' },
    seconds: { type: 'string', default: '20' },
  },
});
const events = [...simulate({ seed: 1, chains: Number(values.chains), attacks: 'all', disorder: false })].map(
  ({ event }) => event,
);
const say = (line) => process.stdout.write(`${line}\n`);
/** The event as it would be if it happened now: the simulation's hours pass in seconds. */
function now(event) {
  const deltaMs = Date.now() - Date.parse(event.time);
  const moved = (told) =>
    Object.fromEntries(
      Object.entries(told ?? {}).map(([name, value]) =>
        ['iat', 'exp', 'nbf'].includes(name) && typeof value === 'number'
          ? [name, value + deltaMs / 1_000]
          : [name, value],
      ),
    );
  const data = moved(event.data);
  if (data.presented !== undefined) data.presented = moved(data.presented);
  return { ...event, time: new Date(Date.parse(event.time) + deltaMs).toISOString(), data };
}
const isCall = ({ data }) => ['tool.invoked', 'api.called'].includes(data.type) && data.token !== undefined;

/** Time, and the largest of the least hundredth, in ms. */
function quantiles(times) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(3);
  return `${at(0.5)} | ${at(0.95)} | ${at(0.99)} | ${at(0.999)} | ${at(1)}`;
}

function admitAll() {
  const admit = createAdmit();
  const context = {
    publisher: { name: 'bench', tenant: 'default', issuers: '*' },
    ...{ adapter: 'cloudevents', position: { source: 'bench', partition: 0, offset: 0 } },
    ...{ nowMs: Date.now(), history: true },
  };
  return events.flatMap((event, index) => {
    const admission = admit({ raw: Buffer.from(JSON.stringify(event)) }, context);
    return admission.kind === 'refused' ? [] : [{ kind: 'event', seq: index + 1, event: admission.event }];
  });
}

const records = admitAll();
const unbounded = {
  ...{ detectors, policy: Policy.parse(worldPolicy()) },
  ...{ liveEventsMax: Number.POSITIVE_INFINITY, liveChainsMax: Number.POSITIVE_INFINITY },
};

function processorMs(work) {
  const began = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1_000;
}

/** Cuts the log into batches, with the heartbeat's watermark after every second of 2,000 events. */
function* cut(size) {
  for (let at = 0; at < records.length; at += size) {
    const batch = records.slice(at, at + size);
    const last = batch.at(-1);
    if (Math.floor(at / 2_000) < Math.floor((at + size) / 2_000))
      batch.push({ kind: 'watermark', seq: last.seq, watermarkMs: last.event.timeMs - 60_000 });
    yield batch;
  }
}

/** Batches pause for questions: a question waits for the next pause, and for its turn. */
function batches() {
  say(
    '\n| processor time of | batches | p50 ms | p95 ms | p99 ms | p99.9 ms | worst |\n|---|---:|---:|---:|---:|---:|---:|',
  );
  // 20 ms of the log's group commit at 2,000 events a second; the largest batch of a backlog.
  for (const size of [40, 4_000]) {
    const [whole, paused] = [createEngine(unbounded), createEngine(unbounded)];
    const times = [];
    const stretches = [];
    for (const batch of cut(size)) {
      times.push(processorMs(() => whole.apply(batch)));
      stretches.push(longestStretchMs(paused.applying(batch)));
    }
    // The first third compiles.
    const [warm, alone] = [times, stretches].map((list) => list.slice(Math.floor(list.length / 3)));
    say(`| ${size} events applied | ${warm.length} | ${quantiles(warm)} |`);
    say(`| their longest stretch without a pause | ${alone.length} | ${quantiles(alone)} |`);
  }
}

function longestStretchMs(work) {
  let longestMs = 0;
  let isOver = false;
  while (!isOver) {
    const tookMs = processorMs(() => {
      isOver = work.next().done;
    });
    longestMs = Math.max(longestMs, tookMs);
  }
  return longestMs;
}

/** The engine alone, every chain in memory. In time of the processor: whoever else works on the machine is not counted. */
function engineAlone() {
  const engine = createEngine(unbounded);
  for (let at = 0; at < records.length; at += 500) engine.apply(records.slice(at, at + 500));
  const last = records.at(-1)?.event.timeMs ?? 0;
  engine.apply([{ kind: 'watermark', seq: records.length + 1, watermarkMs: last - 600_000 }]);
  const steps = records.map(({ event }) => event).filter(isCall);
  const asking = { minSeverity: 'high', isLate: () => false, isClosed: () => false };
  const times = { clear: [], refused: [] };
  for (let round = 0; round < 2; round += 1) {
    for (const { data, timeMs } of steps) {
      let seen;
      const tookMs = processorMs(() => {
        seen = engine.foresee({ tenant: 'default', atMs: timeMs + 1_000, data }, asking);
      });
      // The first round warms up.
      if (round > 0) times[seen.objections.some(({ firm }) => firm) ? 'refused' : 'clear'].push(tookMs);
    }
  }
  const { liveChains, liveTokens, liveEvents } = engine.stats;
  say(`engine alone, ${liveChains} chains, ${liveTokens} tokens and ${liveEvents} events in memory\n`);
  say(
    '| answer | questions | p50 ms | p95 ms | p99 ms | p99.9 ms | worst |\n|---|---:|---:|---:|---:|---:|---:|',
  );
  for (const [name, list] of Object.entries(times)) say(`| ${name} | ${list.length} | ${quantiles(list)} |`);
}

const folder = mkdtempSync(join(tmpdir(), 'chainwarden-steps-'));

async function start() {
  const config = join(folder, 'config.json');
  writeFileSync(config, JSON.stringify({ policy: worldPolicy() }));
  const program = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
  const child = spawn(process.execPath, [program, 'start', '--config', config], {
    env: {
      ...{ PATH: process.env.PATH, HOME: process.env.HOME, CHAINWARDEN_DATA: join(folder, 'data') },
      ...{ CHAINWARDEN_PORT: '0', CHAINWARDEN_LOG_LEVEL: 'error' },
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  while (!said.includes('/v1/alerts')) {
    if (child.exitCode !== null) throw new Error(`the service does not start: ${said}`);
    await delay(20);
  }
  return {
    child,
    address: / listens on (\S+)/.exec(said)?.[1] ?? '',
    key: /shown this once: (\S+)/.exec(said)?.[1] ?? '',
  };
}

/** Calls `once` so many times a second, by the clock: what falls behind is made up for. */
async function paced(perSecond, seconds, once) {
  const beganMs = performance.now();
  let done = 0;
  const under = new Set();
  while (performance.now() - beganMs < seconds * 1_000) {
    const due = ((performance.now() - beganMs) / 1_000) * perSecond;
    for (; done < due; done += 1) {
      const work = once(done).finally(() => under.delete(work));
      under.add(work);
    }
    await delay(2);
  }
  await Promise.all(under);
  return done;
}

async function overHttp() {
  const { child, address, key } = await start();
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const intake = new Pool(address, { connections: 4 });
  const gateway = new Pool(address, { connections: 16 });
  const rate = Number(values['events-per-second']);
  const seconds = Number(values.seconds);
  const BATCH = 50;
  let refused = 0;
  let sent = 0;
  async function publish(count) {
    const batch = events.slice(sent, sent + count);
    sent += batch.length;
    if (batch.length === 0) return;
    const body = batch.map((event) => `${JSON.stringify(now(event))}\n`).join('');
    const type = { ...headers, 'content-type': 'application/x-ndjson' };
    const answer = await intake.request({ path: '/v1/events', method: 'POST', headers: type, body });
    await answer.body.dump();
    if (answer.statusCode !== 202) refused += 1;
  }
  const steps = [];
  const questionOf = ({ data }) => ({
    subject: { type: data.actor.kind, id: data.actor.id },
    ...(data.type === 'tool.invoked'
      ? { action: { name: 'call' }, resource: { type: 'tool', id: data.tool.name } }
      : {
          action: { name: data.action },
          resource: { type: data.target.system, id: data.target.resource ?? '-' },
        }),
    context: { token: data.token, txn: data.txn },
  });
  async function ask(times, reasons) {
    // Of what came some seconds ago: a chain that is in memory.
    const recent = steps.length - 1 - Math.floor(Math.random() * Math.min(steps.length, 2_000));
    const step = steps[recent];
    if (step === undefined) return;
    const beganMs = performance.now();
    const answer = await gateway.request({
      ...{ path: '/access/v1/evaluation', method: 'POST', headers, body: step },
    });
    const { decision, context } = await answer.body.json();
    times.push(performance.now() - beganMs);
    const name = `${decision ? 'allow' : 'deny'} ${context?.reason ?? answer.statusCode}`;
    reasons.set(name, (reasons.get(name) ?? 0) + 1);
  }
  function note(before) {
    for (const event of events.slice(before, sent))
      if (isCall(event)) steps.push(JSON.stringify(questionOf(event)));
  }
  try {
    // Something to ask about, and compiled code.
    while (sent < Math.min(events.length / 3, 10_000)) await publish(500);
    note(0);
    await delay(2_000);
    const warm = { times: [], reasons: new Map() };
    await paced(200, 3, () => ask(warm.times, warm.reasons));
    say(
      '\n| over HTTP | questions | p50 ms | p95 ms | p99 ms | p99.9 ms | worst |\n|---|---:|---:|---:|---:|---:|---:|',
    );
    for (const load of [0, rate]) {
      const times = [];
      const reasons = new Map();
      const publishing =
        load === 0
          ? Promise.resolve()
          : paced(load / BATCH, seconds, async () => {
              const before = sent;
              await publish(BATCH);
              if (sent > before) setTimeout(note, 1_000, before);
            });
      await Promise.all([
        publishing,
        paced(Number(values['questions-per-second']), seconds, () => ask(times, reasons)),
      ]);
      say(`| at ${load} events/s | ${times.length} | ${quantiles(times)} |`);
      say(
        `<!-- ${[...reasons].map(([name, count]) => `${name}: ${count}`).join(', ')}; refused batches: ${refused} -->`,
      );
    }
    const page = await gateway.request({ path: '/metrics', method: 'GET', headers });
    const text = await page.body.text();
    const lines = text
      .split('\n')
      .filter((line) => /^chainwarden_step_decision_duration_seconds_(sum|count)/.test(line));
    say(`\n${lines.join('\n')}`);
  } finally {
    child.kill('SIGKILL');
    await Promise.allSettled([intake.destroy(), gateway.destroy()]);
  }
}

say(`${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Node ${process.versions.node}\n`);
try {
  engineAlone();
  batches();
  await overHttp();
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
