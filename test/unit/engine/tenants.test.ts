import { expect, it } from 'vitest';
import { detectors } from '../../../detectors/registry.ts';
import type { EventData } from '../../../src/domain/event/index.ts';
import { createEngine } from '../../../src/engine.ts';
import { admitted, START_MS } from './worlds.ts';

const issued: EventData = {
  v: 1,
  type: 'token.issued',
  token: { iss: 'https://as.example', jti: 'parent' },
  tokenKind: 'access_token',
  grant: 'authorization_code',
  subject: { id: 'ana', kind: 'human' },
  scope: ['crm:read'],
  iat: START_MS / 1000,
  exp: START_MS / 1000 + 3_600,
};
const widened: EventData = {
  ...issued,
  type: 'token.exchanged',
  token: { iss: 'https://as.example', jti: 'child' },
  grant: 'urn:ietf:params:oauth:grant-type:token-exchange',
  parents: [{ iss: 'https://as.example', jti: 'parent' }],
  scope: ['crm:read', 'crm:write'],
};

it('compares nothing across tenants, although issuer and jti are the same', () => {
  const engine = createEngine({ detectors });
  const parent = { ...admitted(issued, { id: 'e1', atMs: START_MS }), tenant: 'acme' };
  const child = { ...admitted(widened, { id: 'e2', atMs: START_MS }), tenant: 'umbrella' };
  const output = engine.apply([
    { kind: 'event', seq: 1, event: parent },
    { kind: 'event', seq: 2, event: child },
  ]);
  expect(output.findings.filter((finding) => finding.fact === 'hop-drift')).toEqual([]);
  expect(new Set(output.chains.map((chain) => chain.tenant))).toEqual(new Set(['acme', 'umbrella']));
  expect(output.chains.find((chain) => chain.tenant === 'umbrella')?.verdict).toBe('gap');

  const both = createEngine({ detectors }).apply([
    { kind: 'event', seq: 1, event: parent },
    { kind: 'event', seq: 2, event: { ...child, tenant: 'acme' } },
  ]);
  expect(both.findings.map((finding) => finding.fact)).toContain('hop-drift');
});
