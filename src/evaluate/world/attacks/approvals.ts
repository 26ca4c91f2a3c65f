import type { Principal } from '../../../domain/event/index.ts';
import { asked, ended, settled } from '../approvals.ts';
import { callApi, callTool } from '../calls.ts';
import { agents, type Capability, humans, read, record, tool, write } from '../cast.ts';
import { bindingOf, type ConsentSpec, consent, deedOf, perform } from '../deeds.ts';
import { approvers, desk, duty, environments, instrument } from '../desk.ts';
import { decide, grantPrivilege, introspect } from '../evidence.ts';
import { handOver, opening, own } from '../parts.ts';
import { type Script, wait } from '../script.ts';
import { rotationOpening, rotationTask, vaultPrivilege } from '../stories/access.ts';
import { type Refund, refundOpening } from '../stories/finance.ts';
import { alarm, inBatchWindow, opsOpening } from '../stories/operations.ts';
import { MINUTE_MS, type Variant } from '../variant.ts';

type Binding = ReturnType<typeof bindingOf>;

/** A refund whose approval has something wrong with it. */
function refundBy(script: Script, approve: (opened: Refund) => string, capability?: Capability): void {
  const opened = refundOpening(script, {}, capability);
  const approvalId = approve(opened);
  wait(script, 1_000, 20_000);
  perform(script, opened.token, opened.deed, { parentCallId: opened.run, approvalId });
}

function bound(name: string, title: string, differs: (usual: Binding) => Partial<Binding>): Variant {
  return {
    name,
    detectors: ['approval-misuse'],
    title,
    tell: (script) =>
      refundBy(
        script,
        ({ token, deed }) => {
          const usual = bindingOf(deed);
          return consent(script, token, deed, { binds: [{ ...usual, ...differs(usual) }], forS: 1_800 });
        },
        // Only a call of a tool says what its arguments were.
        instrument.payBack,
      ),
  };
}

const missing: readonly Variant[] = [
  {
    name: 'never-approved',
    detectors: ['missing-approval'],
    title: 'Money is paid back, and nobody was asked.',
    tell(script) {
      const { token, run, deed } = refundOpening(script);
      perform(script, token, deed, { parentCallId: run });
    },
  },
  {
    name: 'approved-afterwards',
    detectors: ['missing-approval'],
    title: 'A restart in production is agreed to when it is over.',
    tell(script) {
      inBatchWindow(script, true);
      const { token, run } = opsOpening(script);
      const facts = { environment: environments.prod };
      const deed = deedOf(script, duty.restart, record('cluster', 16), facts);
      perform(script, token, deed, { parentCallId: run });
      wait(script, 4 * MINUTE_MS, 8 * MINUTE_MS);
      consent(script, token, deed, { forS: 900 });
    },
  },
  {
    name: 'contained-without-word',
    detectors: ['missing-approval'],
    title: 'A host is cut off before an operator has said so.',
    tell(script) {
      const { token, run } = alarm(script);
      const step = handOver(script, token, run, { holder: desk.containment, capabilities: [duty.isolate] });
      const deed = deedOf(script, duty.isolate, record('edr', 12));
      perform(script, step.token, deed, { parentCallId: step.run });
    },
  },
];

const misused: readonly Variant[] = [
  {
    name: 'approval-expired',
    detectors: ['approval-misuse'],
    title: 'A consent for five minutes is used a quarter of an hour later.',
    tell: (script) =>
      refundBy(script, ({ token, deed }) => {
        const approvalId = consent(script, token, deed, { forS: 300, maxUses: 1 });
        wait(script, 15 * MINUTE_MS, 20 * MINUTE_MS);
        return approvalId;
      }),
  },
  {
    name: 'approval-withdrawn',
    detectors: ['approval-misuse'],
    title: 'A consent is withdrawn, and used minutes later.',
    tell: (script) =>
      refundBy(script, ({ token, deed }) => {
        const approvalId = consent(script, token, deed, { forS: 3_600 });
        ended(script, 'withdrawn', approvalId, [bindingOf(deed)]);
        wait(script, 4 * MINUTE_MS, 8 * MINUTE_MS);
        return approvalId;
      }),
  },
  {
    name: 'approval-denied',
    detectors: ['approval-misuse'],
    title: 'Somebody says no, and the refund names that answer as its approval.',
    tell: (script) =>
      refundBy(script, ({ token, deed }) => {
        const binds = [bindingOf(deed)];
        const approvalId = asked(script, { binds, requester: token.holder });
        wait(script, MINUTE_MS, 2 * MINUTE_MS);
        settled(script, 'denied', approvalId, { binds, approver: script.random.pick(approvers) });
        wait(script, 2 * MINUTE_MS, 4 * MINUTE_MS);
        return approvalId;
      }),
  },
  {
    name: 'approval-reused',
    detectors: ['approval-misuse'],
    title: 'A consent for one refund pays back twice.',
    tell(script) {
      const { token, run, deed } = refundOpening(script);
      const approvalId = consent(script, token, deed, { forS: 3_600, maxUses: 1 });
      perform(script, token, deed, { parentCallId: run, approvalId });
      wait(script, 2 * MINUTE_MS, 5 * MINUTE_MS);
      perform(script, token, deed, { parentCallId: run, approvalId });
    },
  },
  {
    name: 'approval-of-other-txn',
    detectors: ['approval-misuse'],
    title: 'A consent that one transaction has used up serves a second one.',
    tell(script) {
      const earlier: Script = { ...script, txn: `${script.txn}-before` };
      const { token, run, deed } = refundOpening(earlier);
      const approvalId = consent(earlier, token, deed, { forS: 3_600, maxUses: 1 });
      perform(earlier, token, deed, { parentCallId: run, approvalId });
      script.nowMs = earlier.nowMs + 3 * MINUTE_MS;
      const again = refundOpening(script);
      const use = { parentCallId: again.run, approvalId, mustCarryTxn: true };
      perform(script, again.token, deed, use);
    },
  },
  bound('approval-of-other-arguments', 'The consent was for other arguments.', () => ({
    argsHash: `sha256:${'B'.repeat(43)}`,
  })),
  bound('approval-of-other-amount', 'The consent was for a smaller amount.', ({ facts }) => ({
    facts: { ...facts, amount: Number(facts?.amount ?? 0) / 2 },
  })),
  bound('approval-of-other-record', 'The consent was for another record.', ({ facts }) => ({
    facts: { ...facts, record: 'erp/records/9999' },
  })),
  bound('approval-for-other-actor', 'The consent was for another agent.', () => ({
    actor: desk.procurement.id,
  })),
  bound('approval-of-other-target', 'The consent was for another order.', () => ({
    target: 'erp/records/9998',
  })),
];

/** A refund that somebody agreed to who had better not. */
function agreedBy(
  name: string,
  title: string,
  approverOf: (opened: Refund) => Principal,
  human?: Principal,
): Variant {
  return {
    name,
    detectors: ['self-approval'],
    title,
    tell(script) {
      const opened = refundOpening(script, human === undefined ? {} : { human });
      const spec: ConsentSpec = { approver: approverOf(opened), forS: 1_800, maxUses: 1 };
      const approvalId = consent(script, opened.token, opened.deed, spec);
      perform(script, opened.token, opened.deed, { parentCallId: opened.run, approvalId });
    },
  };
}

const quentin = humans.find(({ name }) => name === 'quentin') ?? {
  id: 'user:quentin',
  kind: 'human' as const,
};

const selfish: readonly Variant[] = [
  agreedBy('approved-own-request', 'Whoever asked for the refund agrees to it.', ({ human }) => human),
  agreedBy(
    'approved-by-alias',
    'Whoever asked for the refund agrees to it under another name.',
    () => ({ id: 'admin:quentin', kind: 'human' }),
    quentin,
  ),
  agreedBy('approved-by-agent', 'The agent agrees to its own refund.', ({ token }) => token.holder),
];

const defiant: readonly Variant[] = [
  {
    name: 'denied-then-by-api',
    detectors: ['action-after-deny'],
    title: 'Policy says no to a change, and another agent does the same by another way.',
    tell(script) {
      const resource = record('crm', 11);
      const agent = own(script, script.random.pick(agents));
      const capabilities = [read('crm'), write('crm'), tool('crm', 'update', 'write')];
      const { token, run } = opening(script, { agent, capabilities });
      decide(script, token, tool('crm', 'update', 'write'), { allowed: false, resource });
      callTool(script, token, tool('crm', 'update', 'write'), { parentCallId: run, resource, denied: true });
      wait(script, 3 * MINUTE_MS, 6 * MINUTE_MS);
      const other = handOver(script, token, run, {
        holder: own(script, script.random.pick(agents)),
        capabilities: [write('crm')],
      });
      callApi(script, other.token, write('crm'), { parentCallId: other.run, resource });
    },
  },
  {
    name: 'refused-then-by-other-agent',
    detectors: ['action-after-deny'],
    title: 'A person says no to a change, and another agent makes it.',
    tell(script) {
      const resource = record('orders', 12);
      const capabilities = [read('orders'), write('orders')];
      const { token, run } = opening(script, { capabilities });
      const binds = [{ action: write('orders').grant, target: resource }];
      const approvalId = asked(script, { binds, requester: token.holder });
      wait(script, MINUTE_MS, 2 * MINUTE_MS);
      settled(script, 'denied', approvalId, { binds, approver: script.random.pick(approvers) });
      wait(script, 3 * MINUTE_MS, 6 * MINUTE_MS);
      const holder = own(script, script.random.pick(agents));
      const other = handOver(script, token, run, { holder, capabilities });
      callApi(script, other.token, write('orders'), { parentCallId: other.run, resource });
    },
  },
  {
    name: 'continued-after-error',
    detectors: ['continued-after-error'],
    title: 'A vault refuses to rotate, and the agent goes on with the next one.',
    tell(script) {
      const { token, run } = rotationOpening(script);
      const deeds = [0, 1, 2].map((vault) => deedOf(script, duty.rotate, record('vault', vault)));
      const binds = deeds.map((deed) => bindingOf(deed));
      const [first] = deeds;
      if (first === undefined) return;
      const approvalId = consent(script, token, first, { binds, forS: 3_600, maxUses: 3 });
      grantPrivilege(script, token, vaultPrivilege, 1_200, approvalId);
      for (const [vault, deed] of deeds.entries()) {
        introspect(script, token, desk.rotator);
        const spec = { parentCallId: run, approvalId, task: rotationTask };
        perform(script, token, deed, { ...spec, denied: vault === 0 });
        wait(script, 2 * MINUTE_MS, 3 * MINUTE_MS);
      }
    },
  },
];

export const approvalAttacks: readonly Variant[] = [...missing, ...misused, ...selfish, ...defiant];
