import type { AlertWithLife } from '../../domain/alert.ts';
import { readMessage } from '../../domain/message.ts';
import type { OcsfVersion } from '../../domain/ocsf/base.ts';
import { detectionFinding } from '../../domain/ocsf/finding.ts';
import { presentAlert } from './alert.ts';

/** What messages call what became of an alert. */
const words = {
  open: 'raised',
  acknowledged: 'raised',
  closed: 'closed',
  withdrawn: 'withdrawn',
  merged: 'merged',
} as const;

/** An alert as it stands, as OCSF Detection Finding: what a message about it would say. */
export function presentFinding(
  alert: AlertWithLife,
  context: { readonly version: OcsfVersion; readonly productVersion: string },
): Record<string, unknown> {
  const { id, tenant, state, lastAtMs, stateChangedMs } = alert;
  const madeMs = Math.max(lastAtMs, stateChangedMs ?? lastAtMs);
  const { revoke, ...shown } = presentAlert(alert);
  const { ref: _, ...credential } = revoke ?? {};
  const data = { ...shown, revoke: revoke === undefined ? undefined : credential, alertId: id, tenant };
  const timestamp = new Date(madeMs).toISOString();
  const message = readMessage(JSON.stringify({ type: `alert.${words[state]}`, timestamp, data }));
  if (message === undefined) return {};
  return {
    ...detectionFinding(message, { ...context, uid: `${id}.${alert.version}`, madeMs, link: undefined }),
  };
}
