import type { AuditEntry } from '../audit.ts';
import type { Response, ResponseState } from '../response.ts';
import { type OcsfVersion, ocsfClass, ocsfMetadata, ocsfSeverity } from './base.ts';

export interface RemediationContext {
  readonly version: OcsfVersion;
  readonly productVersion: string;
}

const activities = { evict: { id: 2, name: 'Evict' }, restore: { id: 3, name: 'Restore' } } as const;

/** MITRE D3FEND's names for it. What an undo is depends on who does it, so no technique is claimed for one. */
const countermeasures = {
  evict: { d3f_tactic: { name: 'Evict' }, d3f_technique: { uid: 'D3-CR', name: 'Credential Revoking' } },
  restore: { d3f_tactic: { name: 'Restore' } },
} as const;

/** Only what is proven is a success. The schema has no word for the others but `Other`, with ours beside it. */
const statuses: Partial<Record<ResponseState, { readonly status_id: number; readonly status: string }>> = {
  confirmed: { status_id: 1, status: 'Success' },
  failed: { status_id: 2, status: 'Failure' },
};

/**
 * An entry of the audit as OCSF Remediation Activity (class 7001); undefined for entries that are not about a
 * credential losing its authority. One event a state: `command_uid` is the same for all of them.
 */
export function remediationActivity(entry: AuditEntry, context: RemediationContext): object | undefined {
  if (entry.kind !== 'response.state') return undefined;
  // Written by `auditOfResponse`: the body is the row.
  const response = entry.body as unknown as Response;
  const { id, action, state, reason, httpStatus, atMs, chainId } = response;
  const kind = action === 'undo' ? 'restore' : 'evict';
  const isDry = response.mode === 'dry_run';
  return {
    ...ocsfClass({
      category: { uid: 7, name: 'Remediation' },
      class: { uid: 7001, name: 'Remediation Activity' },
      activity: activities[kind],
    }),
    ...ocsfSeverity('info'),
    ...(statuses[state] ?? { status_id: 99, status: state }),
    status_detail: reason === '' ? undefined : reason,
    status_code: httpStatus === 0 ? undefined : String(httpStatus),
    time: atMs,
    message: `${action} of ${response.targetKey}: ${state}${isDry ? ', in a dry run' : ''}`,
    command_uid: id,
    countermeasures: [countermeasures[kind]],
    metadata: ocsfMetadata({
      ...context,
      tenant: entry.tenant,
      uid: entry.id,
      eventCode: entry.kind,
      loggedMs: entry.atMs,
      correlationUid: chainId,
    }),
    unmapped: {
      alert_uid: response.alertId === '' ? undefined : response.alertId,
      plan_uid: response.planId === '' ? undefined : response.planId,
      chain_uid: chainId,
      detector: response.detector,
      mode: response.mode,
      connector: response.endpoint,
      confirms: response.confirms,
      target: response.targetKey,
      attempt: response.attempt,
      requested_by: response.requestedBy,
      approved_by: response.approvedBy,
      live_until: response.residualUntilMs,
      undoes: response.undoes,
      audit: { writer: entry.writer, seq: entry.seq, hash: entry.hash, prev_hash: entry.prevHash },
    },
  };
}
