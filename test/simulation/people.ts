import type { Principal } from '../../src/domain/event/index.ts';
import { callApi, callTool } from '../../src/evaluate/world/calls.ts';
import { issuers, read, tool } from '../../src/evaluate/world/cast.ts';
import { expose, identity, introspect, link } from '../../src/evaluate/world/evidence.ts';
import { digestOf, type Line, type Script, wait } from '../../src/evaluate/world/script.ts';
import { audienceOf, issue, type Token } from '../../src/evaluate/world/tokens.ts';
import { delay, hand, type Kit, open, planted, principal, type Story, someIssuer, work } from './kit.ts';

const nothing = [] as const;
const MINUTE_MS = 60_000;
const EVERYBODY_HEARD_MS = 10 * MINUTE_MS;
/** A tool's edition that policy knows of. */
export const ANNOUNCED = 'the edition that was announced';

/** What a story about people says of them, or the work that it makes a fault of, comes hours late. */
function delayOneSide(kit: Kit, isWord: (line: Line) => boolean, from: number): void {
  const { script, random, late } = kit;
  const words = random.chance(0.6);
  if (late) delay(kit, (line) => (words ? isWord(line) : script.lines.indexOf(line) >= from));
}

const saysWho = ({ data }: Line): boolean => data.type.startsWith('identity.');

/** People leave; what was done in their name is done before. Or they are let in again, as is heard later. */
const leftInTime: Story = (kit) => {
  const { script, random } = kit;
  const { human, token } = open(kit);
  work(kit, token, 2);
  wait(script, MINUTE_MS, 3 * MINUTE_MS);
  const isBack = random.chance(0.5);
  identity(script, human, isBack ? 'disabled' : random.pick(['offboarded', 'compromised']));
  wait(script, MINUTE_MS, 3 * MINUTE_MS);
  if (isBack) identity(script, human, 'enabled');
  const back = script.lines.at(-1);
  wait(script, EVERYBODY_HEARD_MS);
  if (isBack) work(kit, token, 1);
  if (kit.late && isBack) delay(kit, (line) => line === back);
  else if (kit.late) delay(kit, saysWho);
  return nothing;
};

/** Work goes on in the name of somebody who is gone, by the token at hand or by one that is minted for it. */
const left: Story = (kit) => {
  const { script, random } = kit;
  const { human, token } = open(kit);
  work(kit, token, 2);
  wait(script, MINUTE_MS, 3 * MINUTE_MS);
  const gone = random.chance(0.6) ? human : token.holder;
  identity(script, gone, random.pick(['disabled', 'offboarded', 'compromised']));
  wait(script, EVERYBODY_HEARD_MS, 2 * EVERYBODY_HEARD_MS);
  const from = script.lines.length;
  const last = random.chance(0.5) ? hand(kit, token) : token;
  work(kit, last, 2);
  delayOneSide(kit, saysWho, from);
  return [planted('outlived-initiator', last)];
};

/** Gone under one name, at work under another one. */
const leftUnderAnotherName: Story = (kit) => {
  const { script, random } = kit;
  const { human, token } = open(kit);
  work(kit, token, 1);
  const other = principal(kit, 'human');
  const third = principal(kit, 'human');
  link(script, human, third);
  link(script, third, other);
  wait(script, MINUTE_MS, 3 * MINUTE_MS);
  identity(script, other, 'offboarded');
  wait(script, EVERYBODY_HEARD_MS, 2 * EVERYBODY_HEARD_MS);
  const from = script.lines.length;
  work(kit, token, 2);
  const type = random.pick(['identity.linked', 'identity.changed']);
  delayOneSide(kit, ({ data }) => data.type === type, from);
  return [planted('outlived-initiator', token)];
};

/** A standing key belongs to no transaction: nothing but its own name brings it back. */
function standingKey(kit: Kit): Token {
  const { script } = kit;
  const holder = principal(kit, 'service');
  const token = issue(script, {
    issuer: someIssuer(kit),
    subject: holder,
    holder,
    capabilities: [read('crm'), read('orders')],
    grant: 'client_credentials',
    tokenKind: 'access_key',
    lifetimeS: null,
    withoutTxn: true,
  });
  const own: Script = { ...script, txn: script.name('job'), callsCarryTxn: true, nowMs: script.nowMs };
  work({ ...kit, script: own }, token, 2);
  script.nowMs = own.nowMs;
  wait(script, MINUTE_MS, 3 * MINUTE_MS);
  return token;
}

/** Somebody else's hand on a key: provisional until it can no longer be heard that the two are one party. */
function borrowed(isLinked: boolean): Story {
  return (kit) => {
    const { script, random } = kit;
    const token = random.chance(0.6) ? standingKey(kit) : open(kit, { capabilities: [read('crm')] }).token;
    const actor: Principal = principal(kit, token.holder.kind);
    const bridge = principal(kit, token.holder.kind);
    const from = script.lines.length;
    const own: Script = { ...script, txn: script.name('job'), nowMs: script.nowMs };
    callApi(own, token, read('crm'), { actor, resource: 'crm/1' });
    script.nowMs = own.nowMs;
    wait(script, 1_000, MINUTE_MS);
    if (isLinked) link(script, token.holder, bridge);
    link(script, bridge, actor);
    delayOneSide(kit, saysWho, from);
    return isLinked ? nothing : [planted('identity-reuse', token)];
  };
}

/** An issuer that was asked says that a token is no longer good; or that it is, after all. */
function asked(isGood: boolean): Story {
  return (kit) => {
    const { script } = kit;
    const { token } = open(kit, { capabilities: [read('crm')] });
    const by: Principal = { id: audienceOf('crm'), kind: 'service' };
    work(kit, token, 2);
    wait(script, MINUTE_MS, 3 * MINUTE_MS);
    introspect(script, token, by, false);
    wait(script, EVERYBODY_HEARD_MS);
    const from = script.lines.length;
    work(kit, token, 2);
    wait(script, MINUTE_MS);
    if (isGood) introspect(script, token, by);
    const word = script.lines.findLast(({ data }) => data.type === 'token.introspected');
    delayOneSide(kit, (line) => line === word, isGood ? script.lines.length : from);
    return isGood ? nothing : [planted('reuse-after-expiry', token)];
  };
}

/** Used after it was out, itself or by what was made of it. */
const exposed: Story = (kit) => {
  const { script, random } = kit;
  const token = random.chance(0.5) ? standingKey(kit) : open(kit, { capabilities: [read('crm')] }).token;
  wait(script, MINUTE_MS, 3 * MINUTE_MS);
  expose(script, { token });
  wait(script, EVERYBODY_HEARD_MS);
  const from = script.lines.length;
  work({ ...kit, script }, token, 2);
  delayOneSide(kit, ({ data }) => data.type === 'credential.exposed', from);
  return [planted('exposed-credential', token)];
};

/** Out when all was done. */
const exposedLater: Story = (kit) => {
  const { token } = open(kit);
  work(kit, token, 2);
  wait(kit.script, EVERYBODY_HEARD_MS);
  expose(kit.script, kit.random.chance(0.5) ? { token } : { principal: token.holder });
  delayOneSide(kit, ({ data }) => data.type === 'credential.exposed', kit.script.lines.length);
  return nothing;
};

/** Known by its digest when it pages, by its issuer's name for it hours later: one incident under two ids. */
const renamed: Story = (kit) => {
  const { script } = kit;
  const own: Script = { ...script, callsNameHash: true };
  const holder = principal(kit, 'agent');
  const capabilities = [read('crm')];
  const token = issue(own, { issuer: issuers.sts, subject: holder, holder, capabilities, lifetimeS: 600 });
  const minted = script.lines.at(-1);
  const presented = { exp: (token.expMs ?? 0) / 1000, scope: ['crm:read'] };
  callApi(own, token, read('crm'), { presented });
  wait(own, 25 * MINUTE_MS, 30 * MINUTE_MS);
  callApi(own, token, read('crm'), { presented });
  script.nowMs = own.nowMs;
  delay(kit, (line) => line === minted);
  return [planted('reuse-after-expiry', token)];
};

/** One tool under one server, shown to an agent in one edition after the other. */
function shownAs(editions: number, isAnnounced = false): Story {
  return (kit) => {
    const { script, random } = kit;
    const server = `https://mcp.acme.example/${script.name('server')}`;
    const capability = tool('docs', 'get', 'read');
    const { token } = open(kit, { capabilities: [capability] });
    const froms: number[] = [];
    const hashes: string[] = [];
    for (let edition = 0; edition < editions; edition += 1) {
      wait(script, MINUTE_MS, 5 * MINUTE_MS);
      const isLast = edition === editions - 1;
      const definition = isLast && isAnnounced ? ANNOUNCED : `${server}, edition ${edition}`;
      froms.push(script.lines.length);
      hashes.push(digestOf(definition));
      for (let calls = 2; calls > 0; calls -= 1) {
        callTool(script, token, capability, { server, definition });
        wait(script, 1_000, MINUTE_MS);
      }
    }
    const from = random.pick(froms);
    delayOneSide(kit, (line) => line === script.lines[from], from);
    if (isAnnounced) return nothing;
    const key = JSON.stringify([server, capability.action]);
    return hashes
      .slice(1)
      .map((hash) => ({ detector: 'tool-drift', subject: `tool:${JSON.stringify([key, hash])}` }));
  };
}

/** What is said of people, credentials and tools apart from any chain. */
export const benignPeople: readonly Story[] = [
  leftInTime,
  borrowed(true),
  asked(true),
  exposedLater,
  shownAs(1),
  shownAs(2, true),
];
export const badPeople: readonly Story[] = [
  left,
  leftUnderAnotherName,
  borrowed(false),
  asked(false),
  exposed,
  renamed,
  shownAs(3),
];
