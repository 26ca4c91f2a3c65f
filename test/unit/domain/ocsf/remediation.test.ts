import { describe, expect, it } from 'vitest';
import { AUDIT_GENESIS, type AuditEntry, chainAudit } from '../../../../src/domain/audit.ts';
import { auditOfResponse } from '../../../../src/domain/audit-of.ts';
import { remediationActivity } from '../../../../src/domain/ocsf/remediation.ts';
import { type Response, responseActions, responseStates } from '../../../../src/domain/response.ts';
import { aResponse } from '../../../integration/store/rows.ts';
import { aDraft } from '../../audit/memory.ts';
import { faults } from './schema.ts';

const context = { version: '1.8.0', productVersion: '0.1.0' } as const;

function activityOf(over: Partial<Response>): Record<string, unknown> {
  const draft = auditOfResponse(aResponse(over));
  const [entry] = chainAudit({ writer: 'w_1', seq: 0, hash: AUDIT_GENESIS }, [draft]) as [AuditEntry];
  return JSON.parse(JSON.stringify(remediationActivity(entry, context))) as Record<string, unknown>;
}

describe('an audit entry as OCSF Remediation Activity', () => {
  it.each(responseActions.flatMap((action) => responseStates.map((state) => ({ action, state }))))(
    'is one that the schema takes: $action $state',
    (over) => {
      for (const httpStatus of [0, 200]) {
        const activity = activityOf({ ...over, httpStatus, reason: httpStatus === 0 ? '' : 'why' });
        expect(faults(activity, '1.8.0', 'remediation-activity')).toEqual([]);
      }
    },
  );

  it('is held against the schema for real', () => {
    const { command_uid: _, ...less } = activityOf({});
    expect(faults(less, '1.8.0', 'remediation-activity')).toEqual(['command_uid is missing']);
    const strange = { ...activityOf({}), activity_id: 17, chain: 1 };
    expect(faults(strange, '1.8.0', 'remediation-activity')).toEqual([
      'activity_id may not be 17',
      'chain is unknown',
    ]);
  });

  it('names one command through all its states, and calls only what is proven a success', () => {
    const states = responseStates.map((state) => activityOf({ id: 'rsp_1', state }));
    expect(new Set(states.map(({ command_uid }) => command_uid))).toEqual(new Set(['rsp_1']));
    const successes = states.filter(({ status_id }) => status_id === 1);
    expect(successes.map(({ message }) => message)).toEqual([expect.stringContaining(': confirmed')]);
    expect(activityOf({ action: 'token.revoke' })).toMatchObject({
      class_uid: 7001,
      category_uid: 7,
      type_uid: 700102,
      activity_name: 'Evict',
      countermeasures: [{ d3f_technique: { uid: 'D3-CR' } }],
      unmapped: { audit: { writer: 'w_1', seq: 1 } },
    });
    expect(activityOf({ action: 'undo' })).toMatchObject({ type_uid: 700103, activity_name: 'Restore' });
    expect(activityOf({ mode: 'dry_run' })['message']).toContain('in a dry run');
  });

  it('is nothing for an entry that is about something else', () => {
    const [entry] = chainAudit({ writer: 'w', seq: 0, hash: AUDIT_GENESIS }, [
      aDraft('a', { kind: 'mode.changed' }),
    ]);
    expect(remediationActivity(entry as AuditEntry, context)).toBeUndefined();
  });
});
