import { describe, expect, it } from 'vitest';
import { eventTypes } from '../../src/ingest/examples.ts';
import { admitted, refused, sampleOf, withData } from './support.ts';

const invoked = sampleOf('tool.invoked');

describe('tenants', () => {
  const anyone = { name: 'ops', tenant: '*', issuers: '*' } as const;

  it("are the publisher's, whether or not the event says so", () => {
    expect(admitted(invoked).tenant).toBe('acme');
    expect(admitted(invoked).digest).toBe(admitted(withData('tool.invoked', { tenant: 'acme' })).digest);
  });

  it('of others are refused', () => {
    const letter = refused(withData('tool.invoked', { tenant: 'globex' }));
    expect(letter).toMatchObject({ code: 'EVENT_TENANT_FORBIDDEN', path: 'data.tenant', tenant: 'acme' });
  });

  it('are named by the event when the publisher serves all', () => {
    expect(admitted(withData('tool.invoked', { tenant: 'globex' }), { publisher: anyone }).tenant).toBe(
      'globex',
    );
    expect(admitted(invoked, { publisher: anyone }).tenant).toBe('default');
    expect(refused(withData('tool.invoked', { tenant: '*' }), { publisher: anyone }).code).toBe(
      'EVENT_TENANT_FORBIDDEN',
    );
    const broken = withData('tool.invoked', { tenant: 'globex', actor: 7 });
    expect(refused(broken, { publisher: anyone }).tenant).toBe('globex');
  });
});

describe('issuers', () => {
  const mine = 'https://as.example.com';
  const own = { publisher: { name: 'as', tenant: 'acme', issuers: [mine] } };
  const foreign = { publisher: { name: 'as', tenant: 'acme', issuers: ['https://other.example'] } };
  const spoken = [
    'token.issued',
    'token.exchanged',
    'token.refreshed',
    'token.introspected',
    'token.revoked',
  ];

  it.each(spoken)('%s needs a publisher who may speak for the issuer', (type) => {
    expect(admitted(sampleOf(type), own).origin.issuerBound).toBe(true);
    expect(admitted(sampleOf(type)).origin.issuerBound).toBe(true);
    expect(refused(sampleOf(type), foreign)).toMatchObject({
      code: 'EVENT_ISSUER_FORBIDDEN',
      path: 'data.token.iss',
    });
  });

  it.each(eventTypes.filter((type) => !spoken.includes(type)))('%s may come from anyone, unbound', (type) => {
    expect(admitted(sampleOf(type), foreign).origin.issuerBound).toBe(false);
  });

  it('are the CloudEvents source of a token known by hash only', () => {
    const byHash = withData('token.introspected', { token: { hash: `sha256:${'A'.repeat(43)}` } });
    expect(admitted(byHash, own).origin.issuerBound).toBe(true);
    expect(admitted({ ...byHash, source: '//elsewhere' }, own).origin.issuerBound).toBe(false);
  });

  it("cannot be grafted onto another's by a refresh", () => {
    const graft = withData('token.refreshed', { previous: { iss: 'https://other.example', jti: 'x' } });
    expect(refused(graft, own).code).toBe('EVENT_ISSUER_FORBIDDEN');
  });

  it("are not revoked through somebody else's subject", () => {
    const subject = { id: 'bob', iss: 'https://other.example', kind: 'human' };
    const letter = refused(withData('token.revoked', { token: undefined, subject }), own);
    expect(letter).toMatchObject({ code: 'EVENT_ISSUER_FORBIDDEN', path: 'data.subject.iss' });
  });
});
