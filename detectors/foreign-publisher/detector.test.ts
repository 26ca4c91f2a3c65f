import { describe, expect, it } from 'vitest';
import type { IssuerView } from '../../src/domain/chain.ts';
import { issuerView, look, minuteMs, policy, sourceView, startMs } from '../../test/support/views.ts';
import { foreignPublisher } from './detector.ts';

const see = (differs: Partial<IssuerView>) =>
  look(foreignPublisher, { on: 'issuer', issuer: issuerView(differs), policy: policy() });
const speaker = (publisher: string, eventId?: string) => ({
  publisher,
  firstMs: startMs + minuteMs,
  eventId,
});

describe('a publisher that is not the issuer’s', () => {
  it('is an alert when what it said is in', () => {
    expect(see({ owners: ['as'], strangers: [speaker('crm', 'event-1')] })).toEqual([
      {
        subject: {
          kind: 'source',
          key: 'publisher:["crm","https://as.example"]',
          label: 'crm for https://as.example',
        },
        fact: 'spoke-for-foreign-issuer',
        kind: 'alert',
        severity: 'high',
        title: 'crm reported a token of https://as.example, for which it may not speak',
        atMs: startMs + minuteMs,
        evidence: {
          publisher: 'crm',
          issuer: 'https://as.example',
          owners: ['as'],
          firstAt: '2026-01-05T08:01:00.000Z',
        },
        eventIds: ['event-1'],
      },
    ]);
  });

  it('is a signal when it was refused, whoever the issuer belongs to', () => {
    for (const owners of [[], ['as']]) {
      expect(see({ owners, refused: [speaker('crm')] })).toMatchObject([
        {
          fact: 'tried-foreign-issuer',
          kind: 'signal',
          severity: 'medium',
          title: 'crm spoke for https://as.example, for which it may not speak, and was refused',
          eventIds: [],
        },
      ]);
    }
  });

  it.each([
    ['an issuer that belongs to nobody', { strangers: [speaker('crm', 'event-1')] }, 0],
    ['an issuer that only its own speak for', { owners: ['as', 'as-2'] }, 0],
    ['one that was bound to it later', { owners: ['as', 'crm'], strangers: [speaker('crm', '1')] }, 0],
    ['two strangers', { owners: ['as'], strangers: [speaker('a', '1'), speaker('b', '2')] }, 2],
    [
      'one that tried twice, two ways',
      { owners: ['as'], strangers: [speaker('a', '1')], refused: [speaker('a')] },
      2,
    ],
  ])('%s', (_, differs, count) => {
    expect(see(differs)).toHaveLength(count);
  });

  it('looks at issuers only', () => {
    expect(look(foreignPublisher, { on: 'source', source: sourceView(), policy: policy() })).toEqual([]);
  });
});
