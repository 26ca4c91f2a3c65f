import type { Principal } from '../../src/domain/event/index.ts';
import { asked, type Binding, settled } from '../../src/evaluate/world/approvals.ts';
import { callApi, request } from '../../src/evaluate/world/calls.ts';
import { api, read, systems, write } from '../../src/evaluate/world/cast.ts';
import { endPrivilege, grantPrivilege } from '../../src/evaluate/world/evidence.ts';
import { emit, type Line, type Script, wait } from '../../src/evaluate/world/script.ts';
import { issue, type Token } from '../../src/evaluate/world/tokens.ts';
import { delay, type Kit, planted, principal, type Story, someIssuer, work } from './kit.ts';

const nothing = [] as const;
const MINUTE_MS = 60_000;
const APPROVALS = 'https://approvals.acme.example';
const TRIGGERS = 'https://triggers.acme.example';

/** What policy wants approved; no other story does it. */
export const rotate = api('vault', 'rotate', 'write');

/** A person asks, an agent gets a token: `open` with the request's id, and every call tells its transaction. */
function ask(kit: Kit, capabilities = [read('vault'), rotate]) {
  const { script } = kit;
  const human = principal(kit, 'human');
  const triggerId = request(script, human);
  wait(script, 50, 900);
  const token = issue(script, {
    issuer: someIssuer(kit),
    subject: human,
    holder: principal(kit, 'agent'),
    capabilities,
  });
  wait(script, 50, 900);
  return { human, token, triggerId };
}

function bindingOf({ script }: Kit): Binding {
  return { action: rotate.grant, facts: { record: script.name('record') } };
}

function use({ script }: Kit, token: Token, approvalId: string, { facts = {} }: Binding): void {
  wait(script, 1_000, 20_000);
  callApi(script, token, rotate, { approvalId, facts, mustCarryTxn: true });
}

/** The approval system knows nothing of transactions: nothing but the approval's id leads to a chain. */
function grant(kit: Kit, approvalId: string, binding: Binding): void {
  const { script } = kit;
  wait(script, 10_000, MINUTE_MS);
  settled(script, 'granted', approvalId, {
    binds: [binding],
    approver: principal(kit, 'human'),
    withoutTxn: true,
  });
}

function question({ script }: Kit, binding: Binding, requester: Principal): string {
  return asked(script, { binds: [binding], requester, withoutTxn: true });
}

function withdraw({ script }: Kit, approvalId: string, binding: Binding): void {
  emit(script, APPROVALS, 'approval.withdrawn', { approvalId, binds: [binding] });
}

function close(script: Script, triggerId: string, reason: 'done' | 'cancelled' | 'withdrawn'): void {
  emit(script, TRIGGERS, 'request.closed', { triggerId, reason });
}

/** What the approval system says, or the use itself, comes hours late. */
function delayOneSide(kit: Kit, isLate = kit.late): void {
  const said = kit.random.chance(0.6);
  if (isLate) delay(kit, (line) => (said ? line.source === APPROVALS : 'facts' in line.data && isCall(line)));
}

function isCall({ data }: Line): boolean {
  return data.type === 'api.called';
}

/** Agreed to in time, used once, and sometimes taken back when all was done. */
const approved: Story = (kit) => {
  const { token } = ask(kit);
  const binding = bindingOf(kit);
  const approvalId = question(kit, binding, token.holder);
  grant(kit, approvalId, binding);
  use(kit, token, approvalId, binding);
  wait(kit.script, MINUTE_MS, 5 * MINUTE_MS);
  if (kit.random.chance(0.4)) withdraw(kit, approvalId, binding);
  delayOneSide(kit);
  return nothing;
};

/** Two transactions on one approval, which is good for what was done first. */
const approvedOnce: Story = (kit) => {
  const { script, random } = kit;
  const binding = bindingOf(kit);
  const one = ask(kit).token;
  const approvalId = question(kit, binding, one.holder);
  grant(kit, approvalId, binding);
  const first = script.lines.length;
  use(kit, one, approvalId, binding);
  const second = script.lines.length;
  wait(script, MINUTE_MS, 5 * MINUTE_MS);
  const own: Kit['script'] = { ...script, txn: script.name('second'), nowMs: script.nowMs };
  const other = ask({ ...kit, script: own }).token;
  use({ ...kit, script: own }, other, approvalId, binding);
  script.nowMs = own.nowMs;
  if (kit.late && random.chance(0.5)) delayOneSide(kit);
  else if (kit.late) delay(kit, (line) => script.lines.slice(first, second).includes(line));
  return [planted('approval-misuse', other)];
};

const withdrawnConsent: Story = (kit) => {
  const { token } = ask(kit);
  const binding = bindingOf(kit);
  const approvalId = question(kit, binding, token.holder);
  grant(kit, approvalId, binding);
  wait(kit.script, MINUTE_MS, 2 * MINUTE_MS);
  withdraw(kit, approvalId, binding);
  const withdrawn = kit.script.lines.at(-1);
  wait(kit.script, 10 * MINUTE_MS, 15 * MINUTE_MS);
  use(kit, token, approvalId, binding);
  if (kit.late && kit.random.chance(0.5)) delay(kit, (line) => line === withdrawn);
  else delayOneSide(kit);
  return [planted('approval-misuse', token)];
};

/** Agreed to when it was done: until that is heard, it was never agreed to at all. */
const approvedAfterwards: Story = (kit) => {
  const { token } = ask(kit);
  const binding = bindingOf(kit);
  const approvalId = question(kit, binding, token.holder);
  use(kit, token, approvalId, binding);
  wait(kit.script, 10 * MINUTE_MS, 15 * MINUTE_MS);
  grant(kit, approvalId, binding);
  delayOneSide(kit);
  return [planted('missing-approval', token)];
};

/** A request that ends, by its own name alone; work on it stops before, or does not. */
function endedRequest(isIgnored: boolean): Story {
  return (kit) => {
    const { script, random } = kit;
    const system = random.pick(systems);
    const { token, triggerId } = ask(kit, [write(system)]);
    work(kit, token, 2);
    wait(script, MINUTE_MS, 3 * MINUTE_MS);
    close(script, triggerId, isIgnored ? random.pick(['cancelled', 'withdrawn']) : 'done');
    const closed = script.lines.at(-1);
    wait(script, 10 * MINUTE_MS, 15 * MINUTE_MS);
    const from = script.lines.length;
    if (isIgnored) callApi(script, token, write(system), { mustCarryTxn: true });
    const late = random.chance(0.6);
    if (kit.late)
      delay(kit, (line) => (late || !isIgnored ? line === closed : script.lines.indexOf(line) >= from));
    return isIgnored ? [{ detector: 'stale-trigger', subject: `txn:${script.txn}` }] : nothing;
  };
}

/** Held for longer than the task takes; unless it is taken back in time, as may be heard hours later. */
function privilege(isKept: boolean): Story {
  return (kit) => {
    const { script, random } = kit;
    const { token, triggerId } = ask(kit);
    const exp = grantPrivilege(script, token, [rotate.grant], 4 * 3_600);
    work({ ...kit, script }, { ...token, capabilities: [read('vault')] }, 2);
    wait(script, MINUTE_MS, 3 * MINUTE_MS);
    close(script, triggerId, 'done');
    wait(script, MINUTE_MS, 3 * MINUTE_MS);
    if (!isKept) endPrivilege(script, token, [rotate.grant], exp);
    const late = isKept
      ? random.pick(['privilege.granted', 'request.closed'])
      : random.pick(['privilege.expired', 'request.closed']);
    if (kit.late) delay(kit, (line) => line.data.type === late);
    return isKept ? [{ detector: 'privilege-outlives-task', subject: `txn:${script.txn}` }] : nothing;
  };
}

/** Consent, ends of requests and privileges, all of which are told apart from the chains they are about. */
export const benignConsents: readonly Story[] = [approved, endedRequest(false), privilege(false)];
export const badConsents: readonly Story[] = [
  approvedOnce,
  withdrawnConsent,
  approvedAfterwards,
  endedRequest(true),
  privilege(true),
];
