import { callApi, callTool, close, invoke, request } from '../calls.ts';
import { issuers, record } from '../cast.ts';
import { consent, deedOf, perform } from '../deeds.ts';
import { desk, duty, environments, instrument, repositories } from '../desk.ts';
import { decide, introspect } from '../evidence.ts';
import { handOver, type Opening, opening } from '../parts.ts';
import { type Script, wait } from '../script.ts';
import { issue, type Token } from '../tokens.ts';
import { MINUTE_MS, until } from '../variant.ts';

const corporate = [issuers.login, issuers.sts] as const;
export const releaseTask = { id: 'release' } as const;
export const restartTask = { id: 'restart' } as const;

export interface Release extends Opening {
  readonly repository: string;
}

/** A change ticket sets the release pipeline to work. */
export function releaseOpening(script: Script, spec: Parameters<typeof opening>[1] = {}): Release {
  const repository = script.random.pick(repositories);
  const opened = opening(script, {
    agent: desk.release,
    issuer: script.random.pick(corporate),
    ticket: script.name('CHG'),
    task: releaseTask,
    capabilities: [duty.deploy, duty.pushConfig],
    ...spec,
  });
  callTool(script, opened.token, instrument.plan, { parentCallId: opened.run, task: releaseTask });
  return { ...opened, repository };
}

/** One promotion: is the token still good, may it, then a job with a token of its own does it. */
export function promote(script: Script, { token, run, repository }: Release, environment: string): void {
  wait(script, 2_000, 30_000);
  introspect(script, token, desk.release);
  const resource = record('cluster', script.random.int(0, 9));
  const job = handOver(script, token, run, { holder: desk.deployer, capabilities: [duty.deploy] });
  decide(script, job.token, duty.deploy, { resource, properties: { environment, repository } });
  wait(script, 200, 2_000);
  const deed = deedOf(script, duty.deploy, resource, { environment, repository });
  perform(script, job.token, deed, { parentCallId: job.run, task: releaseTask });
}

/** R44, R48, R53, R57: staging, then production, by a ticket, under a pinned policy. */
export function release(script: Script): void {
  const opened = releaseOpening(script);
  promote(script, opened, environments.staging);
  promote(script, opened, environments.prod);
  wait(script, 5_000, 30_000);
  close(script, opened.triggerId);
}

/** R57: a configuration goes to production by the ticket that asked for it. */
export function configPush(script: Script): void {
  const { token, run, triggerId } = releaseOpening(script);
  wait(script, 1_000, 20_000);
  const facts = { environment: environments.prod };
  const deed = deedOf(script, duty.pushConfig, record('cluster', script.random.int(0, 9)), facts);
  perform(script, token, deed, { parentCallId: run, task: releaseTask });
  wait(script, 5_000, 30_000);
  close(script, triggerId);
}

/** A developer's agent keeps to where developers may be. */
export function development(script: Script): void {
  const { token, run } = opening(script, { agent: desk.developer, capabilities: [duty.deploy] });
  for (const environment of script.random.shuffle([
    environments.dev,
    environments.staging,
    environments.dev,
  ])) {
    wait(script, 1_000, 20_000);
    introspect(script, token, desk.developer);
    decide(script, token, duty.deploy, { properties: { environment }, policy: { id: 'sandbox-rules' } });
    wait(script, 200, 2_000);
    perform(script, token, deedOf(script, duty.deploy, record('cluster', 11), { environment }), {
      parentCallId: run,
    });
  }
}

/** Waits until the half of an hour in which batch systems may be changed, or until the other one. */
export function inBatchWindow(script: Script, open: boolean): void {
  const hourMs = 60 * MINUTE_MS;
  const [from, to] = open ? [3, 20] : [35, 50];
  const minute = Math.floor((script.nowMs % hourMs) / MINUTE_MS);
  if (minute >= from && minute < to) return;
  const startMs = Math.floor(script.nowMs / hourMs) * hourMs + from * MINUTE_MS;
  until(script, startMs > script.nowMs ? startMs : startMs + hourMs);
}

/** An operator asks for a look at something that hangs. */
export function opsOpening(script: Script): Opening {
  const opened = opening(script, {
    agent: desk.ops,
    issuer: script.random.pick(corporate),
    ticket: script.name('INC'),
    task: restartTask,
    capabilities: [duty.searchLogs, duty.restart, duty.file],
  });
  const { token, run } = opened;
  callTool(script, token, instrument.ticket, { parentCallId: run, task: restartTask });
  for (let looks = script.random.int(2, 6); looks > 0; looks -= 1) {
    wait(script, 500, 5_000);
    callApi(script, token, duty.searchLogs, {
      parentCallId: run,
      resource: record('logs', looks),
      task: restartTask,
    });
  }
  return opened;
}

/** R52, R63: it looks, proposes, is told to go on, and restarts where and when it may. */
export function restart(script: Script): void {
  const environment = script.random.pick([environments.prod, environments.batch]);
  inBatchWindow(script, true);
  const { token, run, triggerId } = opsOpening(script);
  const deed = deedOf(script, duty.restart, record('cluster', script.random.int(12, 20)), { environment });
  const approvalId = consent(script, token, deed, { forS: 900, maxUses: 1 });
  perform(script, token, deed, { parentCallId: run, approvalId, task: restartTask });
  wait(script, 2_000, 30_000);
  close(script, triggerId);
}

/** An alarm wakes the responder, which works on its own credential. */
export function alarm(script: Script): {
  readonly token: Token;
  readonly run: string;
  readonly triggerId: string;
} {
  const sensor = { id: 'acme/edr/sensor', kind: 'system' as const };
  const triggerId = request(script, sensor, 'alert', { task: { id: 'containment' } });
  wait(script, 100, 2_000);
  const token = issue(script, {
    issuer: issuers.sts,
    subject: desk.responder,
    holder: desk.responder,
    capabilities: [duty.enrich, duty.isolate],
    grant: 'client_credentials',
  });
  const run = invoke(script, sensor, desk.responder, { token });
  for (let looks = script.random.int(1, 5); looks > 0; looks -= 1) {
    wait(script, 500, 4_000);
    callApi(script, token, duty.enrich, { parentCallId: run, resource: record('edr', looks) });
  }
  return { token, run, triggerId };
}

/** R47, R55: containment after an operator's word, with a fresh token for every step. */
export function containment(script: Script): void {
  const { token, run, triggerId } = alarm(script);
  for (let hosts = script.random.int(1, 3); hosts > 0; hosts -= 1) {
    const deed = deedOf(script, duty.isolate, record('edr', 10 + hosts));
    const approvalId = consent(script, token, deed, { forS: 600, maxUses: 1 });
    const step = handOver(script, token, run, { holder: desk.containment, capabilities: [duty.isolate] });
    perform(script, step.token, deed, { parentCallId: step.run, approvalId });
  }
  wait(script, 2_000, 30_000);
  close(script, triggerId);
}
