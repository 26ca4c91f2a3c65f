// Prints what events cost: every step as a ratio to bare JSON.parse of the same lines in the same run, because
// machines differ and are shared. Usage: npm run bench [-- --chains N] [-- --rounds N]
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { detectors } from '../../dist/detectors/registry.js';
import { createAlertBook } from '../../dist/src/alert/index.js';
import { Policy } from '../../dist/src/domain/policy.js';
import { createEngine } from '../../dist/src/engine.js';
import { simulate, worldPolicy } from '../../dist/src/evaluate/index.js';
import { createAdmit } from '../../dist/src/ingest/admit.js';
import { scopeTable } from './scopes.mjs';

const { values } = parseArgs({
  options: { chains: { type: 'string', default: '5000' }, rounds: { type: 'string', default: '5' } },
});
const rounds = Number(values.rounds);
const BATCH = 500;

const lines = [];
for (const { event } of simulate({
  seed: 1,
  chains: Number(values.chains),
  attacks: 'all',
  disorder: false,
})) {
  lines.push(Buffer.from(JSON.stringify(event)));
}
const policy = Policy.parse(worldPolicy());
const admit = createAdmit();
const publisher = { name: 'bench', tenant: 'default', issuers: '*' };
const position = { source: 'bench', partition: 0, offset: 0 };
const nowMs = Date.now();
const admitLine = (line) => {
  const admission = admit(
    { raw: line },
    { publisher, adapter: 'cloudevents', position, nowMs, history: true },
  );
  if (admission.kind === 'refused') throw new Error(admission.letter.reason);
  return admission.event;
};

function parse() {
  let sink = 0;
  for (const line of lines) sink += JSON.parse(line.toString()).id.length;
  return sink;
}

function admission() {
  let sink = 0;
  for (const line of lines) sink += admitLine(line).id.length;
  return sink;
}

function engineRun(withDetectors) {
  const engine = createEngine({
    ...{ detectors: withDetectors ? detectors : [], policy },
    liveEventsMax: Number.POSITIVE_INFINITY,
  });
  const book = createAlertBook();
  let alerts = 0;
  for (let at = 0; at < records.length; at += BATCH) {
    const output = engine.apply(records.slice(at, at + BATCH));
    alerts += book.apply(output.findings).alerts.length;
  }
  engine.apply([{ kind: 'watermark', seq: records.length + 1, watermarkMs: Number.POSITIVE_INFINITY }]);
  return { alerts, stats: engine.stats, engine };
}

const records = lines.map((line, index) => ({ kind: 'event', seq: index + 1, event: admitLine(line) }));
const steps = {
  'JSON.parse': parse,
  'admission (parse, secrets, schema, canonical text, digest)': admission,
  'engine without detectors (correlate, rows)': () => engineRun(false),
  'engine with detectors and alerts': () => engineRun(true),
};
const best = {};
for (const step of Object.values(steps)) step();
for (let round = 0; round < rounds; round += 1) {
  for (const [name, step] of Object.entries(steps)) {
    globalThis.gc?.();
    const start = process.hrtime.bigint();
    step();
    const us = Number(process.hrtime.bigint() - start) / 1e3 / lines.length;
    best[name] = Math.min(best[name] ?? Number.POSITIVE_INFINITY, us);
  }
}

const bytes = lines.reduce((sum, line) => sum + line.length, 0);
const base = best['JSON.parse'];
const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Node ${process.versions.node}`;
process.stdout.write(
  `${lines.length} events, ${Math.round(bytes / lines.length)} bytes on average, best of ${rounds} rounds, one thread\n`,
);
process.stdout.write(`${machine}\n\n`);
process.stdout.write('| step | us/event | events/s | ratio to JSON.parse |\n|---|---:|---:|---:|\n');
for (const [name, us] of Object.entries(best)) {
  process.stdout.write(
    `| ${name} | ${us.toFixed(2)} | ${Math.round(1e6 / us)} | ${(us / base).toFixed(1)} |\n`,
  );
}
process.stdout.write(`\n${scopeTable(rounds, base)}`);

globalThis.gc?.();
const before = process.memoryUsage().heapUsed;
const held = engineRun(true);
globalThis.gc?.();
const heap = process.memoryUsage().heapUsed - before;
const { liveChains, liveTokens, liveEvents } = held.stats;
const per = (count) => `${Math.round(heap / count)} bytes`;
process.stdout.write(
  `\nmemory of ${liveChains} live chains, the events' own text not counted: ` +
    `${per(liveChains)} a chain, ${per(liveTokens)} a token, ${per(liveEvents)} an event\n`,
);
