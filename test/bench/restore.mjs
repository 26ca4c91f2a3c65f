// Prints how long a process takes to stand where a killed one stood, by the number of chains that live in its store,
// and what it costs to go on with chains that are not in memory.
// Usage: npm run bench:restore [-- --chains 10000,100000]
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { detectors } from '../../dist/detectors/registry.js';
import { createAlertBook } from '../../dist/src/alert/index.js';
import { defaultPolicy } from '../../dist/src/domain/policy.js';
import { createEngine } from '../../dist/src/engine.js';
import { createPipeline, readProgress, restoreEngine } from '../../dist/src/pipeline.js';
import { openStore } from '../../dist/src/store/index.js';

const { values } = parseArgs({ options: { chains: { type: 'string', default: '10000,100000' } } });
const START_MS = Date.UTC(2026, 0, 5, 8);
const BATCH_CHAINS = 2_000;
const PROBES = 1_000;
const log = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} };
const iss = 'https://as.example';

const event = (id, atMs, data) => {
  const text = JSON.stringify({ id, source: '//bench', data });
  const origin = { publisher: 'bench', adapter: 'cloudevents', issuerBound: true };
  return { tenant: 'default', source: '//bench', id, timeMs: atMs, data, text, digest: `${id}`, origin };
};
const agent = { id: 'agent', kind: 'agent' };
const mint = (n, atMs) =>
  event(`m${n}`, atMs, {
    ...{ v: 1, type: 'token.issued', token: { iss, jti: `t${n}` }, tokenKind: 'access_token', grant: 'x' },
    ...{ subject: agent, scope: ['crm:read'], iat: atMs / 1000, exp: atMs / 1000 + 3_600, txn: `x${n}` },
  });
const use = (n, atMs, suffix = '') =>
  event(`u${n}${suffix}`, atMs, {
    ...{ v: 1, type: 'tool.invoked', callId: `c${n}${suffix}`, actor: agent, tool: { name: 'get' } },
    ...{ token: { iss, jti: `t${n}` }, txn: `x${n}` },
  });

/** A process over the store, as the service puts it together; resolves when it stands where the last one stood. */
async function start(path) {
  const store = await openStore({ path, log });
  const engine = createEngine({ detectors, policy: defaultPolicy, recallable: true });
  const progress = await readProgress(store);
  const pipeline = createPipeline({
    ...{ engine, alerts: createAlertBook(), store, respond: async () => {}, ...progress },
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    onFatal: (error) => {
      throw error;
    },
  });
  await restoreEngine(engine, store, progress);
  await pipeline.replay(store.readLog(progress.checkpointSeq));
  return { store, engine, pipeline };
}

async function append({ store, pipeline }, seq, events) {
  const logged = events.map((one, index) => ({ seq: seq + index + 1, ingestedMs: one.timeMs, event: one }));
  await store.appendEvents(logged);
  await pipeline.offer(logged.map((one) => ({ kind: 'event', seq: one.seq, event: one.event })));
  await pipeline.drained();
  return seq + events.length;
}

async function tell(process, seq, watermarkMs) {
  const record = { kind: 'watermark', seq: seq + 1, watermarkMs };
  await process.store.appendControl([record]);
  await process.pipeline.offer([record]);
  await process.pipeline.drained();
  return seq + 1;
}

async function measure(chains) {
  const path = mkdtempSync(join(tmpdir(), 'chainwarden-restore-'));
  try {
    let process = await start(path);
    let seq = 0;
    for (let from = 0; from < chains; from += BATCH_CHAINS) {
      const events = [];
      for (let n = from; n < Math.min(chains, from + BATCH_CHAINS); n += 1) {
        events.push(mint(n, START_MS + n * 10), use(n, START_MS + n * 10 + 5));
      }
      seq = await append(process, seq, events);
      seq = await tell(process, seq, START_MS + from * 10 - 600_000);
    }
    const live = process.engine.stats.liveChains;
    // As a kill leaves it: nothing is written down in the end.
    await process.store.close();
    globalThis.gc?.();
    const startMs = performance.now();
    process = await start(path);
    const restoredMs = performance.now() - startMs;
    const probes = Array.from({ length: PROBES }, (_, i) => Math.floor((i * chains) / PROBES));
    const recallMs = performance.now();
    await append(
      process,
      seq,
      probes.map((n) => use(n, START_MS + n * 10 + 7, 'b')),
    );
    const probedMs = performance.now() - recallMs;
    const { recalledEvents } = process.engine.stats;
    await process.store.close();
    return { chains, live, restoredMs, probedMs, recalledEvents };
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Node ${process.versions.node}`;
process.stdout.write(`${machine}\nEmbedded store, two events a chain, a day's idle bound, killed.\n\n`);
process.stdout.write(
  '| chains in the store | in memory before | stands again after | 1,000 calls on chains spread over all of it | events recalled |\n' +
    '|---:|---:|---:|---:|---:|\n',
);
for (const chains of values.chains.split(',').map(Number)) {
  const { live, restoredMs, probedMs, recalledEvents } = await measure(chains);
  process.stdout.write(
    `| ${chains} | ${live} | ${(restoredMs / 1000).toFixed(2)} s | ${(probedMs / 1000).toFixed(2)} s | ${recalledEvents} |\n`,
  );
}
