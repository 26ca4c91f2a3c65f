import type { TokenRef } from '../domain/event/index.ts';
import { severityRank } from '../domain/finding.ts';
import { deterministicId } from '../domain/ids.ts';
import type { RevocationWish } from '../domain/notice.ts';
import type { Response, ResponseTarget } from '../domain/response.ts';
import { refKey, refLabel } from '../domain/token.ts';
import type { ResponseConfig } from './config.ts';

/** Constant for one token: whoever asks again asks for the same thing. */
const TOKEN_EPOCH = 0;

export interface PlanContext {
  readonly config: ResponseConfig;
  readonly nowMs: number;
  /** History is learnt from and stored; it never revokes. */
  readonly imported: boolean;
}

/** The idempotency key of revoking one token, whichever alert asks for it. Never contains a dot. */
export function revocationId(tenant: string, target: TokenRef): string {
  return deterministicId('rsp', [tenant, 'token.revoke', refKey(target), TOKEN_EPOCH]);
}

/** Decides what becomes of a wish to revoke: requested, proposed to a person, or refused, and why. Pure. */
export function planRevocation(wish: RevocationWish, context: PlanContext): Response {
  const { alert, target } = wish;
  const decision = decide(wish, context);
  return {
    tenant: alert.tenant,
    id: revocationId(alert.tenant, target),
    planId: '',
    step: 0,
    alertId: alert.id,
    chainId: alert.chainId,
    detector: alert.detector,
    action: 'token.revoke',
    target: { kind: 'token', key: refKey(target), ref: target },
    targetKey: refKey(target),
    mode: context.config.dryRun ? 'dry_run' : 'real',
    state: decision.state,
    attempt: 0,
    atMs: context.nowMs,
    reason: decision.reason,
    endpoint: context.config.endpoint ?? '',
    confirms: 'none',
    httpStatus: 0,
    requestedBy: 'chainwarden',
    approvedBy: [],
    residualUntilMs: wish.liveUntilMs,
    causedMs: alert.lastAtMs,
  };
}

interface Decision {
  readonly state: 'refused' | 'proposed' | 'requested';
  readonly reason: string;
}

/** What can never be right is refused; what a person may still want is proposed. */
function decide(wish: RevocationWish, { config, nowMs, imported }: PlanContext): Decision {
  const { alert, linkLevel, liveUntilMs } = wish;
  if (imported) return refused('imported history never revokes');
  if (alert.basis !== 'deterministic') return refused('a statistical finding never revokes');
  if (!alert.settled || alert.kind !== 'alert') return refused('the alert is not settled');
  if (typeof liveUntilMs === 'number' && liveUntilMs <= nowMs) return refused('it has expired by itself');
  if (linkLevel !== undefined && linkLevel > 4) {
    return refused(`it rests on a link of level ${linkLevel}, which only informs`);
  }
  if (config.killSwitch) return refused('the kill switch is on');
  if (!wish.revocable) return proposed('a link it rests on is not trusted enough to revoke without a person');
  if (severityRank(wish.severity) < severityRank(config.minSeverity)) {
    return proposed(`its severity is ${wish.severity}, automatic revocation begins at ${config.minSeverity}`);
  }
  if (config.endpoint === undefined) return proposed('no endpoint is configured that could revoke');
  if (config.mode !== 'auto') return proposed(`the mode is ${config.mode}`);
  const basis = `${alert.detector}: ${wish.fact}`;
  return { state: 'requested', reason: config.dryRun ? `dry run: not sent; ${basis}` : basis };
}

function refused(reason: string): Decision {
  return { state: 'refused', reason };
}

function proposed(reason: string): Decision {
  return { state: 'proposed', reason };
}

/**
 * The text of a revocation, fixed once. The receiver owns the token or knows who does; it deduplicates by
 * `idempotencyKey`, and may forget its own note of it after `notAfter`.
 */
export function revocationBody(wish: RevocationWish, response: Response): string {
  const { liveUntilMs } = wish;
  return JSON.stringify({
    type: response.action,
    timestamp: new Date(response.atMs).toISOString(),
    data: {
      tenant: response.tenant,
      target: response.target,
      reason: `${response.detector}: ${wish.fact}`,
      alertId: response.alertId,
      chainId: response.chainId,
      idempotencyKey: response.id,
      notAfter: typeof liveUntilMs === 'number' ? new Date(liveUntilMs).toISOString() : liveUntilMs,
      dryRun: response.mode === 'dry_run' ? true : undefined,
    },
  });
}

/** What a new plan means beside what was decided before; undefined when that stands. */
export function reconsider(
  known: Response | undefined,
  plan: Response,
  wish: RevocationWish,
): Response | undefined {
  if (known === undefined) return plan;
  const final = known.state !== 'proposed' && known.state !== 'refused' && known.state !== 'failed';
  if (final && !(known.mode === 'dry_run' && plan.mode === 'real')) return undefined;
  // Only news changes a decision. A replay under a looser configuration must not revoke what people have seen
  // proposed and left alone.
  if (plan.state !== 'requested' || wish.alert.lastAtMs <= known.atMs) return undefined;
  return { ...plan, attempt: known.attempt, atMs: Math.max(plan.atMs, known.atMs + 1) };
}

/** A revocation that turned out to be unfounded stands; a person is asked to give the authority back. */
export function proposeUndo(done: Response, nowMs: number): Response {
  return {
    ...done,
    id: deterministicId('rsp', [done.tenant, 'token.revoke.undo', done.targetKey, done.id]),
    state: 'proposed',
    attempt: 0,
    atMs: nowMs,
    reason: `undo: alert ${done.alertId} was withdrawn after ${labelOf(done.target)} had been revoked`,
    httpStatus: 0,
  };
}

function labelOf(target: ResponseTarget): string {
  return target.kind === 'token' ? refLabel(target.ref) : target.key;
}
