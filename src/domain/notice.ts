import type { Alert } from './alert.ts';
import type { LinkLevel } from './chain.ts';
import type { TokenRef } from './event/index.ts';
import type { Severity } from './finding.ts';
import { deterministicId } from './ids.ts';

/** A change of an alert that people are told of. Signals and provisional alerts make none. */
export interface Notice {
  /** `alert.merged` is sent to nobody: who heard of the alert has heard of the one that carries on. */
  readonly type: 'alert.raised' | 'alert.escalated' | 'alert.withdrawn' | 'alert.merged';
  /** How often this alert has been raised, counted from 1: it may be withdrawn and come back. */
  readonly epoch: number;
  readonly alert: Alert;
}

/** The credential whose revocation would end a settled alert, and all that a decision about it needs. */
export interface RevocationWish {
  readonly alert: Alert;
  readonly fact: string;
  /** Of the finding that names the credential; the alert's own may be higher for another fact. */
  readonly severity: Severity;
  readonly target: TokenRef;
  readonly liveUntilMs: number | null | undefined;
  readonly linkLevel: LinkLevel | undefined;
  /** Every link at levels 1 to 3, level 1 from a publisher bound to its issuer. */
  readonly revocable: boolean;
}

/** What a batch of findings changed. Everything here is derived again, with the same ids, by a replay. */
export interface AlertChanges {
  readonly alerts: readonly Alert[];
  readonly notices: readonly Notice[];
  readonly revocations: readonly RevocationWish[];
}

/** Names a message for ever: a replay after a crash makes the same ones. Never contains a dot. */
export function noticeId(notice: Notice, endpoint: string): string {
  const { type, epoch, alert } = notice;
  const step = type === 'alert.escalated' ? `${epoch}:${alert.severity}` : String(epoch);
  return deterministicId('msg', [alert.tenant, alert.id, type, step, endpoint]);
}
