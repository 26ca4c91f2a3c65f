// Prints how long it takes from an event that is in the log to the first attempt to revoke, while others keep coming:
// the service as a process of its own over the embedded store, and a receiver that notes when a revocation arrives.
// Usage: npm run bench:respond [-- --events-per-second N] [-- --attacks-per-second N] [-- --seconds N]
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';

const { values } = parseArgs({
  options: {
    'events-per-second': { type: 'string', default: '2000' },
    'attacks-per-second': { type: 'string', default: '5' },
    seconds: { type: 'string', default: '60' },
  },
});
const rate = Number(values['events-per-second']);
const attackRate = Number(values['attacks-per-second']);
const seconds = Number(values.seconds);
/** Compiled code, open connections, a store with something in it: not measured. */
const WARM_SECONDS = 10;
/** After the last attack, for what is still on its way. */
const GRACE_SECONDS = 15;
const TICK_MS = 50;
const say = (line) => process.stdout.write(`${line}\n`);

const iss = 'https://login.example';
const ada = { id: 'user:ada', kind: 'human', iss };
const agent = { id: 'agent:mail', kind: 'agent', owner: 'team:mail' };
const narrow = ['mail:read'];
const event = (id, data) => ({
  ...{ specversion: '1.0', id, source: '//bench', type: `io.chainwarden.${data.type}.v1` },
  ...{ time: new Date().toISOString(), data: { v: 1, ...data } },
});
const token = (jti) => ({ token: { iss, jti } });
const life = () => ({ iat: Math.floor(Date.now() / 1_000), exp: Math.floor(Date.now() / 1_000) + 3_600 });

/** What every chain begins with: a person's token, and one that was exchanged for it. */
function chain(n, scope) {
  const minted = { tokenKind: 'access_token', subject: ada, txn: `x${n}`, ...life() };
  return [
    event(`i${n}`, {
      type: 'token.issued',
      ...token(`p${n}`),
      grant: 'authorization_code',
      scope: narrow,
      ...minted,
    }),
    event(`e${n}`, {
      ...{ type: 'token.exchanged', ...token(`c${n}`), parents: [{ iss, jti: `p${n}` }] },
      ...{ grant: 'urn:ietf:params:oauth:grant-type:token-exchange', actor: agent, scope, ...minted },
    }),
  ];
}

function call(n, k) {
  return event(`u${n}-${k}`, {
    ...{ type: 'tool.invoked', callId: `k${n}-${k}`, actor: agent, tool: { name: 'mail.read' } },
    ...{ ...token(`c${n}`), txn: `x${n}` },
  });
}

let chains = 0;
/** As many events of sound chains: two tokens and eight calls each. */
function* traffic() {
  for (;;) {
    const n = chains++;
    yield* chain(n, narrow);
    for (let k = 0; k < 8; k += 1) yield call(n, k);
  }
}

/** Notes when it was first asked to end a token, by the token. */
function startReceiver() {
  const arrived = new Map();
  const server = createServer((request, response) => {
    const atMs = performance.now();
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      response.writeHead(204).end();
      const { jti } = JSON.parse(Buffer.concat(chunks)).data.target.ref;
      if (!arrived.has(jti)) arrived.set(jti, atMs);
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({ server, arrived })));
}

const folder = mkdtempSync(join(tmpdir(), 'chainwarden-respond-'));

async function startService(port) {
  const config = join(folder, 'config.json');
  const connector = {
    ...{
      name: 'revoker',
      kind: 'webhook',
      url: `http://127.0.0.1:${port}/`,
      secrets: [{ env: 'REVOKER_SECRET' }],
    },
    ...{ confirms: 'none', allowPrivate: true },
  };
  // What bounds a real service would end the measurement after a few revocations.
  const limits = {
    ...{ windowSeconds: 60, perChain: 10_000, perPrincipal: 10_000, principals: 10_000 },
    share: { percent: 100, seconds: 60, floor: 1_000 },
    breaker: { seconds: 60, actions: 10_000, failuresMin: 1_000 },
  };
  const response = { mode: 'auto', dryRun: false, limits };
  const policy = { scopes: [{ issuer: iss, dialect: 'exact' }] };
  writeFileSync(config, JSON.stringify({ policy, outbound: { connectors: [connector], response } }));
  const program = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
  const child = spawn(process.execPath, [program, 'start', '--config', config], {
    env: {
      ...{ PATH: process.env.PATH, HOME: process.env.HOME, CHAINWARDEN_DATA: join(folder, 'data') },
      ...{ CHAINWARDEN_PORT: '0', CHAINWARDEN_LOG_LEVEL: 'error' },
      REVOKER_SECRET: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
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
  const address = / listens on (\S+)/.exec(said)?.[1] ?? '';
  const key = /shown this once: (\S+)/.exec(said)?.[1] ?? '';
  return { child, api: new Pool(address, { connections: 8 }), key };
}

async function ask({ api, key }, method, path, body) {
  const headers = { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) };
  const answer = await api.request({ path, method, headers, ...(body && { body: JSON.stringify(body) }) });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${method} ${path} answered ${answer.statusCode}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

/** As an administrator does it: nothing acts alone before its backtest was looked at. */
async function letItAct(service) {
  const backtest = await ask(service, 'POST', '/v1/detectors/scope-creep/backtest');
  await ask(service, 'GET', `/v1/backtests/${backtest.id}`);
  const change = { mode: 'auto', reason: 'benchmark', backtest: backtest.id };
  await ask(service, 'POST', '/v1/detectors/scope-creep/mode', change);
}

const attacks = new Map();
let attackCount = 0;
let refused = 0;
let published = 0;

async function publish({ api, key }, events, jtis) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' };
  const body = events.map((one) => `${JSON.stringify(one)}\n`).join('');
  const sentMs = performance.now();
  const answer = await api.request({ path: '/v1/events', method: 'POST', headers, body });
  await answer.body.dump();
  const loggedMs = performance.now();
  if (answer.statusCode !== 202) refused += 1;
  else published += events.length;
  for (const jti of jtis) attacks.set(jti, { sentMs, loggedMs });
}

/** What one durable write takes here and now, the least of some: what the rest is to be read against. */
async function writeMs(service) {
  let least = Number.POSITIVE_INFINITY;
  for (let n = 0; n < 20; n += 1) {
    const beganMs = performance.now();
    await publish(service, chain(`w${n}`, narrow), []);
    least = Math.min(least, performance.now() - beganMs);
  }
  return least;
}

async function load(service, forSeconds, isMeasured) {
  const sound = traffic();
  const beganMs = performance.now();
  const under = new Set();
  let sent = 0;
  let attacked = 0;
  while (performance.now() - beganMs < forSeconds * 1_000) {
    const elapsed = (performance.now() - beganMs) / 1_000;
    const events = [];
    const jtis = [];
    while (attacked < elapsed * attackRate) {
      attacked += 1;
      const n = `a${attackCount++}`;
      events.push(...chain(n, [...narrow, 'mail:send']));
      if (isMeasured) jtis.push(`c${n}`);
    }
    while (sent + events.length < elapsed * rate) events.push(sound.next().value);
    sent += events.length;
    const work = publish(service, events, jtis).finally(() => under.delete(work));
    under.add(work);
    await delay(TICK_MS);
  }
  await Promise.all(under);
}

/** Seconds of the processor that the service has used. */
async function cpuSeconds({ api, key }) {
  const answer = await api.request({
    path: '/metrics',
    method: 'GET',
    headers: { authorization: `Bearer ${key}` },
  });
  return Number(/^process_cpu_seconds_total (\S+)/m.exec(await answer.body.text())?.[1]);
}

function line(name, times) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share) => Math.round(sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)]);
  return `| ${name} | ${sorted.length} | ${at(0.5)} | ${at(0.95)} | ${at(0.99)} | ${at(1)} |`;
}

const { server, arrived } = await startReceiver();
const service = await startService(server.address().port);
try {
  await letItAct(service);
  const aloneMs = await writeMs(service);
  await load(service, WARM_SECONDS, false);
  const usedBefore = await cpuSeconds(service);
  await load(service, seconds, true);
  const cores = ((await cpuSeconds(service)) - usedBefore) / seconds;
  const isDone = () => [...attacks.keys()].every((jti) => arrived.has(jti));
  for (let waited = 0; waited < GRACE_SECONDS * 10 && !isDone(); waited += 1) await delay(100);
  const since = (from) =>
    [...attacks].flatMap(([jti, times]) => (arrived.has(jti) ? [arrived.get(jti) - times[from]] : []));
  const [busy] = loadavg();
  say(
    `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Node ${process.versions.node}, load ${busy?.toFixed(1)}`,
  );
  say(
    `publisher, service and receiver on it; embedded store; ${rate} events/s asked for, ` +
      `${Math.round(published / (WARM_SECONDS + seconds))} taken, ${refused} batches refused; the service used ${cores.toFixed(2)} cores; ` +
      `one batch alone is acknowledged after ${aloneMs.toFixed(1)} ms at the least`,
  );
  say('\n| from | revocations | p50 ms | p95 ms | p99 ms | worst |\n|---|---:|---:|---:|---:|---:|');
  say(line('the event was in the log (its batch acknowledged) to the first attempt', since('loggedMs')));
  say(line('the event was sent to the first attempt', since('sentMs')));
  const missing = [...attacks.keys()].filter((jti) => !arrived.has(jti)).length;
  if (missing > 0) {
    const [last] = (await ask(service, 'GET', '/v1/responses?limit=1')).items;
    say(
      `\n${missing} of ${attacks.size} attacks were not revoked in time; the last response: ` +
        JSON.stringify(last),
    );
    process.exitCode = 1;
  }
} finally {
  service.child.kill('SIGKILL');
  server.closeAllConnections();
  server.close();
  await service.api.destroy();
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
