import { asked, ended, settled } from '../approvals.ts';
import { approve, callApi } from '../calls.ts';
import { issuers, read, record, write } from '../cast.ts';
import { bindingOf, consent, deedOf, perform } from '../deeds.ts';
import { approvers, desk, duty, environments } from '../desk.ts';
import { opening, work } from '../parts.ts';
import { type Script, wait } from '../script.ts';
import { procurementOpening, refundOpening } from '../stories/finance.ts';
import { inBatchWindow, opsOpening } from '../stories/operations.ts';
import { MINUTE_MS, type Variant } from '../variant.ts';

const detectors: readonly string[] = [];

/** Something that is done with an approval that fits in what it says, however little that is. */
function refundWith(script: Script, differs: (usual: ReturnType<typeof bindingOf>) => typeof usual): void {
  const { token, run, deed } = refundOpening(script);
  const approvalId = consent(script, token, deed, { binds: [differs(bindingOf(deed))], forS: 1_800 });
  perform(script, token, deed, { parentCallId: run, approvalId });
}

/** What resembles something that nobody agreed to. */
export const approvalLookAlikes: readonly Variant[] = [
  {
    name: 'benign:too-small-to-ask',
    detectors,
    title: 'A payment below the amount from which somebody has to agree.',
    tell(script) {
      const { token, run } = procurementOpening(script);
      const facts = { amount: script.random.int(3, 40), currency: 'EUR' };
      perform(script, token, deedOf(script, duty.pay, record('banking', 2), facts), { parentCallId: run });
    },
  },
  {
    name: 'benign:restart-in-staging',
    detectors,
    title: 'What needs consent in production needs none in staging.',
    tell(script) {
      const { token, run } = opsOpening(script);
      const facts = { environment: environments.staging };
      perform(script, token, deedOf(script, duty.restart, record('cluster', 9), facts), {
        parentCallId: run,
      });
    },
  },
  {
    name: 'benign:approved-in-time',
    detectors,
    title: 'A consent is used shortly before it ends, and ends afterwards.',
    tell(script) {
      const { token, run, deed } = refundOpening(script);
      const binds = [bindingOf(deed)];
      const approvalId = consent(script, token, deed, { binds, forS: 600, maxUses: 1 });
      wait(script, 6 * MINUTE_MS, 7 * MINUTE_MS);
      perform(script, token, deed, { parentCallId: run, approvalId });
      wait(script, 5 * MINUTE_MS);
      ended(script, 'expired', approvalId, binds);
    },
  },
  {
    name: 'benign:withdrawn-too-late',
    detectors,
    title: 'A consent is withdrawn when everything is done.',
    tell(script) {
      const { token, run, deed } = refundOpening(script);
      const binds = [bindingOf(deed)];
      const approvalId = consent(script, token, deed, { binds, forS: 3_600, maxUses: 1 });
      perform(script, token, deed, { parentCallId: run, approvalId });
      wait(script, 3 * MINUTE_MS, 6 * MINUTE_MS);
      ended(script, 'withdrawn', approvalId, binds);
    },
  },
  {
    name: 'benign:asked-again',
    detectors,
    title: 'A first request is denied; a second one, better reasoned, is granted.',
    tell(script) {
      const { token, run, deed } = refundOpening(script);
      const binds = [bindingOf(deed)];
      const approver = script.random.pick(approvers);
      const first = asked(script, { binds, requester: token.holder });
      wait(script, MINUTE_MS, 2 * MINUTE_MS);
      settled(script, 'denied', first, { binds, approver });
      wait(script, 3 * MINUTE_MS, 6 * MINUTE_MS);
      const approvalId = consent(script, token, deed, { approver, forS: 1_800, maxUses: 1 });
      perform(script, token, deed, { parentCallId: run, approvalId });
    },
  },
  {
    name: 'benign:approved-retry',
    detectors,
    title: 'The target fails, and the one consent is used again for the same thing.',
    tell(script) {
      const { token, run, deed } = refundOpening(script);
      const approvalId = consent(script, token, deed, { forS: 1_800, maxUses: 1 });
      const { resource, facts = {} } = deed;
      callApi(script, token, duty.refund, {
        parentCallId: run,
        resource,
        facts,
        approvalId,
        status: 503,
      });
      wait(script, 5_000, 30_000);
      perform(script, token, deed, { parentCallId: run, approvalId });
    },
  },
  {
    name: 'benign:used-as-often-as-allowed',
    detectors,
    title: 'A consent for three restarts is used for three restarts, each seen by two parties.',
    tell(script) {
      inBatchWindow(script, true);
      const { token, run } = opsOpening(script);
      const resource = record('cluster', 14);
      const deeds = [0, 1, 2].map(() =>
        deedOf(script, duty.restart, resource, { environment: environments.prod }),
      );
      const binds = [{ action: duty.restart.grant, target: resource }];
      const approvalId = consent(
        script,
        token,
        { capability: duty.restart, resource },
        { binds, maxUses: 3 },
      );
      for (const deed of deeds) {
        wait(script, 5_000, 20_000);
        perform(script, token, deed, { parentCallId: run, approvalId, seenTwice: true });
      }
    },
  },
  {
    name: 'benign:nothing-to-compare',
    detectors,
    title: 'The consent names neither arguments nor amount, so that they cannot differ.',
    tell: (script) => refundWith(script, ({ action }) => ({ action })),
  },
  {
    name: 'benign:amount-as-text',
    detectors,
    title: 'The approval system writes the amount as text, the ledger as a number.',
    tell: (script) =>
      refundWith(script, ({ facts, ...rest }) => ({
        ...rest,
        facts: { ...facts, amount: `${Number(facts?.amount ?? 0).toFixed(2)}` },
      })),
  },
  {
    name: 'benign:consent-for-this-agent',
    detectors,
    title: 'The consent names the agent, and that agent acts on it.',
    tell: (script) => refundWith(script, (usual) => ({ ...usual, actor: desk.refunds.id })),
  },
  {
    name: 'benign:asked-the-person',
    detectors,
    title: 'An agent asks the person it works for before a change that nobody else has to agree to.',
    tell(script) {
      const { token, run, human } = opening(script, {
        issuer: issuers.login,
        capabilities: [read('crm'), write('crm')],
      });
      work(script, token, run, 2);
      const approvalId = approve(script, token, write('crm'), human);
      callApi(script, token, write('crm'), { parentCallId: run, approvalId, resource: record('crm', 6) });
    },
  },
  {
    name: 'benign:denied-then-agreed',
    detectors,
    title: 'A restart is refused for want of a consent; with one it goes through.',
    tell(script) {
      inBatchWindow(script, true);
      const { token, run } = opsOpening(script);
      const facts = { environment: environments.prod };
      const deed = deedOf(script, duty.restart, record('cluster', 15), facts);
      perform(script, token, deed, { parentCallId: run, denied: true });
      wait(script, MINUTE_MS, 2 * MINUTE_MS);
      const approvalId = consent(script, token, deed, { forS: 900, maxUses: 1 });
      perform(script, token, deed, { parentCallId: run, approvalId });
    },
  },
  {
    name: 'benign:denied-here-done-there',
    detectors,
    title: 'A change of one record is refused, and another record is changed.',
    tell(script) {
      const { token, run } = opening(script, { capabilities: [read('orders'), write('orders')] });
      const here = { parentCallId: run, resource: record('orders', 1) };
      callApi(script, token, write('orders'), { ...here, denied: true });
      wait(script, 2_000, 20_000);
      callApi(script, token, read('orders'), here);
      callApi(script, token, write('orders'), { parentCallId: run, resource: record('orders', 2) });
    },
  },
];
