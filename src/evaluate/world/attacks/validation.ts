import { callApi, callTool, invoke } from '../calls.ts';
import { canaries } from '../canaries.ts';
import { agents, issuers, read, record, services, write } from '../cast.ts';
import { consent, deedOf, perform } from '../deeds.ts';
import { desk, duty, environments, instrument } from '../desk.ts';
import { decide, expose, grantPrivilege, introspect } from '../evidence.ts';
import { handOver, opening, own, work } from '../parts.ts';
import { type Script, wait } from '../script.ts';
import { rotationOpening, rotationTask, vaultPrivilege } from '../stories/access.ts';
import { exportedFields, exportOpening } from '../stories/finance.ts';
import { releaseOpening, releaseTask } from '../stories/operations.ts';
import { exchange, issue, type Token } from '../tokens.ts';
import { MINUTE_MS, type Variant } from '../variant.ts';

/** A release whose decision is missing, or is another one. */
function release(script: Script, decision: ((token: Token, repository: string) => void) | undefined): void {
  const { token, run, repository } = releaseOpening(script);
  wait(script, 2_000, 30_000);
  const job = handOver(script, token, run, { holder: desk.deployer, capabilities: [duty.deploy] });
  decision?.(job.token, repository);
  wait(script, 2 * MINUTE_MS, 3 * MINUTE_MS);
  const facts = { environment: environments.staging, repository };
  const deed = deedOf(script, duty.deploy, record('cluster', 5), facts);
  perform(script, job.token, deed, { parentCallId: job.run, task: releaseTask });
}

const unvalidated: readonly Variant[] = [
  {
    name: 'no-decision',
    detectors: ['unvalidated-action'],
    title: 'A release goes out, and nobody asked policy.',
    tell: (script) => release(script, undefined),
  },
  {
    name: 'decided-against',
    detectors: ['unvalidated-action'],
    title: 'Policy says no to a release, and it goes out.',
    tell: (script) =>
      release(script, (token, repository) =>
        decide(script, token, duty.deploy, {
          allowed: false,
          properties: { environment: environments.staging, repository },
        }),
      ),
  },
  {
    name: 'no-fresh-validation',
    detectors: ['unvalidated-action'],
    title: 'A rotation by a token that nobody has looked at for a quarter of an hour.',
    tell(script) {
      const { token, run } = rotationOpening(script);
      wait(script, 15 * MINUTE_MS, 20 * MINUTE_MS);
      const deed = deedOf(script, duty.rotate, record('vault', 2));
      const approvalId = consent(script, token, deed, { forS: 1_800, maxUses: 1 });
      grantPrivilege(script, token, vaultPrivilege, 600, approvalId);
      perform(script, token, deed, { parentCallId: run, approvalId, task: rotationTask });
    },
  },
  {
    name: 'exported-without-decision',
    detectors: ['unvalidated-action'],
    title: 'Payment data is exported on request, without anybody deciding.',
    tell(script) {
      const { token, run } = exportOpening(script);
      const job = handOver(script, token, run, { holder: desk.exporter });
      const facts = { rows: 300, fields: [...exportedFields] };
      callApi(script, job.token, duty.export, {
        parentCallId: job.run,
        resource: record('exports', 2),
        facts,
      });
    },
  },
  {
    name: 'broader-than-decided',
    detectors: ['unvalidated-action'],
    title: 'More rows and more fields are exported than were decided on.',
    tell(script) {
      const { token, run } = exportOpening(script);
      const resource = record('exports', 4);
      introspect(script, token, desk.exporter);
      decide(script, token, duty.export, {
        resource,
        properties: { rows: 200, fields: [...exportedFields] },
      });
      const job = handOver(script, token, run, { holder: desk.exporter });
      wait(script, 2 * MINUTE_MS, 3 * MINUTE_MS);
      const facts = { rows: 900, fields: [...exportedFields, 'country'] };
      callApi(script, job.token, duty.export, { parentCallId: job.run, resource, facts });
    },
  },
];

function exposable(script: Script) {
  const holder = own(script, script.random.pick(services));
  const capabilities = [read('docs'), write('docs')];
  const spec = { issuer: issuers.sts, subject: holder, holder, capabilities, grant: 'client_credentials' };
  const token = issue(script, { ...spec, lifetimeS: 14_400 });
  work(script, token, undefined, 2);
  wait(script, 2 * MINUTE_MS, 4 * MINUTE_MS);
  return { spec, token, holder };
}

function useDocs(script: Script, token: Token): void {
  wait(script, 4 * MINUTE_MS, 9 * MINUTE_MS);
  callApi(script, token, read('docs'), { mustCarryTxn: true, resource: record('docs', 2) });
}

const exposed: readonly Variant[] = [
  {
    name: 'exposed-and-used',
    detectors: ['exposed-credential'],
    title: 'A token turns up in public, nobody revokes it, and it is used.',
    tell(script) {
      const { token } = exposable(script);
      expose(script, { token });
      useDocs(script, token);
    },
  },
  {
    name: 'exposed-ancestor-used',
    detectors: ['exposed-credential'],
    title: 'A token turns up in public, and one derived from it afterwards is used.',
    tell(script) {
      const { token, holder } = exposable(script);
      expose(script, { token });
      wait(script, 4 * MINUTE_MS, 9 * MINUTE_MS);
      const agent = own(script, script.random.pick(agents));
      const next = exchange(script, token, { holder: agent });
      work(script, next, invoke(script, holder, agent, { token: next }), 2);
    },
  },
  {
    name: 'exposed-principal-used',
    detectors: ['exposed-credential'],
    title: "A service's secret turns up in public, and somebody signs in with it.",
    tell(script) {
      const { spec, holder } = exposable(script);
      expose(script, { principal: holder });
      wait(script, 4 * MINUTE_MS, 9 * MINUTE_MS);
      useDocs(script, issue(script, spec));
    },
  },
];

/** One of the tokens that lie about. Nobody reports its issuance, for nobody made it for use. */
function canary(script: Script): Token {
  const subject = own(script, { id: 'acme/backup', kind: 'service', name: 'backup' });
  return issue(script, {
    issuer: issuers.forge,
    subject,
    holder: subject,
    capabilities: [read('repo')],
    jti: script.random.pick(canaries),
    unreported: true,
  });
}

const planted: readonly Variant[] = [
  {
    name: 'canary-used',
    detectors: ['canary-used'],
    title: 'A token that was left to be found is used.',
    tell: (script) => callApi(script, canary(script), read('repo'), { mustCarryTxn: true }),
  },
  {
    name: 'canary-refused',
    detectors: ['canary-used'],
    title: 'A token that was left to be found is tried and refused.',
    tell: (script) => callApi(script, canary(script), read('repo'), { mustCarryTxn: true, denied: true }),
  },
  {
    name: 'canary-exchanged',
    detectors: ['canary-used'],
    title: 'A token that was left to be found is traded for another.',
    tell(script) {
      const holder = own(script, script.random.pick(agents));
      exchange(script, canary(script), { holder, issuer: issuers.forge });
    },
  },
  {
    name: 'canary-principal',
    detectors: ['canary-used'],
    title: 'An identity that does not exist but on paper is at work.',
    tell(script) {
      const subject = own(script, { id: 'acme/canary/backup', kind: 'service', name: 'backup' });
      const spec = { issuer: issuers.sts, subject, holder: subject, grant: 'client_credentials' };
      const token = issue(script, { ...spec, capabilities: [read('docs')] });
      callApi(script, token, read('docs'), { mustCarryTxn: true, resource: record('docs', 3) });
    },
  },
];

/** Things flow where they may not, or are not what they were. */
const flows: readonly Variant[] = [
  {
    name: 'toxic-flow',
    detectors: ['toxic-flow'],
    title: 'Mail from outside makes an agent look up an account and write to an address nobody knew.',
    tell(script) {
      const { token, run } = opening(script, {
        agent: desk.mailroom,
        issuer: issuers.login,
        capabilities: [instrument.inbox, instrument.account, instrument.send],
      });
      const { random } = script;
      callTool(script, token, instrument.inbox, {
        parentCallId: run,
        resource: `mailbox/${random.int(1, 9)}`,
      });
      wait(script, 2 * MINUTE_MS, 4 * MINUTE_MS);
      callTool(script, token, instrument.account, { parentCallId: run, resource: record('customers', 6) });
      wait(script, 2 * MINUTE_MS, 4 * MINUTE_MS);
      const resource = `mailbox/${script.name('stranger')}@elsewhere.example`;
      callTool(script, token, instrument.send, { parentCallId: run, resource });
    },
  },
  {
    name: 'toxic-flow-across-agents',
    detectors: ['toxic-flow'],
    title:
      'One agent reads mail from outside, a second one the account, and a third one writes to a stranger.',
    tell(script) {
      const all = [instrument.inbox, instrument.account, instrument.send];
      const first = opening(script, { agent: desk.mailroom, issuer: issuers.login, capabilities: all });
      const steps = [
        [instrument.inbox, 'mailbox/today'],
        [instrument.account, record('customers', 8)],
        [instrument.send, `mailbox/${script.name('stranger')}@elsewhere.example`],
      ] as const;
      for (const [capability, resource] of steps) {
        const hand = handOver(script, first.token, first.run, { capabilities: [capability] });
        callTool(script, hand.token, capability, { parentCallId: hand.run, resource });
        wait(script, 2 * MINUTE_MS, 4 * MINUTE_MS);
      }
    },
  },
];

export const validationAttacks: readonly Variant[] = [...unvalidated, ...exposed, ...planted, ...flows];
