import { expect, it } from 'vitest';
import { detectors } from '../../../detectors/registry.ts';
import type { EventData } from '../../../src/domain/event/index.ts';
import { createEngine } from '../../../src/engine.ts';
import { admitted, START_MS } from './worlds.ts';

const txn = 'refund-1';
const agent = { id: 'agent:refund', kind: 'agent', owner: 'team:care' } as const;
const minted = {
  v: 1,
  tokenKind: 'access_token',
  subject: { id: 'ana', kind: 'human' },
  iat: START_MS / 1000,
  exp: START_MS / 1000 + 600,
  txn,
} as const;

const story: EventData[] = [
  {
    v: 1,
    type: 'request.received',
    triggerId: 'r',
    initiator: { id: 'ana', kind: 'human', name: 'Ana' },
    kind: 'human',
    txn,
  },
  {
    v: 1,
    type: 'approval.granted',
    approvalId: 'a',
    binds: [],
    approver: { id: 'bo', kind: 'human', name: 'Bo' },
    txn,
  },
  {
    ...minted,
    type: 'token.issued',
    token: { iss: 'https://as', jti: 'p' },
    grant: 'authorization_code',
    scope: ['crm:read'],
  },
  {
    ...minted,
    type: 'token.exchanged',
    token: { iss: 'https://as', jti: 'c' },
    grant: 'token-exchange',
    scope: ['crm:read', 'crm:write'],
    parents: [{ iss: 'https://as', jti: 'p' }],
    actor: agent,
    facts: { environment: 'production' },
  },
  {
    v: 1,
    type: 'api.called',
    actor: agent,
    target: { system: 'crm' },
    action: 'write',
    effect: 'write',
    token: { iss: 'https://as', jti: 'c' },
    status: 200,
  },
];

it('says of a finding who began it, approved it, owns the actor, where it ran and what was written since', () => {
  const engine = createEngine({ detectors });
  const { findings } = engine.apply(
    story.map((data, index) => ({
      kind: 'event',
      seq: index + 1,
      event: admitted(data, { id: `e${index}`, atMs: START_MS + index * 1000 }),
    })),
  );
  expect(findings.find((finding) => finding.fact === 'hop-drift')).toMatchObject({
    initiator: 'Ana',
    approver: 'Bo',
    owner: 'team:care',
    actor: 'agent:refund',
    environment: 'production',
    writesSince: 1,
    revocable: true,
    liveUntilMs: START_MS + 600_000,
    txn,
  });
});
