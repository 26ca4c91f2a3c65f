import { callApi, close } from '../calls.ts';
import { agents, humans, issuers, read, record, services, write } from '../cast.ts';
import { deedOf, perform } from '../deeds.ts';
import { desk, duty, environments } from '../desk.ts';
import { decide, expose, identity, introspect } from '../evidence.ts';
import { handOver, type Opening, opening, own, work } from '../parts.ts';
import { type Script, wait } from '../script.ts';
import { dataExport, exportedFields, exportOpening } from '../stories/finance.ts';
import { hookOpening } from '../stories/front-desk.ts';
import { containment, promote, releaseOpening } from '../stories/operations.ts';
import { issue, revoke } from '../tokens.ts';
import { MINUTE_MS, type Variant } from '../variant.ts';

const detectors: readonly string[] = [];

/** People and an agent that appear here only, so that what becomes of them concerns nobody else. */
function ownOpening(script: Script, spec: Parameters<typeof opening>[1] = {}): Opening {
  const human = own(script, script.random.pick(humans));
  const agent = own(script, script.random.pick(agents));
  const opened = opening(script, { human, agent, capabilities: [read('crm'), write('crm')], ...spec });
  work(script, opened.token, opened.run, 2);
  return opened;
}

function tryInVain(script: Script, { token, run }: Pick<Opening, 'token' | 'run'>): void {
  wait(script, 3 * MINUTE_MS, 8 * MINUTE_MS);
  callApi(script, token, write('crm'), { parentCallId: run, resource: record('crm', 3), denied: true });
}

function goOn(script: Script, { token, run }: Pick<Opening, 'token' | 'run'>): void {
  wait(script, 3 * MINUTE_MS, 8 * MINUTE_MS);
  callApi(script, token, write('crm'), { parentCallId: run, resource: record('crm', 3) });
}

/** What resembles a chain that goes on after its reason has gone. */
export const timeLookAlikes: readonly Variant[] = [
  {
    name: 'benign:left-after-work',
    detectors,
    title: 'A person is offboarded when everything of theirs is done.',
    tell(script) {
      const { human } = ownOpening(script);
      wait(script, 5 * MINUTE_MS, 10 * MINUTE_MS);
      identity(script, human, script.random.pick(['disabled', 'offboarded'] as const));
    },
  },
  {
    name: 'benign:back-from-leave',
    detectors,
    title: 'A person was disabled, is enabled again, and asks for work.',
    tell(script) {
      const human = own(script, script.random.pick(humans));
      identity(script, human, 'disabled');
      wait(script, 5 * MINUTE_MS, 10 * MINUTE_MS);
      identity(script, human, 'enabled');
      wait(script, 5 * MINUTE_MS, 10 * MINUTE_MS);
      ownOpening(script, { human });
    },
  },
  {
    name: 'benign:refused-after-offboarding',
    detectors,
    title: 'The agent of somebody who has left tries on, and is refused.',
    tell(script) {
      const opened = ownOpening(script);
      identity(script, opened.human, 'offboarded');
      identity(script, opened.agent, 'offboarded');
      tryInVain(script, opened);
    },
  },
  {
    name: 'benign:password-changed',
    detectors,
    title: 'A person changes a password and is thought to be at some risk; the work goes on.',
    tell(script) {
      const opened = ownOpening(script);
      identity(script, opened.human, 'credential-changed');
      identity(script, opened.human, 'risk');
      goOn(script, opened);
    },
  },
  {
    name: 'benign:other-session-ended',
    detectors,
    title: 'A person signs out on the phone; what was begun at the desk goes on.',
    tell(script) {
      const opened = ownOpening(script, { session: script.name('desk-session') });
      identity(script, opened.human, 'session-ended', script.name('phone-session'));
      goOn(script, opened);
    },
  },
  {
    name: 'benign:withdrawn-and-stopped',
    detectors,
    title: 'A request is withdrawn; what is still tried is refused.',
    tell(script) {
      const opened = ownOpening(script);
      close(script, opened.triggerId, script.random.pick(['withdrawn', 'cancelled'] as const));
      tryInVain(script, opened);
    },
  },
  {
    name: 'benign:unverified-reads',
    detectors,
    title: 'A webhook that proved nothing sets off looking, and its write is refused.',
    tell(script) {
      const { token, run } = hookOpening(script, { provenance: { verified: false } });
      callApi(script, token, duty.searchLogs, { parentCallId: run, resource: record('logs', 1) });
      wait(script, 500, 4_000);
      callApi(script, token, duty.ingest, { parentCallId: run, resource: record('intake', 1), denied: true });
    },
  },
  {
    name: 'benign:other-supplier-compromised',
    detectors,
    title: 'One supplier is compromised, and another one calls.',
    tell(script) {
      identity(script, { id: `supplier/${script.name('other')}`, kind: 'system' }, 'compromised');
      wait(script, 2 * MINUTE_MS, 4 * MINUTE_MS);
      const { token, run } = hookOpening(script);
      perform(script, token, deedOf(script, duty.ingest, record('intake', 2)), { parentCallId: run });
    },
  },
  {
    name: 'benign:no-then-yes',
    detectors,
    title: 'Policy says no, the ticket is corrected, policy says yes, and it is done.',
    tell(script) {
      const opened = releaseOpening(script);
      const { repository, token } = opened;
      const properties = { environment: environments.prod, repository };
      decide(script, token, duty.deploy, { allowed: false, properties });
      wait(script, 3 * MINUTE_MS, 6 * MINUTE_MS);
      promote(script, opened, environments.prod);
    },
  },
  {
    name: 'benign:fresh-token-each-step',
    detectors,
    title: 'Nobody asks the issuer, for every step has a token minted for it.',
    tell: containment,
  },
  {
    name: 'benign:export-at-the-limit',
    detectors,
    title: 'Exactly what was decided is exported.',
    tell(script) {
      const { token, run } = exportOpening(script);
      const facts = { rows: 1_000, fields: [...exportedFields] };
      const resource = record('exports', 3);
      decide(script, token, duty.export, { resource, properties: facts });
      const job = handOver(script, token, run, { holder: desk.exporter });
      callApi(script, job.token, duty.export, { parentCallId: job.run, resource, facts });
    },
  },
  { name: 'benign:export', detectors, title: 'Less than what was decided is exported.', tell: dataExport },
  {
    name: 'benign:exposed-and-refused',
    detectors,
    title: 'A token turns up in public; whoever finds it is refused.',
    tell(script) {
      const opened = ownOpening(script, { issuer: issuers.sts });
      expose(script, { token: opened.token });
      revoke(script, { token: opened.token, reason: 'compromise' });
      tryInVain(script, opened);
    },
  },
  {
    name: 'benign:exposed-and-renewed',
    detectors,
    title:
      'A secret turns up in public and is changed; what the service signs in with afterwards is the new one.',
    tell(script) {
      const subject = own(script, script.random.pick(services));
      const spec = { issuer: issuers.sts, subject, holder: subject, grant: 'client_credentials' };
      const capabilities = [read('docs'), write('docs')];
      work(script, issue(script, { ...spec, capabilities }), undefined, 2);
      wait(script, 2 * MINUTE_MS, 4 * MINUTE_MS);
      expose(script, { principal: subject });
      wait(script, 2 * MINUTE_MS, 4 * MINUTE_MS);
      identity(script, subject, 'credential-changed');
      wait(script, 4 * MINUTE_MS, 8 * MINUTE_MS);
      work(script, issue(script, { ...spec, capabilities }), undefined, 2);
    },
  },
  {
    name: 'benign:sibling-of-exposed',
    detectors,
    title: 'One helper’s token turns up in public; the other helper goes on.',
    tell(script) {
      const { token, run } = ownOpening(script, { issuer: issuers.sts });
      const leaky = handOver(script, token, run);
      const sound = handOver(script, token, run);
      expose(script, { token: leaky.token });
      revoke(script, { token: leaky.token, reason: 'compromise' });
      goOn(script, sound);
    },
  },
  {
    name: 'benign:late-word-of-a-token',
    detectors,
    title: 'A bank call carries a token whose issuance is reported minutes later.',
    tell(script) {
      const { token, run } = opening(script, {
        issuer: script.random.pick([issuers.login, issuers.sts]),
        capabilities: [read('banking')],
        delayMs: 4 * MINUTE_MS,
      });
      callApi(script, token, read('banking'), { parentCallId: run, resource: record('banking', 7) });
    },
  },
  {
    name: 'benign:canary-keeper',
    detectors,
    title: 'The service that looks after the canaries has a name much like theirs.',
    tell(script) {
      const subject = own(script, { id: 'acme/canary-keeper', kind: 'service', name: 'canary keeper' });
      const spec = { issuer: issuers.sts, subject, holder: subject, grant: 'client_credentials' };
      const token = issue(script, { ...spec, capabilities: [read('docs')], jti: script.name('canary') });
      work(script, token, undefined, 3);
    },
  },
  {
    name: 'benign:checked-long-session',
    detectors,
    title: 'A long session has its token checked again before each sensitive step.',
    tell(script) {
      const subject = script.random.pick(services);
      const token = issue(script, {
        issuer: issuers.login,
        subject,
        holder: subject,
        capabilities: [read('orders'), write('orders')],
        grant: 'client_credentials',
      });
      for (let steps = 3; steps > 0; steps -= 1) {
        wait(script, 8 * MINUTE_MS, 12 * MINUTE_MS);
        introspect(script, token, subject);
        wait(script, 1_000, 10_000);
        callApi(script, token, write('orders'), { resource: record('orders', steps) });
      }
    },
  },
];
