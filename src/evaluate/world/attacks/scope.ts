import { callApi, callTool, invoke } from '../calls.ts';
import { type ApiCapability, agents, issuers, read, record, systems, tool, write } from '../cast.ts';
import { comparableIssuers, handOver, opening, signInIssuers, work } from '../parts.ts';
import { type Script, wait } from '../script.ts';
import { exchange, issue, refresh, type Token } from '../tokens.ts';
import type { Variant } from '../variant.ts';

/** The widened token at work: a record is changed. */
function abuse(script: Script, token: Token, capability: ApiCapability, run: string): void {
  wait(script, 500, 4_000);
  callApi(script, token, capability, { parentCallId: run, resource: record(capability.system, 7) });
}

const twoSystems = (script: Script): readonly [string, string] => {
  const [a = 'crm', b = 'orders'] = script.random.sample(systems, 2);
  return [a, b];
};

const exchangeWidened: Variant = {
  name: 'exchange-widened',
  detectors: ['scope-creep'],
  title: 'An agent trades its token for one that can also write, and writes.',
  tell(script) {
    const [system, other] = twoSystems(script);
    const capabilities = [read(system), read(other)];
    const { token, run } = opening(script, { issuer: script.random.pick(signInIssuers), capabilities });
    work(script, token, run, 2);
    const next = handOver(script, token, run, { capabilities: [...capabilities, write(system)] });
    abuse(script, next.token, write(system), next.run);
  },
};

const deepWidened: Variant = {
  name: 'deep-widened',
  detectors: ['scope-creep'],
  title: 'Two hops narrow the authority, the third adds a write that not even the root could do.',
  tell(script) {
    const [system, other] = twoSystems(script);
    const capabilities = [read(system), read(other), write(other)];
    const first = opening(script, { issuer: script.random.pick(signInIssuers), capabilities });
    const second = handOver(script, first.token, first.run, { capabilities: [read(system), read(other)] });
    const third = handOver(script, second.token, second.run, { capabilities: [read(system)] });
    work(script, third.token, third.run, 2);
    const fourth = handOver(script, third.token, third.run, { capabilities: [read(system), write(system)] });
    abuse(script, fourth.token, write(system), fourth.run);
  },
};

const parentWidened: Variant = {
  name: 'hierarchy-widened',
  detectors: ['scope-creep'],
  title: 'The parent may read issues of a repository; the child holds the repository.',
  tell(script) {
    const narrow = script.random.chance(0.5);
    const { token, run } = opening(script, {
      issuer: issuers.forge,
      capabilities: [read('repo')],
      scope: narrow ? ['repo:issues:read', 'wiki'] : ['crm'],
    });
    // A segment is covered whole or not at all: `crm` says nothing about `crmadmin`.
    const next = handOver(script, token, run, { scope: narrow ? ['repo'] : ['crm', 'crmadmin'] });
    abuse(script, next.token, read('repo'), next.run);
  },
};

const refreshWidened: Variant = {
  name: 'refresh-widened',
  detectors: ['scope-creep'],
  title: 'A refresh brings more authority than the sign-in gave.',
  tell(script) {
    const [system, other] = twoSystems(script);
    const issuer = script.random.pick(signInIssuers);
    const capabilities = [read(system), read(other)];
    const { token, run } = opening(script, { issuer, capabilities, family: script.name('family') });
    work(script, token, run, 2);
    wait(script, 10 * 60_000, 40 * 60_000);
    const wider = [...capabilities, write(system)];
    const scope = wider.map((capability) => issuer.spell(capability));
    abuse(script, refresh(script, token, { capabilities: wider, scope }), write(system), run);
  },
};

const driftThroughForeign: Variant = {
  name: 'root-drift-foreign',
  detectors: ['scope-creep'],
  title: 'Authority comes back wider from a detour over an issuer whose scopes cannot be compared.',
  tell(script) {
    const [system, other] = twoSystems(script);
    const issuer = script.random.pick(comparableIssuers);
    const capabilities = [read(system), read(other)];
    const { token, run } = opening(script, { issuer, capabilities });
    const abroad = handOver(script, token, run, { issuer: issuers.partner, capabilities: [read(system)] });
    work(script, abroad.token, abroad.run, 2);
    const back = handOver(script, abroad.token, abroad.run, {
      issuer,
      capabilities: [read(system), write(system)],
    });
    abuse(script, back.token, write(system), back.run);
  },
};

const driftThroughUnknown: Variant = {
  name: 'root-drift-unknown',
  detectors: ['scope-creep'],
  title: 'A refresh says nothing of its scope, and the token traded for it can do more than the sign-in.',
  tell(script) {
    const [system, other] = twoSystems(script);
    const issuer = script.random.pick(comparableIssuers);
    const capabilities = [read(system), read(other)];
    const { token, run } = opening(script, { issuer, capabilities, family: script.name('family') });
    wait(script, 10 * 60_000, 40 * 60_000);
    const refreshed = refresh(script, token);
    const next = handOver(script, refreshed, run, { capabilities: [read(system), write(system)] });
    abuse(script, next.token, write(system), next.run);
  },
};

const writeByTool: Variant = {
  name: 'write-beyond-scope-tool',
  detectors: ['scope-creep'],
  title: 'An agent whose token names its tools calls another one, and that one writes.',
  tell(script) {
    const [system, other] = twoSystems(script);
    const { token, run } = opening(script, {
      issuer: script.random.pick(comparableIssuers),
      capabilities: [tool(system, 'search', 'read'), tool(system, 'get', 'read'), read(other)],
    });
    work(script, token, run, 3);
    wait(script, 500, 4_000);
    const resource = record(system, 7);
    callTool(script, token, tool(system, 'update', 'write'), { parentCallId: run, resource });
  },
};

const writeByApi: Variant = {
  name: 'write-beyond-scope-api',
  detectors: ['scope-creep'],
  title: 'A token that may read a system is accepted for a write there.',
  tell(script) {
    const [system, other] = twoSystems(script);
    const { token, run } = opening(script, {
      issuer: script.random.pick(comparableIssuers),
      capabilities: [read(system), read(other)],
    });
    work(script, token, run, 2);
    const next = handOver(script, token, run, { capabilities: [read(system)] });
    abuse(script, next.token, write(system), next.run);
  },
};

const writeByPresented: Variant = {
  name: 'write-beyond-presented',
  detectors: ['scope-creep'],
  title: 'The gateway itself read a scope that does not cover the write it let through.',
  tell(script) {
    const [system] = twoSystems(script);
    const holder = script.random.pick(agents);
    const token = issue(script, {
      issuer: issuers.opaque,
      subject: holder,
      holder,
      capabilities: [read(system)],
      unreported: true,
    });
    const presented = { exp: (token.expMs ?? 0) / 1000, scope: [...token.scope] };
    callApi(script, token, read(system), { presented, mustCarryTxn: true });
    wait(script, 500, 4_000);
    callApi(script, token, write(system), { presented, mustCarryTxn: true, resource: record(system, 7) });
  },
};

const sideways: Variant = {
  name: 'widened-sideways',
  detectors: ['scope-creep'],
  title: 'One of several helpers gets a system that its parent never had.',
  tell(script) {
    const [system, other] = twoSystems(script);
    const capabilities = [read(system), write(system)];
    const { token, run, agent } = opening(script, { capabilities });
    for (let helpers = script.random.int(2, 6); helpers > 0; helpers -= 1) {
      const helper = handOver(script, token, run, { capabilities: [read(system)] });
      work(script, helper.token, helper.run, 1);
    }
    const holder = script.random.pick(agents.filter(({ id }) => id !== agent.id));
    const odd = exchange(script, token, { holder, capabilities: [read(system), write(other)] });
    abuse(script, odd, write(other), invoke(script, agent, holder, { token: odd, parentCallId: run }));
  },
};

export const scopeAttacks: readonly Variant[] = [
  exchangeWidened,
  deepWidened,
  parentWidened,
  refreshWidened,
  driftThroughForeign,
  driftThroughUnknown,
  writeByTool,
  writeByApi,
  writeByPresented,
  sideways,
];
