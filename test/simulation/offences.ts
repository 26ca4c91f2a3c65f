import type { EventData } from '../../src/domain/event/index.ts';
import { refKey } from '../../src/domain/token.ts';
import { callApi, request } from '../../src/evaluate/world/calls.ts';
import { issuers, payout, read, write } from '../../src/evaluate/world/cast.ts';
import { type Line, wait } from '../../src/evaluate/world/script.ts';
import { issue, revoke, type Token } from '../../src/evaluate/world/tokens.ts';
import { badConsents } from './consents.ts';
import {
  alive,
  delay,
  hand,
  type Kit,
  names,
  open,
  planted,
  principal,
  type Story,
  someIssuer,
  work,
} from './kit.ts';
import { badPeople } from './people.ts';
import { CHILDREN_MAX, TARGETS_PER_HOUR_MAX } from './policy.ts';
import { badScopes } from './scopes.ts';

const MINUTE_MS = 60_000;

/** Used long after it expired; the use itself, or the token, may come hours late. */
const afterExpiry: Story = (kit) => {
  const { script, random } = kit;
  const { token } = open(kit, { lifetimeS: 600, capabilities: [read('crm'), write('crm')] });
  work(kit, token, 2);
  wait(script, 25 * MINUTE_MS, 40 * MINUTE_MS);
  const before = script.lines.length;
  callApi(script, token, read('crm'));
  const mint = random.chance(0.5);
  if (kit.late)
    delay(kit, (line) => (mint ? line.data.type === 'token.issued' : script.lines.indexOf(line) >= before));
  return [planted('reuse-after-expiry', token)];
};

/** Nobody but the gateway knows when the token ended. */
const presentedExpiry: Story = (kit) => {
  const { script } = kit;
  const holder = principal(kit, 'agent');
  const spec = {
    issuer: issuers.partner,
    subject: holder,
    holder,
    capabilities: [read('crm')],
    lifetimeS: 600,
  };
  const token = issue(script, { ...spec, unreported: true });
  const presented = { exp: (token.expMs ?? 0) / 1000, scope: ['crm:read'] };
  callApi(script, token, read('crm'), { presented });
  wait(script, 25 * MINUTE_MS, 30 * MINUTE_MS);
  callApi(script, token, read('crm'), { presented });
  if (kit.late) delay(kit, (line) => line === script.lines[0]);
  return [{ detector: 'reuse-after-expiry', subject: seenAs(kit, token) }];
};

/** A token that nobody reports is known by what calls name it by. */
function seenAs({ script }: Kit, { ref }: Token): string {
  return refKey(script.callsNameHash && ref.hash !== undefined ? { hash: ref.hash } : ref);
}

/**
 * Used after a revocation by reference, family or subject. A second, later report of it lies behind the use: only
 * who keeps the earliest finds it.
 */
const afterRevocation: Story = (kit) => {
  const { script, random } = kit;
  const family = script.name('family');
  const issuer = someIssuer(kit);
  const { token } = open(kit, { family, issuer });
  work(kit, token, 2);
  wait(script, 2 * MINUTE_MS, 5 * MINUTE_MS);
  const target = random.pick([{ token }, { family, issuer }, { subject: token.subject, issuer }]);
  const from = script.lines.length;
  revoke(script, { ...target, reason: 'compromised' });
  const first = script.lines[from];
  wait(script, 10 * MINUTE_MS, 15 * MINUTE_MS);
  work(kit, token, 2);
  wait(script, 10 * MINUTE_MS, 15 * MINUTE_MS);
  revoke(script, { ...target, reason: 'compromised' });
  const which = random.pick(['first', 'uses', 'mint'] as const);
  if (kit.late) {
    delay(kit, (line) => {
      if (which === 'first') return line === first;
      const at = script.lines.indexOf(line);
      return which === 'uses' ? at > from && at < script.lines.length - 1 : line.data.type === 'token.issued';
    });
  }
  return [planted('reuse-after-expiry', token)];
};

/** The parent is taken away, the child goes on. */
const ancestorRevoked: Story = (kit) => {
  const { script } = kit;
  const { token } = open(kit);
  const child = hand(kit, token);
  work(kit, child, 2);
  wait(script, MINUTE_MS, 2 * MINUTE_MS);
  revoke(script, { token, reason: 'stolen' });
  wait(script, 10 * MINUTE_MS, 12 * MINUTE_MS);
  work(kit, child, 2);
  if (kit.late) delay(kit, (line) => line.data.type === 'token.exchanged');
  return [planted('reuse-after-expiry', child)];
};

const mintedFromExpired: Story = (kit) => {
  const { token } = open(kit, { lifetimeS: 600 });
  work(kit, token, 1);
  wait(kit.script, 25 * MINUTE_MS, 30 * MINUTE_MS);
  const child = hand(kit, token);
  work(kit, child, 1);
  if (kit.late) delay(kit, (line) => line.data.type === 'token.issued');
  return [planted('reuse-after-expiry', child)];
};

/** In use, and never issued, by an issuer that reports everything and was alive. */
const unissued: Story = (kit) => {
  const { script, random } = kit;
  alive(kit, issuers.login);
  const holder = principal(kit, 'agent');
  const spec = { issuer: issuers.login, subject: holder, holder, capabilities: [read('crm'), write('crm')] };
  const token = issue(script, { ...spec, unreported: true });
  const told = random.chance(0.5);
  const silent: Kit['script'] = { ...script, callsCarryTxn: told, nowMs: script.nowMs };
  work({ ...kit, script: silent }, token, 3);
  const { nowMs } = silent;
  script.nowMs = nowMs;
  if (kit.late) delay(kit, (line) => line === script.lines.at(-1));
  return [{ detector: 'orphaned-chain', subject: told ? `txn:${script.txn}` : refKey(token.ref) }];
};

/** A payout that no person stands behind. */
const noHuman: Story = (kit) => {
  const { script } = kit;
  request(script, principal(kit, 'system'), 'schedule');
  const subject = principal(kit, 'service');
  const spec = { issuer: issuers.sts, subject, holder: subject, capabilities: [payout] };
  const token = issue(script, { ...spec, grant: 'client_credentials' });
  wait(script, 100, 900);
  callApi(script, token, payout, { mustCarryTxn: true });
  if (kit.late) delay(kit, (line) => line.data.type === 'api.called');
  return [{ detector: 'orphaned-chain', subject: `txn:${script.txn}` }];
};

const manyChildren: Story = (kit) => {
  const { token } = open(kit);
  let last = token;
  for (let children = CHILDREN_MAX + 2; children > 0; children -= 1) last = hand(kit, token);
  work(kit, last, 1);
  if (kit.late) delay(kit, (line) => names(line, last));
  return [planted('unusual-fan-out', token)];
};

/** One event told in two ways, an offence in one of them: the telling with the smaller digest is what happened. */
const twoTellings: Story = (kit) => {
  const { script, random } = kit;
  const { token } = open(kit, { capabilities: [read('orders')] });
  wait(script, 1_000, MINUTE_MS);
  callApi(script, token, write('orders'));
  const at = script.lines.findLastIndex((line) => line.source === 'https://gateway.acme.example');
  const line = script.lines[at];
  if (line?.data.type !== 'api.called') throw new RangeError('the gateway tells of every call');
  script.lines.splice(at + 1);
  const { action: _, ...rest } = line.data;
  const other: Line = { ...line, data: { ...rest, action: 'read', effect: 'read', status: 200 } };
  script.lines.splice(random.chance(0.5) ? at : at + 1, 0, other);
  if (kit.late) delay(kit, (late) => late === other);
  const holds = ([data]: readonly EventData[]): boolean =>
    data?.type === 'api.called' && data.action === 'write';
  return [{ ...planted('scope-creep', token), onlyIf: { ids: [line.id], holds } }];
};

/** One agent, several requests, too many records within an hour: no chain alone shows it. */
const busyHour: Story = (kit) => {
  const { script } = kit;
  const agent = principal(kit, 'agent');
  for (let job = 0; job < 4; job += 1) {
    const own: Kit['script'] = {
      ...script,
      txn: script.name('job'),
      callsCarryTxn: true,
      nowMs: script.nowMs,
    };
    const { token } = open({ ...kit, script: own }, { holder: agent, capabilities: [read('docs')] });
    for (let record = 0; record < TARGETS_PER_HOUR_MAX / 3; record += 1) {
      wait(own, 100, 30_000);
      callApi(own, token, read('docs'), { resource: `docs/${job}-${record}` });
    }
    script.nowMs = own.nowMs;
  }
  return [{ detector: 'unusual-fan-out', subject: `prn:${agent.id}` }];
};

/**
 * An hour in which every second call is told in two ways, close to each other: a further record, or one that was read
 * before. Whoever counts a telling that does not count, or one twice, comes to another number.
 */
const retoldHour: Story = (kit) => {
  const { script, random } = kit;
  const { token } = open(kit, { capabilities: [read('docs')] });
  const ids: string[] = [];
  for (let record = 0; record < TARGETS_PER_HOUR_MAX - 3; record += 1) {
    wait(script, 100, 30_000);
    callApi(script, token, read('docs'), { resource: `docs/${record}` });
    const at = script.lines.length;
    callApi(script, token, read('docs'), { resource: `docs/further-${record}` });
    const line = script.lines[at];
    if (line?.data.type !== 'api.called') throw new RangeError('the gateway tells of every call');
    const other: Line = { ...line, data: { ...line.data, target: { system: 'docs', resource: 'docs/0' } } };
    const [first, second] = random.shuffle([line, other]) as [Line, Line];
    // Nobody else may tell of this call.
    script.lines.length = at;
    script.lines.push(first, { ...second, delayMs: random.int(0, 12 * MINUTE_MS) });
    ids.push(line.id);
  }
  const holds = (inForce: readonly EventData[]): boolean => {
    const further = inForce.filter((data) => data.type === 'api.called' && data.target.resource !== 'docs/0');
    return TARGETS_PER_HOUR_MAX - 3 + further.length > TARGETS_PER_HOUR_MAX;
  };
  return [{ detector: 'unusual-fan-out', subject: `prn:${token.holder.id}`, onlyIf: { ids, holds } }];
};

/** `busyHour` and `retoldHour` have to begin early in an hour, and nothing of them may come late: hours are forgotten. */
export { busyHour, retoldHour };

export const offences: readonly Story[] = [
  afterExpiry,
  presentedExpiry,
  afterRevocation,
  ancestorRevoked,
  mintedFromExpired,
  unissued,
  noHuman,
  manyChildren,
  twoTellings,
  ...badConsents,
  ...badScopes,
  ...badPeople,
];
