import { approve, call, callApi, close, invoke, request } from './calls.ts';
import {
  type Issuer,
  isApi,
  issuers,
  orchestrators,
  payout,
  read,
  record,
  services,
  systems,
  write,
} from './cast.ts';
import { handOver, narrowed, opening, own, signInIssuers, someCapabilities, work } from './parts.ts';
import { type Script, wait } from './script.ts';
import { provisioning, rotation, serviceTicket } from './stories/access.ts';
import * as credentials from './stories/credentials.ts';
import { dataExport, procurement, refund } from './stories/finance.ts';
import { codeReview, helpdesk, mailroom, webhook } from './stories/front-desk.ts';
import { configPush, containment, development, release, restart } from './stories/operations.ts';
import { issue, refresh, revoke, type Token } from './tokens.ts';

/** A way in which ordinary work goes. `standing` is the pipeline key of the day. */
export type Story = (script: Script, standing: Token) => void;

/** A person, an agent, and up to four further hands, each with the same authority or less. */
function assistant(script: Script): void {
  const { random } = script;
  const opened = opening(script);
  const { human, triggerId } = opened;
  let { token, run } = opened;
  work(script, token, run);
  for (let hops = random.geometric(0.5, 0, 4); hops > 0; hops -= 1) {
    ({ token, run } = handOver(script, token, run, { capabilities: narrowed(script, token.capabilities) }));
    work(script, token, run);
  }
  const needed = token.capabilities.filter(isApi).find(({ effect }) => effect === 'write');
  if (needed !== undefined && random.chance(0.2)) {
    const approvalId = approve(script, token, needed, human);
    callApi(script, token, needed, { approvalId, parentCallId: run, resource: record(needed.system, 3) });
  }
  if (random.chance(0.4)) {
    wait(script, 2_000, 60_000);
    close(script, triggerId);
  }
  if (random.chance(0.1)) revoke(script, { token, reason: 'logout' });
}

/** One agent asks several others at once. */
function crew(script: Script): void {
  const { token, run } = opening(script);
  for (let members = script.random.geometric(0.66, 2, 20); members > 0; members -= 1) {
    const member = handOver(script, token, run, { capabilities: narrowed(script, token.capabilities) });
    work(script, member.token, member.run, script.random.int(1, 2));
  }
}

/** A service on its own credential. */
function service(script: Script): void {
  const { random } = script;
  const subject = random.pick(services);
  const token = issue(script, {
    issuer: random.pick(signInIssuers),
    subject,
    holder: subject,
    capabilities: someCapabilities(script),
    grant: 'client_credentials',
    lifetimeS: random.pick([900, 3_600, 14_400]),
  });
  work(script, token);
}

/** A clock or a foreign system starts the work: no person is in it, and none has to be. */
function machine(script: Script): void {
  const { random } = script;
  const subject = random.pick(services);
  const kind = random.pick(['schedule', 'webhook', 'alert'] as const);
  request(script, { id: `acme/${kind}/${subject.name}`, kind: 'system' }, kind);
  wait(script, 50, 800);
  const token = issue(script, {
    issuer: random.pick(signInIssuers),
    subject,
    holder: subject,
    capabilities: someCapabilities(script),
    grant: 'client_credentials',
  });
  const runner = random.pick(orchestrators);
  const run = invoke(script, subject, runner, { token });
  for (let jobs = random.int(1, 4); jobs > 0; jobs -= 1) {
    const job = handOver(script, token, run, { capabilities: narrowed(script, token.capabilities) });
    work(script, job.token, job.run, random.int(1, 4));
  }
}

/** The build server works with the standing key itself, or a runner gets a short token for it. */
function pipeline(script: Script, standing: Token): void {
  const { random } = script;
  if (random.chance(0.5)) {
    for (let calls = random.int(1, 4); calls > 0; calls -= 1) {
      wait(script, 200, 2_000);
      call(script, standing, random.pick(standing.capabilities), { mustCarryTxn: true });
    }
    return;
  }
  const runner = own(script, { id: 'acme/ci/runner', kind: 'workload', name: 'runner' });
  const run = invoke(script, standing.holder, runner, { token: standing });
  const capabilities = narrowed(script, standing.capabilities);
  const job = handOver(script, standing, run, { holder: runner, capabilities });
  work(script, job.token, job.run, random.int(1, 5));
}

/** A session that is refreshed and goes on working. */
function session(script: Script): void {
  const { run, token: first } = opening(script, { family: script.name('family') });
  let token = first;
  work(script, token, run, 2);
  for (let rounds = script.random.int(1, 4); rounds > 0; rounds -= 1) {
    wait(script, 20 * 60_000, 50 * 60_000);
    token = refresh(script, token, script.random.chance(0.5) ? { scope: token.scope } : {});
    work(script, token, run, 2);
  }
  if (!script.random.chance(0.4)) return;
  const next = handOver(script, token, run, { capabilities: narrowed(script, token.capabilities) });
  work(script, next.token, next.run, 2);
}

/** A partner's token: only the gateway sees it, and says what it read in it. */
function gatewayOnly(script: Script): void {
  const { random } = script;
  const subject = { id: `partner/${random.int(1, 40)}`, kind: 'unknown' as const };
  const system = random.pick(systems);
  const token = issue(script, {
    issuer: issuers.partner,
    subject,
    holder: subject,
    capabilities: [read(system), write(system)],
    unreported: true,
  });
  const presented = {
    iat: token.iatMs / 1000,
    exp: (token.expMs ?? 0) / 1000,
    aud: [...token.audience],
    scope: [...token.scope],
  };
  for (let calls = random.int(1, 5); calls > 0; calls -= 1) {
    wait(script, 200, 2_000);
    call(script, token, random.pick(token.capabilities), { presented, mustCarryTxn: true });
  }
}

/** Things go wrong every day: a server fails and is asked again, a call is refused. */
function stumbling(script: Script): void {
  const { token, run } = opening(script, {
    issuer: issuers.login,
    capabilities: [read('orders'), write('orders')],
  });
  callApi(script, token, read('orders'), { status: 503, parentCallId: run });
  wait(script, 1_000, 4_000);
  callApi(script, token, read('orders'), { parentCallId: run });
  callApi(script, token, payout, { denied: true, parentCallId: run });
  work(script, token, run, 2);
}

const stories: readonly (readonly [story: Story, weight: number])[] = [
  [assistant, 40],
  [crew, 10],
  [service, 12],
  [machine, 12],
  [pipeline, 10],
  [session, 6],
  [gatewayOnly, 5],
  [stumbling, 5],
  [release, 5],
  [configPush, 2],
  [development, 2],
  [restart, 3],
  [containment, 3],
  [refund, 4],
  [dataExport, 3],
  [procurement, 3],
  [rotation, 3],
  [provisioning, 3],
  [serviceTicket, 3],
  [helpdesk, 5],
  [codeReview, 3],
  [webhook, 4],
  [mailroom, 3],
  [credentials.boundHands, 4],
  [credentials.namedSuccessor, 3],
  [credentials.writtenOut, 2],
  [credentials.lostAnswer, 2],
  [credentials.monthlyKey, 2],
  [credentials.secretReader, 2],
  [credentials.joinerAndLeaver, 2],
  [credentials.foundAndReplaced, 2],
  [credentials.borrowedPrivilege, 2],
];

export const ordinary: Story = (script, standing) => {
  let draw = script.random.int(
    1,
    stories.reduce((sum, [, weight]) => sum + weight, 0),
  );
  for (const [story, weight] of stories) {
    draw -= weight;
    if (draw > 0) continue;
    story(script, standing);
    return;
  }
};

/**
 * The pipelines' key: it never expires, so it is an ancestor of chains and no chain itself. The world issues a new
 * one every so often, before one key could have as many children as would be unusual.
 */
export function standingKey(script: Script): Token {
  const holder = { id: 'acme/ci', kind: 'service' as const, name: 'ci' };
  return issue(script, {
    issuer: issuers.login,
    subject: holder,
    holder,
    capabilities: [read('repo'), write('repo'), read('deploy'), write('deploy')],
    lifetimeS: null,
    tokenKind: 'api_key',
    grant: 'api_key',
    withoutTxn: true,
  });
}

/** A sign of life of one issuer. All of an issuer's probes share one transaction. */
export function probe(script: Script, issuer: Issuer): void {
  const subject = { id: 'acme/probe', kind: 'service' as const, name: 'probe' };
  issue(script, {
    issuer,
    subject,
    holder: subject,
    capabilities: [read('calendar')],
    lifetimeS: 300,
    grant: 'client_credentials',
  });
}
