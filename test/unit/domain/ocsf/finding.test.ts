import { describe, expect, it } from 'vitest';
import { noticeBody } from '../../../../src/alert/body.ts';
import { foldFindings } from '../../../../src/alert/fold.ts';
import { severities } from '../../../../src/domain/finding.ts';
import { type NoticeMessage, readMessage } from '../../../../src/domain/message.ts';
import type { ClosedNotice, IncidentNotice, Notice } from '../../../../src/domain/notice.ts';
import { type OcsfVersion, ocsfVersions } from '../../../../src/domain/ocsf/base.ts';
import { detectionFinding } from '../../../../src/domain/ocsf/finding.ts';
import { hostile, incidentOf } from '../../../support/notices.ts';
import { findingOf } from '../../alert/findings.ts';
import { faults } from './schema.ts';

const madeMs = Date.UTC(2026, 5, 1, 12, 2);
const words = ['raised', 'escalated', 'withdrawn', 'merged'] as const;
const closed: ClosedNotice = {
  type: 'incident.closed',
  epoch: 1,
  about: incidentOf(),
  by: 'grace',
  reason: 'false positive',
};

function messageOf(notice: Notice | ClosedNotice): NoticeMessage {
  const message = readMessage(noticeBody(notice));
  if (message === undefined) throw new Error('our own message cannot be read');
  return message;
}

/** As it is sent: without what JSON leaves out. */
function sent(notice: Notice | ClosedNotice, version: OcsfVersion): Record<string, unknown> {
  const context = {
    version,
    productVersion: '1.2.3',
    uid: 'msg_1',
    madeMs,
    link: 'https://cw.example/v1/incidents/inc_1',
  };
  return JSON.parse(JSON.stringify(detectionFinding(messageOf(notice), context))) as Record<string, unknown>;
}

function incidentNotice(
  word: (typeof words)[number],
  over: Parameters<typeof incidentOf>[0] = {},
): IncidentNotice {
  return { type: `incident.${word}`, epoch: 1, about: incidentOf(over) };
}

describe.each(ocsfVersions)('a message as OCSF %s Detection Finding', (version) => {
  const notices: readonly (Notice | ClosedNotice)[] = [
    ...words.map((word) => incidentNotice(word, { mergedInto: word === 'merged' ? 'inc_2' : undefined })),
    ...severities.map((severity) => incidentNotice('raised', { severity })),
    closed,
    { type: 'alert.raised', epoch: 1, about: foldFindings([findingOf()], 1).alert },
    incidentNotice('raised', {
      actor: undefined,
      initiator: undefined,
      target: undefined,
      revoke: undefined,
      liveUntilMs: undefined,
      txn: undefined,
      chainId: undefined,
    }),
    incidentNotice('raised', {
      title: hostile,
      actor: hostile,
      target: hostile,
      nextStep: hostile.repeat(60),
    }),
  ];

  it.each(notices.map((notice, index) => [`${index} ${notice.type}`, notice] as const))(
    '%s fits',
    (_, notice) => {
      expect(faults(sent(notice, version), version)).toEqual([]);
      expect(sent(notice, version)).toMatchObject({
        class_uid: 2004,
        category_uid: 2,
        time: madeMs,
        metadata: {
          version,
          uid: 'msg_1',
          tenant_uid: 'acme',
          product: { name: 'Chainwarden', version: '1.2.3' },
        },
      });
    },
  );

  it('says the life of the finding by activity and status, under one uid', () => {
    const of = (notice: Notice | ClosedNotice) => {
      const { activity_id, type_uid, status_id, is_alert, finding_info } = sent(notice, version);
      return [activity_id, type_uid, status_id, is_alert, (finding_info as { uid: string }).uid];
    };
    expect(of(incidentNotice('raised'))).toEqual([1, 200_401, 1, true, 'inc_1']);
    expect(of(incidentNotice('escalated'))).toEqual([2, 200_402, 1, true, 'inc_1']);
    expect(of(incidentNotice('withdrawn'))).toEqual([3, 200_403, 3, false, 'inc_1']);
    expect(of(incidentNotice('merged', { mergedInto: 'inc_2' }))).toEqual([3, 200_403, 4, false, 'inc_1']);
    expect(of(closed)).toEqual([3, 200_403, 4, false, 'inc_1']);
  });
});

describe('what the versions say differently', () => {
  it('is why people closed it', () => {
    expect(sent(closed, '1.8.0')).toMatchObject({ comment: 'false positive' });
    expect(sent(closed, '1.8.0')).not.toHaveProperty('notes');
    expect(sent(closed, '1.9.0')).toMatchObject({
      notes: [{ comment: 'false positive', owner: { name: 'grace' } }],
    });
    expect(sent(closed, '1.9.0')).not.toHaveProperty('comment');
  });
});

describe('the chain', () => {
  it('stands in unmapped, the delegation by the names that 1.9 has for it', () => {
    expect(sent(incidentNotice('raised'), '1.8.0')['unmapped']).toMatchObject({
      delegation: {
        uid: 't1',
        issuer_uid: 'https://idp',
        expiration_time: Date.UTC(2026, 5, 1, 13),
      },
      chain_uid: 'chn_1',
      initiator: 'ada',
      approver: 'grace',
      weakest_link_level: 1,
    });
  });
});

describe('the schema that this is held against', () => {
  it('would show what is missing, unknown, of another type or outside an enum', () => {
    const good = sent(incidentNotice('raised'), '1.8.0');
    const { severity_id: _, ...without } = good;
    expect(faults(without, '1.8.0')).toEqual(['severity_id is missing']);
    expect(faults({ ...good, colour: 'red' }, '1.8.0')).toEqual(['colour is unknown']);
    expect(faults({ ...good, time: '2026' }, '1.8.0')).toEqual(['time is no timestamp_t']);
    expect(faults({ ...good, activity_id: 7 }, '1.8.0')).toEqual(['activity_id may not be 7']);
    expect(faults({ ...good, finding_info: { title: 'x' } }, '1.8.0')).toEqual([
      'finding_info.uid is missing',
    ]);
    expect(faults({ ...good, evidences: [{ uid: 'x' }] }, '1.8.0')).toEqual([
      expect.stringMatching(/^evidences\.0\. has none of actor,/),
    ]);
  });
});
