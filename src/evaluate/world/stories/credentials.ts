import { callApi, callTool, close, invoke, request } from '../calls.ts';
import { agents, humans, issuers, orchestrators, read, record, services, tool, write } from '../cast.ts';
import { endPrivilege, expose, grantPrivilege, identity, introspect, link, register } from '../evidence.ts';
import { handOver, narrowed, opening, own, someCapabilities, work } from '../parts.ts';
import { type Script, wait } from '../script.ts';
import { audienceOf, issue, refresh, revoke } from '../tokens.ts';
import { MINUTE_MS } from '../variant.ts';

const DAY_S = 86_400;

/** Every hop has a key of its own and proves it with each call. */
export function boundHands(script: Script): void {
  const issuer = script.random.pick([issuers.login, issuers.sts]);
  let { token, run } = opening(script, { issuer, bound: true });
  work(script, token, run);
  for (let hops = script.random.int(1, 3); hops > 0; hops -= 1) {
    ({ token, run } = handOver(script, token, run, { capabilities: narrowed(script, token.capabilities) }));
    work(script, token, run, script.random.int(1, 4));
  }
}

/** A token says who may act next, and exactly that one does. */
export function namedSuccessor(script: Script): void {
  const { random } = script;
  const successor = random.pick(orchestrators);
  const { token, run } = opening(script, {
    issuer: random.pick([issuers.login, issuers.sts]),
    capabilities: [read('orders'), write('orders'), read('crm')],
    mayAct: { sub: successor.id },
  });
  work(script, token, run, 2);
  const next = handOver(script, token, run, {
    holder: successor,
    capabilities: [read('orders'), read('crm')],
    // More was asked for than was given, of both.
    requested: [read('orders'), read('crm'), write('crm')],
    requestedAudience: [audienceOf('orders'), audienceOf('crm'), audienceOf('billing')],
  });
  work(script, next.token, next.run, 3);
}

/** RFC 9396: the authority is written out, and shrinks. */
export function writtenOut(script: Script): void {
  const capabilities = [read('billing'), write('billing')];
  const locations = [audienceOf('billing')];
  const { token, run } = opening(script, {
    issuer: issuers.sts,
    capabilities,
    details: [
      { type: 'record_access', locations, actions: ['read', 'write'], identifier: record('billing', 4) },
    ],
  });
  callApi(script, token, read('billing'), { parentCallId: run, resource: record('billing', 4) });
  const next = handOver(script, token, run, {
    capabilities: [read('billing')],
    details: [{ type: 'record_access', locations, actions: ['read'], identifier: record('billing', 4) }],
  });
  callApi(script, next.token, read('billing'), { parentCallId: next.run, resource: record('billing', 4) });
}

/** The answer to a refresh is lost on the way, and the client asks again within seconds. */
export function lostAnswer(script: Script): void {
  const { token, run } = opening(script, { family: script.name('family'), issuer: issuers.login });
  work(script, token, run, 2);
  wait(script, 20 * MINUTE_MS, 40 * MINUTE_MS);
  refresh(script, token);
  wait(script, 2_000, 9_000);
  const second = refresh(script, token);
  work(script, second, run, 3);
}

/** A key that was made some weeks ago and is replaced every month. */
export function monthlyKey(script: Script): void {
  const holder = own(script, script.random.pick(services));
  const token = issue(script, {
    issuer: issuers.login,
    subject: holder,
    holder,
    capabilities: someCapabilities(script),
    lifetimeS: null,
    tokenKind: 'api_key',
    grant: 'api_key',
    mintedAgoS: script.random.int(2, 28) * DAY_S,
  });
  work(script, token, undefined, script.random.int(2, 6));
}

/** A secret is read, and used where it belongs. */
export function secretReader(script: Script): void {
  const { token, run } = opening(script, {
    issuer: issuers.sts,
    capabilities: [read('warehouse'), write('warehouse')],
  });
  const credentialSource = { manager: 'vault', path: 'kv/warehouse/loader' };
  const resource = record('warehouse', 12);
  callTool(script, token, tool('warehouse', 'connect', 'read'), {
    parentCallId: run,
    resource,
    credentialSource,
  });
  wait(script, 500, 5_000);
  callApi(script, token, write('warehouse'), { parentCallId: run, resource, credentialSource });
}

/** Somebody new: registered, known by two names, at work for the day, and gone when everything of theirs is done. */
export function joinerAndLeaver(script: Script): void {
  const { random } = script;
  const human = own(script, random.pick(humans));
  const agent = own(script, random.pick(agents));
  register(script, agent, human, 'answers questions about orders');
  link(script, human, { ...human, id: `mail:${human.id}` });
  const session = script.name('session');
  const { token, run, triggerId } = opening(script, {
    human,
    agent,
    session,
    issuer: issuers.login,
    capabilities: [read('orders'), read('crm')],
  });
  work(script, token, run, random.int(2, 6));
  wait(script, 2 * MINUTE_MS, 5 * MINUTE_MS);
  close(script, triggerId);
  identity(script, human, 'session-ended', session);
  revoke(script, { token, reason: 'logout' });
  wait(script, 2 * MINUTE_MS, 5 * MINUTE_MS);
  identity(script, human, random.pick(['disabled', 'offboarded'] as const));
  if (random.chance(0.5)) identity(script, agent, 'offboarded');
}

/** A key turns up in public; it is revoked at once and nobody uses it again. */
export function foundAndReplaced(script: Script): void {
  const holder = own(script, script.random.pick(services));
  const capabilities = [read('docs'), read('repo')];
  const key = { issuer: issuers.sts, subject: holder, holder, capabilities, grant: 'client_credentials' };
  const first = issue(script, { ...key, lifetimeS: 14_400 });
  work(script, first, undefined, 3);
  wait(script, 3 * MINUTE_MS, 6 * MINUTE_MS);
  expose(script, { token: first });
  revoke(script, { token: first, reason: 'compromise' });
  wait(script, 2 * MINUTE_MS, 4 * MINUTE_MS);
  work(script, issue(script, { ...key, lifetimeS: 14_400 }), undefined, 3);
}

/** A batch run gets a privilege for its task, checks its token on the way, and gives the privilege back. */
export function borrowedPrivilege(script: Script): void {
  const { random } = script;
  const subject = random.pick(services);
  const clock = { id: `acme/schedule/${subject.name}`, kind: 'system' as const };
  const triggerId = request(script, clock, 'schedule', { task: { id: 'nightly' } });
  const token = issue(script, {
    issuer: random.pick([issuers.login, issuers.sts]),
    subject,
    holder: subject,
    capabilities: [read('warehouse'), write('warehouse')],
    grant: 'client_credentials',
  });
  const run = invoke(script, clock, subject, { token });
  const exp = grantPrivilege(script, token, ['warehouse:write'], 600);
  introspect(script, token, { id: 'https://gateway.acme.example', kind: 'service' });
  work(script, token, run, random.int(2, 6));
  wait(script, 1_000, 20_000);
  endPrivilege(script, token, ['warehouse:write'], exp);
  close(script, triggerId);
}
