import { describe, expect, it } from 'vitest';
import type { AdmitContext } from '../../src/domain/admission.ts';
import { OWN_ADAPTER, OWN_SOURCE } from '../../src/domain/event/index.ts';
import { adapters } from '../../src/ingest/adapters/index.ts';
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

  const reserved = ['response.recorded'];

  it.each(eventTypes.filter((type) => ![...spoken, ...reserved].includes(type)))(
    '%s may come from anyone, unbound',
    (type) => {
      expect(admitted(sampleOf(type), foreign).origin.issuerBound).toBe(false);
    },
  );

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

describe('what Chainwarden says of itself', () => {
  const record = sampleOf('response.recorded');
  const everybody: readonly [string, Partial<AdmitContext>][] = [
    ['a publisher of the tenant', { publisher: { name: 'gateway', tenant: 'acme', issuers: [] } }],
    ['one that may speak for every issuer', { publisher: { name: 'gateway', tenant: 'acme', issuers: '*' } }],
    ['an operator of all tenants', { publisher: { name: 'ops', tenant: '*', issuers: '*' } }],
    ['one that calls itself Chainwarden', { publisher: { name: 'chainwarden', tenant: '*', issuers: '*' } }],
    ['a file', { history: true }],
    ['a foreign format', { adapter: 'cloudtrail' }],
  ];

  it.each(everybody)('is refused from %s', (_, context) => {
    const refusal = { code: 'EVENT_RESERVED', path: 'data.type', reason: 'only Chainwarden says this' };
    expect(refused(record, { adapter: 'cloudevents', ...context })).toMatchObject(refusal);
  });

  it.each(everybody)('cannot be pre-empted by %s, who has no use of its source', (_, context) => {
    const squatted = { ...invoked, source: OWN_SOURCE };
    expect(refused(squatted, context)).toMatchObject({ code: 'EVENT_RESERVED', path: 'source' });
  });

  it('is admitted from itself', () => {
    const event = admitted({ ...record, source: OWN_SOURCE }, { adapter: OWN_ADAPTER });
    expect(event.origin).toMatchObject({ adapter: OWN_ADAPTER });
  });

  it('goes by a name that no format of a file has', () => {
    expect(adapters.map(({ format }) => format)).not.toContain(OWN_ADAPTER);
  });
});
