import { call, callApi, invoke, request } from '../calls.ts';
import { agents, humans, issuers, payout, read, record, services } from '../cast.ts';
import { handOver, work } from '../parts.ts';
import { type Script, wait } from '../script.ts';
import { exchange, issue } from '../tokens.ts';
import type { Variant } from '../variant.ts';

const detectors = ['orphaned-chain'];
/** Issuers that policy expects to log all issuance, and that do. */
const loggingIssuers = [issuers.login, issuers.sts] as const;

const parentNeverSeen: Variant = {
  name: 'parent-never-seen',
  detectors,
  title: 'A token names a parent that its issuer, which logs everything, never issued.',
  tell(script) {
    const { random } = script;
    const parent = issue(script, {
      issuer: random.pick(loggingIssuers),
      subject: random.pick(humans),
      holder: random.pick(agents),
      capabilities: [read('crm'), read('docs')],
      unreported: true,
    });
    const holder = random.pick(agents);
    const issuer = random.pick(loggingIssuers);
    const token = exchange(script, parent, { holder, issuer, capabilities: [read('crm')] });
    const run = invoke(script, parent.holder, holder, { token });
    work(script, token, run, 3);
  },
};

const unissued: Variant = {
  name: 'unissued-token',
  detectors,
  title: 'A token bears the name of an issuer that logs everything and never issued it.',
  tell(script) {
    const { random } = script;
    const holder = random.pick(services);
    // A token known by digest alone bears no issuer's name, so this one is named in full.
    const token = issue(script, {
      issuer: issuers.login,
      subject: holder,
      holder,
      capabilities: [read('crm'), read('warehouse')],
      unreported: true,
    });
    for (let calls = random.int(1, 5); calls > 0; calls -= 1) {
      wait(script, 300, 3_000);
      call(script, token, random.pick(token.capabilities), { mustCarryTxn: true });
    }
  },
};

function machinePayout(script: Script, trigger: 'schedule' | 'webhook'): void {
  const subject = script.random.pick(services);
  request(script, { id: `acme/${trigger}/payables`, kind: 'system' }, trigger);
  wait(script, 100, 900);
  const token = issue(script, {
    issuer: script.random.pick(loggingIssuers),
    subject,
    holder: subject,
    capabilities: [read('payments'), payout],
    grant: 'client_credentials',
  });
  const holder = script.random.pick(agents);
  const run = invoke(script, subject, holder, { token });
  const job = handOver(script, token, run);
  wait(script, 300, 3_000);
  callApi(script, job.token, payout, { parentCallId: job.run, resource: record('payments', 4) });
}

const humanMissing: Variant = {
  name: 'human-missing',
  detectors,
  title: 'A payout, behind which policy wants a person, is made by a chain that no person started.',
  tell: (script) => machinePayout(script, script.random.pick(['schedule', 'webhook'] as const)),
};

export const orphanAttacks: readonly Variant[] = [parentNeverSeen, unissued, humanMissing];
