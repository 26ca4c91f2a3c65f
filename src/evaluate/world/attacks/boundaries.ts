import { callApi, callTool } from '../calls.ts';
import { agents, issuers, read, record } from '../cast.ts';
import { consent, deedOf, perform } from '../deeds.ts';
import { desk, duty, environments, instrument } from '../desk.ts';
import { decide, introspect } from '../evidence.ts';
import { handOver, type Opening, opening, own } from '../parts.ts';
import { type Script, wait } from '../script.ts';
import { exportedFields, exportOpening, procurementOpening, refundOpening } from '../stories/finance.ts';
import { helpdeskOpening, helpdeskTask, lookUp } from '../stories/front-desk.ts';
import { inBatchWindow, opsOpening, releaseOpening, releaseTask } from '../stories/operations.ts';
import { MINUTE_MS, type Variant } from '../variant.ts';

const corporate = [issuers.login, issuers.sts] as const;

/** A release by the book but for what `differs` says. */
function release(
  script: Script,
  differs: { readonly repository?: string; readonly policy?: Parameters<typeof decide>[3] },
): void {
  const { token, run, repository } = releaseOpening(script);
  const job = handOver(script, token, run, { holder: desk.deployer, capabilities: [duty.deploy] });
  const facts = { environment: environments.staging, repository: differs.repository ?? repository };
  decide(script, job.token, duty.deploy, { properties: facts, ...differs.policy });
  wait(script, 500, 4_000);
  const deed = deedOf(script, duty.deploy, record('cluster', 6), facts);
  perform(script, job.token, deed, { parentCallId: job.run, task: releaseTask });
}

function exportOf(script: Script, facts: { rows: number; fields: string[]; bytes?: number }): void {
  const { token, run } = exportOpening(script);
  const resource = record('exports', 5);
  decide(script, token, duty.export, { resource, properties: facts });
  const job = handOver(script, token, run, { holder: desk.exporter });
  callApi(script, job.token, duty.export, { parentCallId: job.run, resource, facts });
}

const taskDetectors = ['task-boundary'];

/** What an agent may do in its task. */
const tasks: readonly Variant[] = [
  {
    name: 'integration-added',
    detectors: taskDetectors,
    title: 'The procurement agent connects a new integration, which is none of its business.',
    tell(script) {
      const { token, run } = procurementOpening(script, [instrument.integrate]);
      wait(script, 1_000, 10_000);
      callTool(script, token, instrument.integrate, {
        parentCallId: run,
        resource: record('integrations', 1),
      });
    },
  },
  {
    name: 'billing-by-helpdesk',
    detectors: taskDetectors,
    title: 'The helpdesk agent changes what a customer is charged.',
    tell(script) {
      const opened = helpdeskOpening(script, [duty.bill]);
      lookUp(script, opened);
      const deed = deedOf(script, duty.bill, record('charges', 6));
      perform(script, opened.token, deed, { parentCallId: opened.run, task: helpdeskTask });
    },
  },
  {
    name: 'target-not-allowed',
    detectors: taskDetectors,
    title: 'The exporter reads customer relations instead of exports.',
    tell(script) {
      const { token, run } = opening(script, {
        agent: desk.clerk,
        issuer: script.random.pick(corporate),
        capabilities: [duty.export, read('crm')],
      });
      const job = handOver(script, token, run, { holder: desk.exporter });
      callApi(script, job.token, read('crm'), { parentCallId: job.run, resource: record('crm', 13) });
    },
  },
  {
    name: 'field-not-allowed',
    detectors: taskDetectors,
    title: "The helpdesk agent reads a customer's account number.",
    tell(script) {
      lookUp(script, helpdeskOpening(script), { fields: ['name', 'iban'], rows: 1 });
    },
  },
  {
    name: 'too-many-rows',
    detectors: taskDetectors,
    title: 'The helpdesk agent reads five hundred customers at once.',
    tell: (script) => lookUp(script, helpdeskOpening(script), { rows: 500 }),
  },
  {
    name: 'too-many-bytes',
    detectors: taskDetectors,
    title: 'An export that was decided on is larger than any may be.',
    tell: (script) => exportOf(script, { rows: 900, fields: [...exportedFields], bytes: 90_000_000 }),
  },
  {
    name: 'amount-above-limit',
    detectors: taskDetectors,
    title: 'A refund that somebody agreed to is larger than the agent may make.',
    tell(script) {
      const { token, run, deed: usual } = refundOpening(script);
      const deed = { ...usual, facts: { ...usual.facts, amount: script.random.int(600, 2_000) } };
      const approvalId = consent(script, token, deed, { forS: 1_800, maxUses: 1 });
      perform(script, token, deed, { parentCallId: run, approvalId });
    },
  },
  {
    name: 'session-too-long',
    detectors: taskDetectors,
    title: 'A conversation of half an hour at most goes on for most of an hour.',
    tell(script) {
      const opened = helpdeskOpening(script);
      for (let looks = 4; looks > 0; looks -= 1) {
        lookUp(script, opened);
        wait(script, 12 * MINUTE_MS, 14 * MINUTE_MS);
      }
      lookUp(script, opened);
    },
  },
  {
    name: 'repository-not-allowed',
    detectors: taskDetectors,
    title: 'The release pipeline deploys from a repository that is not on its list.',
    tell: (script) => release(script, { repository: 'stranger/shop' }),
  },
  {
    name: 'policy-not-pinned',
    detectors: taskDetectors,
    title: 'A release is decided by an older version of the rules than the pinned one.',
    tell: (script) => release(script, { policy: { policy: { id: 'release-rules', version: '6' } } }),
  },
  {
    name: 'policy-unnamed',
    detectors: taskDetectors,
    title: 'A release is decided by rules that nobody names.',
    tell: (script) => release(script, { policy: { policy: null } }),
  },
];

function deployIn(script: Script, { token, run }: Opening, environment: string): void {
  introspect(script, token, token.holder);
  decide(script, token, duty.deploy, { properties: { environment }, policy: { id: 'sandbox-rules' } });
  wait(script, 500, 4_000);
  const deed = deedOf(script, duty.deploy, record('cluster', 7), { environment });
  perform(script, token, deed, { parentCallId: run });
}

const placeDetectors = ['environment-boundary'];

/** Where and when. */
const places: readonly Variant[] = [
  {
    name: 'developer-in-production',
    detectors: placeDetectors,
    title: "A developer's agent deploys to production.",
    tell(script) {
      const opened = opening(script, { agent: desk.developer, capabilities: [duty.deploy] });
      deployIn(script, opened, environments.staging);
      deployIn(script, opened, environments.prod);
    },
  },
  {
    name: 'outside-window',
    detectors: placeDetectors,
    title: 'A batch system is restarted, with consent, when it may not be.',
    tell(script) {
      inBatchWindow(script, false);
      const { token, run } = opsOpening(script);
      const facts = { environment: environments.batch };
      const deed = deedOf(script, duty.restart, record('cluster', 17), facts);
      const approvalId = consent(script, token, deed, { forS: 900, maxUses: 1 });
      perform(script, token, deed, { parentCallId: run, approvalId });
    },
  },
  {
    name: 'change-freeze',
    detectors: placeDetectors,
    title: 'The archive is frozen, and somebody books in it.',
    tell(script) {
      const { token, run } = opening(script, {
        issuer: issuers.sts,
        agent: desk.ops,
        capabilities: [duty.book],
      });
      const facts = { environment: environments.archive };
      perform(script, token, deedOf(script, duty.book, record('ledger', 5), facts), { parentCallId: run });
    },
  },
  {
    name: 'token-from-dev',
    detectors: placeDetectors,
    title: 'A token that was made for development is accepted in staging.',
    tell(script) {
      const agent = own(script, script.random.pick(agents));
      const opened = opening(script, {
        agent,
        capabilities: [read('warehouse')],
        environment: environments.dev,
      });
      const { token, run } = opened;
      callApi(script, token, read('warehouse'), {
        parentCallId: run,
        facts: { environment: environments.dev },
      });
      wait(script, 2 * MINUTE_MS, 4 * MINUTE_MS);
      const resource = record('warehouse', 3);
      const facts = { environment: environments.staging };
      callApi(script, token, read('warehouse'), { parentCallId: run, resource, facts });
    },
  },
];

export const boundaryAttacks: readonly Variant[] = [...tasks, ...places];
