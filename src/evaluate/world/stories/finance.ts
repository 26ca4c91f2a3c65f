import { callApi, callTool, close } from '../calls.ts';
import { type Capability, issuers, record } from '../cast.ts';
import { bindingOf, consent, type Deed, deedOf, perform } from '../deeds.ts';
import { approvers, desk, duty, instrument } from '../desk.ts';
import { decide, introspect } from '../evidence.ts';
import { handOver, type Opening, type OpeningSpec, opening } from '../parts.ts';
import { type Script, wait } from '../script.ts';

const corporate = [issuers.login, issuers.sts] as const;

export interface Refund extends Opening {
  readonly deed: Deed;
}

/** A customer wants money back; the agent finds out how much and of which order. By API unless a tool does it. */
export function refundOpening(
  script: Script,
  spec: OpeningSpec = {},
  capability: Capability = duty.refund,
): Refund {
  const opened = opening(script, {
    ...spec,
    agent: desk.refunds,
    issuer: script.random.pick(corporate),
    ticket: script.name('CASE'),
    task: { id: 'refund' },
    capabilities: [duty.refund, instrument.payBack, instrument.customer],
  });
  const { token, run } = opened;
  callTool(script, token, instrument.customer, { parentCallId: run, resource: record('customers', 3) });
  const resource = record('erp', script.random.int(0, 24));
  const amount = script.random.int(5, 400);
  const deed = deedOf(script, capability, resource, { amount, currency: 'EUR', record: resource });
  return { ...opened, deed };
}

/** R58: approval, action and record say the same. */
export function refund(script: Script): void {
  const capability = script.random.pick([duty.refund, instrument.payBack]);
  const { token, run, deed, triggerId } = refundOpening(script, {}, capability);
  const withoutTxn = script.random.chance(0.3);
  const approvalId = consent(script, token, deed, { forS: 1_800, maxUses: 1, withoutTxn });
  perform(script, token, deed, { parentCallId: run, approvalId });
  wait(script, 2_000, 30_000);
  close(script, triggerId);
}

export const exportedFields = ['order', 'amount', 'date'] as const;

/** A clerk's agent wants payment data that only the exporter may read. */
export function exportOpening(script: Script): Opening {
  const opened = opening(script, {
    agent: desk.clerk,
    issuer: script.random.pick(corporate),
    task: { id: 'payment-export' },
    capabilities: [duty.export],
  });
  return opened;
}

/** R45: what is exported is what was decided, and no more. */
export function dataExport(script: Script): void {
  const { token, run, triggerId } = exportOpening(script);
  const resource = record('exports', script.random.int(0, 9));
  const rows = script.random.int(50, 900);
  introspect(script, token, desk.exporter);
  decide(script, token, duty.export, { resource, properties: { rows, fields: [...exportedFields] } });
  const job = handOver(script, token, run, { holder: desk.exporter });
  wait(script, 300, 3_000);
  callApi(script, job.token, duty.export, {
    parentCallId: job.run,
    resource,
    facts: { rows: rows - script.random.int(0, 40), fields: [...exportedFields] },
  });
  wait(script, 2_000, 20_000);
  close(script, triggerId);
}

/** Offers are collected and an order is drafted. */
export function procurementOpening(script: Script, more: readonly Capability[] = []): Opening {
  const opened = opening(script, {
    agent: desk.procurement,
    issuer: script.random.pick(corporate),
    task: { id: 'procurement' },
    capabilities: [instrument.quote, instrument.draft, duty.pay, duty.onboard, ...more],
  });
  const { token, run } = opened;
  for (let offers = script.random.int(2, 6); offers > 0; offers -= 1) {
    wait(script, 500, 4_000);
    callTool(script, token, instrument.quote, { parentCallId: run, resource: record('suppliers', offers) });
  }
  callTool(script, token, instrument.draft, { parentCallId: run, resource: record('erp', 7) });
  return opened;
}

/** R54, R64: drafts are its own; money and new vendors are agreed to by a person, both at once if need be. */
export function procurement(script: Script): void {
  const { token, run, triggerId } = procurementOpening(script);
  if (script.random.chance(0.6)) {
    const amount = script.random.int(200, 4_000);
    const deeds = [
      deedOf(script, duty.onboard, record('erp', 21)),
      deedOf(script, duty.pay, record('banking', script.random.int(0, 24)), { amount, currency: 'EUR' }),
    ] as const;
    const approvalId = consent(script, token, deeds[1], {
      binds: deeds.map((deed) => bindingOf(deed, desk.procurement)),
      approver: script.random.pick(approvers),
      forS: 3_600,
      maxUses: 2,
    });
    for (const deed of deeds) perform(script, token, deed, { parentCallId: run, approvalId });
  }
  wait(script, 2_000, 20_000);
  close(script, triggerId);
}
