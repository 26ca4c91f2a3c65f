// Prints what pages of the console cost the server, with many alerts in the store: from the request to the last byte.
// Usage: npm run bench:console [-- --alerts N] [-- --incidents N] [-- --runs N]
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openStore } from '../../dist/src/store/index.js';

const { values } = parseArgs({
  options: {
    alerts: { type: 'string', default: '100000' },
    incidents: { type: 'string', default: '20000' },
    runs: { type: 'string', default: '20' },
  },
});
const alertCount = Number(values.alerts);
const incidentCount = Number(values.incidents);
const runs = Number(values.runs);
/** Compiled code, open files: not measured. */
const WARM_RUNS = 5;
const REFUSED_MAX = 60;
const BATCH = 5_000;
const say = (line) => process.stdout.write(`${line}\n`);

const severities = ['info', 'low', 'medium', 'high', 'critical'];
const startMs = Date.now() - alertCount * 1_000;

/** Ids say nothing of time, as those of the product. */
function idOf(prefix, index) {
  return `${prefix}_${createHash('sha256').update(`${prefix}${index}`).digest('hex').slice(0, 32)}`;
}

/**
 * As the pipeline writes it; every string is of a length that is seen in the field. Of no place in the log, so that the
 * engine takes none of it up again at its start.
 */
function alertAt(index) {
  const jti = `tok-${index}-9f2c1b7e`;
  const token = { iss: 'https://login.example', jti };
  const key = `tok:${JSON.stringify([token.iss, jti])}`;
  return {
    ...{ tenant: 'default', id: idOf('alr', index), version: 0, kind: 'alert' },
    ...{
      detector: 'scope-creep',
      detectorVersion: 2,
      basis: 'deterministic',
      severity: severities[index % 5],
    },
    subject: { kind: 'token', key, label: jti },
    title: `Refund agent ${index % 97} gained crm:write beyond what its parent token held`,
    ...{ facts: ['hop-drift'], incidentId: idOf('inc', index % incidentCount) },
    ...{ hop: key, above: [], chainId: `chn_${index % incidentCount}`, txn: `txn-${index}` },
    ...{ settled: true, withdrawn: false, count: 1 },
    ...{ firstAtMs: startMs + index * 1_000, lastAtMs: startMs + index * 1_000 + 500 },
    ...{ initiator: 'Maya Lindqvist', owner: 'team:customer-care', actor: `Refund agent ${index % 97}` },
    ...{ target: 'crm/customers/4711', outcome: 'accepted', writesSince: index % 7 },
    ...{ liveUntilMs: startMs + index * 1_000 + 3_600_000, weakestLink: 1, revocable: true, revoke: token },
    evidence: { 'hop-drift': { added: ['crm:write'], addedCount: 1, held: ['crm:read', 'tickets:read'] } },
    eventIds: [`evt-${index}-1`, `evt-${index}-2`],
    nextStep: `Revoke ${jti}: it works until it expires.`,
    runbook: 'detectors/scope-creep/README.md',
  };
}

function incidentAt(index) {
  const alert = alertAt(index);
  const { id, detector, severity, title, subject, facts } = alert;
  const { evidence: _, eventIds: __, hop: ___, above: ____, kind: _____, basis: ______, ...same } = alert;
  return {
    ...same,
    ...{ id: alert.incidentId, state: 'open', mergedInto: undefined, cause: subject.key },
    ...{ detectors: [detector], alertCount: Math.ceil(alertCount / incidentCount) },
    alerts: [{ id, role: 'cause', detector, severity, title, subject, facts }],
  };
}

async function fill(path) {
  const store = await openStore({ path });
  for (let from = 0; from < alertCount; from += BATCH) {
    const size = Math.min(BATCH, alertCount - from);
    await store.writeAlerts(Array.from({ length: size }, (_, at) => alertAt(from + at)));
  }
  for (let from = 0; from < incidentCount; from += BATCH) {
    const size = Math.min(BATCH, incidentCount - from);
    await store.writeIncidents(Array.from({ length: size }, (_, at) => incidentAt(from + at)));
  }
  await store.close();
}

async function start(data) {
  const program = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
  const child = spawn(process.execPath, [program, 'start'], {
    env: {
      ...{ PATH: process.env.PATH, HOME: process.env.HOME, CHAINWARDEN_DATA: data },
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
  const address = / listens on (\S+)/.exec(said)?.[1] ?? '';
  const invitation = /invitation=(\S+)/.exec(said)?.[1] ?? '';
  return { child, address, invitation };
}

async function signIn({ address, invitation }) {
  const answer = await fetch(`${address}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: address, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ invitation }),
  });
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0];
  if (cookie === undefined) throw new Error(`signing in answered ${answer.status}`);
  return cookie;
}

/** Processor time of the service so far, ms: what a page costs on a machine that others use, too. Linux tells. */
function processorMs({ child }) {
  try {
    const [, , ...told] =
      readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    // Fields 14 and 15, of which the state is the third; in hundredths of a second.
    return (Number(told[9]) + Number(told[10])) * 10;
  } catch {
    return Number.NaN;
  }
}

async function measure(service, cookie, path) {
  const { address } = service;
  let usedMs = 0;
  const times = [];
  let bytes = 0;
  let refused = 0;
  for (let run = 0; run < WARM_RUNS + runs; run += 1) {
    const beganMs = performance.now();
    const usedBeforeMs = processorMs(service);
    const answer = await fetch(`${address}${path}`, { headers: { cookie, accept: 'text/html' } });
    bytes = (await answer.text()).length;
    // The embedded engine has just been filled, and merges: the service turns visitors away while it is not itself.
    if (answer.status === 503 && refused < REFUSED_MAX) {
      refused += 1;
      run -= 1;
      await delay(1_000);
      continue;
    }
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
    if (run < WARM_RUNS) continue;
    times.push(performance.now() - beganMs);
    usedMs += processorMs(service) - usedBeforeMs;
  }
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(0);
  say(
    `| ${path} | ${at(0.5)} | ${at(0.95)} | ${at(1)} | ${(usedMs / runs).toFixed(0)} | ${Math.round(bytes / 1_024)} |`,
  );
}

const folder = mkdtempSync(join(tmpdir(), 'chainwarden-console-'));
const data = join(folder, 'data');
await fill(join(data, 'store'));
const service = await start(data);
try {
  const cookie = await signIn(service);
  say(`${alertCount} alerts in ${incidentCount} incidents; Node ${process.version}, ${cpus().length} cores`);
  say('| page | median ms | p95 | largest | processor ms | kB |');
  say('|---|---|---|---|---|---|');
  await measure(service, cookie, '/alerts?limit=1000');
  await measure(service, cookie, '/alerts');
  await measure(service, cookie, '/incidents');
  await measure(service, cookie, '/incidents?order=severity');
  await measure(service, cookie, `/incidents/${incidentAt(0).id}`);
  await measure(service, cookie, `/alerts/${alertAt(alertCount - 1).id}`);
} finally {
  service.child.kill('SIGTERM');
  await new Promise((resolve) => service.child.once('close', resolve));
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
