import { callApi, invoke, request } from '../calls.ts';
import { agents, humans, issuers, payout, read, record, services } from '../cast.ts';
import { handOver, opening, work } from '../parts.ts';
import { wait } from '../script.ts';
import { exchange, issue } from '../tokens.ts';
import { MINUTE_MS, type Variant } from '../variant.ts';

const detectors: readonly string[] = [];

export const originLookAlikes: readonly Variant[] = [
  {
    name: 'benign:late-parent',
    detectors,
    title: "A parent's issuance arrives minutes after its children.",
    tell(script) {
      const { random } = script;
      const human = random.pick(humans);
      const agent = random.pick(agents);
      request(script, human);
      const token = issue(script, {
        issuer: issuers.login,
        subject: human,
        holder: agent,
        capabilities: [read('crm'), read('orders')],
        delayMs: 4 * MINUTE_MS,
      });
      wait(script, 500, 2_000);
      const run = invoke(script, human, agent, { token });
      const next = handOver(script, token, run, { issuer: issuers.login, capabilities: [read('crm')] });
      work(script, next.token, next.run, 3);
    },
  },
  {
    name: 'benign:partner-parent',
    detectors,
    title: "The parent is a partner's token, whose issuance nobody promised to report.",
    tell(script) {
      const subject = { id: `partner/${script.random.int(1, 40)}`, kind: 'unknown' as const };
      const capabilities = [read('orders'), read('tickets')];
      const parent = issue(script, {
        issuer: issuers.partner,
        subject,
        holder: subject,
        capabilities,
        unreported: true,
      });
      const holder = script.random.pick(agents);
      const token = exchange(script, parent, { holder, issuer: issuers.sts, capabilities });
      work(script, token, invoke(script, subject, holder, { token }), 3);
    },
  },
  {
    name: 'benign:silent-feed',
    detectors,
    title: 'The issuer is expected to log everything, but its feed has never spoken.',
    tell(script) {
      const holder = script.random.pick(services);
      const capabilities = [read('docs')];
      const token = issue(script, {
        issuer: issuers.silent,
        subject: holder,
        holder,
        capabilities,
        unreported: true,
      });
      callApi(script, token, read('docs'), { mustCarryTxn: true, resource: record('docs', 9) });
    },
  },
  {
    name: 'benign:human-payout',
    detectors,
    title: 'A payout in a chain that a person started.',
    tell(script) {
      const { token, run } = opening(script, {
        issuer: script.random.pick([issuers.login, issuers.sts]),
        capabilities: [read('payments'), payout],
      });
      const next = handOver(script, token, run);
      wait(script, 500, 2_000);
      callApi(script, next.token, payout, { parentCallId: next.run, resource: record('payments', 3) });
    },
  },
  {
    name: 'benign:service-root',
    detectors,
    title: 'A service works on its own credential, without any request.',
    tell(script) {
      const subject = script.random.pick(services);
      const token = issue(script, {
        issuer: issuers.sts,
        subject,
        holder: subject,
        capabilities: [read('warehouse'), read('billing')],
        grant: 'client_credentials',
      });
      work(script, token, undefined, 6);
    },
  },
];
