import type { Alert } from '../domain/alert.ts';
import { refLabel } from '../domain/token.ts';

type Facts = Pick<
  Alert,
  | 'withdrawn'
  | 'mergedInto'
  | 'kind'
  | 'settled'
  | 'revoke'
  | 'revocable'
  | 'liveUntilMs'
  | 'lastAtMs'
  | 'runbook'
  | 'target'
>;

/** What to do next, in one sentence. Derived from event times only, so that a replay says the same. */
export function nextStep(alert: Facts, settlesAtMs: number | undefined): string {
  if (alert.withdrawn) return 'Nothing: what was missing has been found; undo a revocation if one was made.';
  if (alert.mergedInto !== undefined) return `Go on with ${alert.mergedInto}: it is about the same.`;
  if (alert.kind === 'signal')
    return 'Read it beside the other findings of its chain; it does not page by itself.';
  if (!alert.settled) {
    const until = settlesAtMs === undefined ? 'it settles' : instantOf(settlesAtMs);
    return `Wait until ${until}: an event that is still on its way may explain it.`;
  }
  const { revoke, liveUntilMs } = alert;
  if (revoke === undefined) return `Follow ${alert.runbook}: no single credential would end it.`;
  const name = refLabel(revoke);
  if (liveUntilMs === null) return `Revoke ${name}: it never expires by itself.`;
  if (liveUntilMs === undefined) return `Revoke ${name}: nobody has said when it expires.`;
  if (liveUntilMs > alert.lastAtMs) return `Revoke ${name}: it works until ${instantOf(liveUntilMs)}.`;
  return `Find out why ${alert.target ?? 'the target'} still takes ${name}: it ended at ${instantOf(liveUntilMs)}.`;
}

/** ISO 8601. A time no calendar holds (a file's last watermark is infinite) is named, not thrown. */
export function instantOf(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : 'the end of its feed';
}
