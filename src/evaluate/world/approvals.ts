import type { EventOf, Principal } from '../../domain/event/index.ts';
import { emit, type Script } from './script.ts';

const APPROVALS = 'https://approvals.acme.example';

type Granted = EventOf<'approval.granted'>;
export type Binding = Granted['binds'][number];

interface ApprovalSpec {
  readonly binds: readonly Binding[];
  readonly requester?: Principal;
  readonly ticket?: string;
  /** The approval system knows nothing of transactions: only the approval's id leads to the chain. */
  readonly withoutTxn?: boolean;
}

/** Somebody is asked; returns the approval's id. */
export function asked(script: Script, spec: ApprovalSpec): string {
  const approvalId = script.name('approval');
  emit(script, APPROVALS, 'approval.requested', {
    txn: spec.withoutTxn === true ? undefined : script.txn,
    approvalId,
    binds: [...spec.binds],
    requester: spec.requester,
    ticket: spec.ticket,
  });
  return approvalId;
}

export interface AnswerSpec extends ApprovalSpec {
  readonly approver: Principal;
  /** Seconds for which the consent holds. */
  readonly forS?: number;
  readonly maxUses?: number;
}

/** And answers. */
export function settled(
  script: Script,
  answer: 'granted' | 'denied',
  approvalId: string,
  spec: AnswerSpec,
): void {
  emit(script, APPROVALS, `approval.${answer}`, {
    txn: spec.withoutTxn === true ? undefined : script.txn,
    approvalId,
    binds: [...spec.binds],
    approver: spec.approver,
    requester: spec.requester,
    ticket: spec.ticket,
    exp: spec.forS === undefined ? undefined : Math.floor(script.nowMs / 1000) + spec.forS,
    maxUses: spec.maxUses,
  });
}

/** What was granted ends, by time or because somebody thought better of it. */
export function ended(
  script: Script,
  how: 'expired' | 'withdrawn',
  approvalId: string,
  binds: readonly Binding[],
): void {
  emit(script, APPROVALS, `approval.${how}`, { txn: script.txn, approvalId, binds: [...binds] });
}
