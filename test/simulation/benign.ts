import { approve, callApi, callTool, invoke, request } from '../../src/evaluate/world/calls.ts';
import { issuers, payout, read, tool, write } from '../../src/evaluate/world/cast.ts';
import { digestOf, emit, type Line, wait } from '../../src/evaluate/world/script.ts';
import { issue, refresh, revoke, type Token } from '../../src/evaluate/world/tokens.ts';
import { benignConsents } from './consents.ts';
import { alive, delay, hand, type Kit, names, open, principal, type Story, someIssuer, work } from './kit.ts';
import { benignPeople } from './people.ts';

const nothing = [] as const;
const MINUTE_MS = 60_000;

/** Several hands, each with the authority of the one before; one of the links may come hours late. */
const assistant: Story = (kit) => {
  const { script, random } = kit;
  const { human, token } = open(kit);
  const tokens = [token];
  let last = token;
  for (let hops = random.int(1, 4); hops > 0; hops -= 1) {
    const next = hand(kit, last);
    const run = invoke(script, last.holder, next.holder, { token: next });
    work(kit, next, random.int(1, 3), run);
    tokens.push(next);
    last = next;
  }
  if (random.chance(0.3)) {
    approve(script, last, write('crm'), human);
    work(kit, last, 1);
  }
  if (random.chance(0.3)) revoke(script, { token: last, reason: 'logout' });
  const missing = random.pick(tokens);
  if (kit.late)
    delay(kit, (line) => line.data.type !== 'agent.invoked' && mints(line.data.type) && names(line, missing));
  return nothing;
};

function mints(type: string): boolean {
  return type === 'token.issued' || type === 'token.exchanged' || type === 'token.refreshed';
}

/** A session that is refreshed, sometimes without a word on its scope. */
const session: Story = (kit) => {
  const { script, random } = kit;
  const { token: first } = open(kit, { family: script.name('family') });
  let token = first;
  work(kit, token, 2);
  for (let rounds = random.int(1, 3); rounds > 0; rounds -= 1) {
    wait(script, 5 * MINUTE_MS, 20 * MINUTE_MS);
    if (random.chance(0.4)) revoke(script, { token, reason: 'rotation' });
    token = refresh(script, token, random.chance(0.5) ? { scope: token.scope } : {});
    work(kit, token, 2);
  }
  if (kit.late) delay(kit, (line) => line.data.type === 'token.refreshed');
  return nothing;
};

/** Only a gateway sees the token, and says what it read in it. */
const gatewayOnly: Story = (kit) => {
  const { script, random } = kit;
  const holder = principal(kit, 'agent');
  const spec = { issuer: issuers.partner, subject: holder, holder, capabilities: [read('crm')] };
  const token = issue(script, { ...spec, unreported: true });
  const presented = { exp: (token.expMs ?? 0) / 1000, iat: token.iatMs / 1000, scope: ['crm:read'] };
  for (let calls = random.int(2, 5); calls > 0; calls -= 1) {
    wait(script, 200, 4_000);
    callApi(script, token, read('crm'), { presented });
  }
  if (kit.late) delay(kit, (line) => line === script.lines[0]);
  return nothing;
};

/** One token without a transaction of its own under several transactions: an ancestor, once two are known. */
const shared: Story = (kit) => {
  const { script, random } = kit;
  const holder = principal(kit, 'service');
  const token = issue(script, {
    issuer: someIssuer(kit),
    subject: holder,
    holder,
    capabilities: [read('crm'), read('orders')],
    grant: 'client_credentials',
    withoutTxn: true,
    ...(random.chance(0.5) ? { tokenKind: 'access_key', lifetimeS: null } : {}),
  });
  for (let jobs = random.int(2, 3); jobs > 0; jobs -= 1) {
    wait(script, 1_000, 4 * MINUTE_MS);
    const txn = script.name('job');
    const job: Kit = { ...kit, script: { ...script, txn, callsCarryTxn: true, nowMs: script.nowMs } };
    if (random.chance(0.5)) request(job.script, principal(kit, 'system'), 'schedule');
    work(job, random.chance(0.4) ? hand(job, token) : token, random.int(1, 3));
    script.nowMs = job.script.nowMs;
  }
  if (kit.late)
    delay(kit, (line) => line.data.txn !== undefined && line.data.txn === txnOf(script.lines.at(-1)));
  return nothing;
};

function txnOf(
  line: { readonly data: { readonly txn?: string | undefined } } | undefined,
): string | undefined {
  return line?.data.txn;
}

/** Agents and tools without any token, held together by the calls that set them off. */
const tokenless: Story = (kit) => {
  const { script, random } = kit;
  const planner = principal(kit, 'orchestrator');
  const agent = principal(kit, 'agent');
  const { token } = open(kit, { holder: agent });
  const silent: Kit['script'] = {
    ...script,
    txn: script.name('unsaid'),
    callsCarryTxn: false,
    nowMs: script.nowMs,
  };
  let run = invoke(silent, planner, agent);
  for (let depth = random.int(1, 3); depth > 0; depth -= 1) {
    wait(silent, 100, 900);
    const callId = script.name('sub');
    const source = 'https://agents.acme.example/runtime';
    emit(silent, source, 'tool.invoked', {
      callId,
      actor: agent,
      tool: { name: 'crm.get' },
      effect: 'read',
      parentCallId: run,
    });
    run = random.chance(0.5) ? callId : run;
  }
  work({ ...kit, script: silent }, token, 1, run);
  script.nowMs = silent.nowMs;
  if (kit.late) delay(kit, (line) => line.data.type === 'agent.invoked');
  return nothing;
};

/** Tokens that name each other as parents: neither chain nor engine may be lost in the circle. */
const circle: Story = (kit) => {
  const { script, random } = kit;
  const { token: a } = open(kit, { issuer: issuers.sts });
  const b = hand(kit, a);
  const c = hand(kit, b);
  work(kit, c, 2);
  // The first one's report names the last one as its parent.
  const first = script.lines.findIndex((line) => line.data.type === 'token.issued' && names(line, a));
  const line = script.lines[first];
  if (line?.data.type === 'token.issued')
    script.lines[first] = { ...line, data: { ...line.data, parents: [random.pick([b, c]).ref] } };
  if (kit.late) delay(kit, (other) => other === script.lines[first]);
  return nothing;
};

/** Two mints that disagree on the hash of one jti, and calls that name each hash. */
const contradiction: Story = (kit) => {
  const { script } = kit;
  const { token } = open(kit, { issuer: issuers.sts });
  const ref = {
    iss: issuers.sts.iss,
    jti: 'jti' in token.ref ? token.ref.jti : '',
    hash: digestOf(script.name('other')),
  };
  const other: Token = { ...token, ref };
  work(kit, token, 2);
  work({ ...kit, script }, other, 2);
  if (kit.late) delay(kit, (line) => line === script.lines.at(-1));
  return nothing;
};

/** Used before its issuer says so, which looks like a token that nobody issued until it does. */
const lateMint: Story = (kit) => {
  alive(kit, issuers.login);
  const { token } = open(kit, { issuer: issuers.login });
  work(kit, token, 3);
  work(kit, hand(kit, token), 2);
  delay(kit, (line) => line.data.type === 'token.issued' && names(line, token));
  return nothing;
};

/** A payout whose person becomes known hours later. */
const lateRequest: Story = (kit) => {
  const { script } = kit;
  request(script, principal(kit, 'human'));
  const subject = principal(kit, 'service');
  const token = issue(script, {
    issuer: issuers.sts,
    subject,
    holder: subject,
    capabilities: [payout],
    grant: 'client_credentials',
  });
  wait(script, 100, 900);
  callApi(script, token, payout, { mustCarryTxn: true });
  delay(kit, (line) => line.data.type === 'request.received');
  return nothing;
};

/** Events that belong to no chain. */
const loose: Story = (kit) => {
  const { script, random } = kit;
  for (let left = random.int(3, 6); left > 0; left -= 1) {
    wait(script, 1_000, MINUTE_MS);
    const source = 'https://directory.acme.example/audit';
    emit(script, source, 'identity.registered', { principal: principal(kit, 'agent') });
  }
  return nothing;
};

/** Tools only, under a token whose grants are tools. */
const toolUser: Story = (kit) => {
  const { script, random } = kit;
  const { token } = open(kit, {
    issuer: issuers.opaque,
    capabilities: [tool('docs', 'get', 'read'), tool('docs', 'search', 'read')],
  });
  for (let calls = random.int(2, 4); calls > 0; calls -= 1) {
    wait(script, 100, 3_000);
    callTool(script, token, tool('docs', 'get', 'read'), { denied: random.chance(0.2) });
  }
  if (kit.late) delay(kit, (line) => line.data.type === 'tool.completed');
  return nothing;
};

/** Two reports of one call at one instant that differ: which one is read first must not depend on which came first. */
const twins: Story = (kit) => {
  const { script, random } = kit;
  const { token } = open(kit, { issuer: issuers.login, capabilities: [read('crm')] });
  for (let calls = random.int(2, 4); calls > 0; calls -= 1) {
    wait(script, 500, 5_000);
    const callId = script.name('twin');
    for (const resource of ['crm/left', 'crm/right']) {
      emit(script, 'https://gateway.acme.example', 'api.called', {
        actor: token.holder,
        token: token.ref,
        target: { system: 'crm', resource },
        action: 'read',
        effect: 'read',
        callId,
      });
    }
  }
  if (kit.late) delay(kit, (line) => line === script.lines.at(-1));
  return nothing;
};

/** Calls that are one only until it is heard that their request carried two, or that one belongs elsewhere. */
const parting: Story = (kit) => {
  const { script, random } = kit;
  const { token } = open(kit, { issuer: issuers.login, capabilities: [read('crm')] });
  const other = hand(kit, token);
  const gateway = 'https://gateway.acme.example';
  const call = (source: string, of: Token, httpRequestId: string, resource: string): void => {
    wait(script, 50, 900);
    emit(script, source, 'api.called', {
      actor: of.holder,
      token: of.ref,
      target: { system: 'crm', resource },
      action: 'read',
      effect: 'read',
      httpRequestId,
    });
  };
  const request = script.name('http');
  call(gateway, token, request, 'crm/1');
  call('https://api.acme.example/crm', token, request, 'crm/1');
  const second = script.lines.length;
  if (random.chance(0.7)) call(gateway, token, request, 'crm/2');
  // One id, two tellings that disagree on the call and on the token.
  call(gateway, token, script.name('http'), 'crm/3');
  const line = script.lines.at(-1) as Line;
  call(gateway, other, script.name('http'), 'crm/3');
  script.lines.push({ ...(script.lines.pop() as Line), id: line.id });
  if (kit.late) delay(kit, (one) => one === script.lines[second] || one === script.lines.at(-1));
  return nothing;
};

/** Much work on few records: what counts is what differs. */
const narrow: Story = (kit) => {
  const { token } = open(kit, { capabilities: [read('mail')] });
  work(kit, token, 14);
  if (kit.late) delay(kit, (line) => line === kit.script.lines.at(-1));
  return nothing;
};

export const benignStories: readonly Story[] = [
  assistant,
  session,
  gatewayOnly,
  shared,
  tokenless,
  circle,
  contradiction,
  lateMint,
  lateRequest,
  loose,
  toolUser,
  twins,
  parting,
  narrow,
  ...benignConsents,
  ...benignPeople,
];
