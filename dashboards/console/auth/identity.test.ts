import { expect, it } from 'vitest';
import { ConsoleConfig, OidcConfig } from '../config.ts';
import { identityOf } from './identity.ts';

const config = OidcConfig.parse({
  issuer: 'https://idp.example',
  clientId: 'console',
  roles: { analyst: ['soc'], responder: ['lead'], admin: ['root'] },
});
const here = { tenant: 'default', nowMs: 7 };
const claims = { iss: 'https://idp.example', sub: 'ada-1', name: 'Ada', groups: ['soc'] };

it('makes a key that opens nothing, of the one person at the one provider', () => {
  const found = identityOf(claims, config, here);
  expect(found).toEqual({
    key: {
      ...{ id: expect.stringMatching(/^oidc-[\w-]{22}$/), hash: '', name: 'Ada', role: 'analyst' },
      ...{ tenant: 'default', issuers: [], createdMs: 7, disabled: false },
    },
  });
  expect(identityOf({ ...claims, name: 'Other', groups: 'soc' }, config, here)).toMatchObject({
    key: { id: 'key' in found && found.key.id, name: 'Other' },
  });
  expect(identityOf({ ...claims, iss: 'https://other.example' }, config, here)).not.toMatchObject({
    key: { id: 'key' in found && found.key.id },
  });
});

it.each([
  [['soc', 'lead'], 'responder'],
  [['root', 'soc'], 'admin'],
])('gives the highest of several roles: %j', (groups, role) => {
  expect(identityOf({ ...claims, groups }, config, here)).toMatchObject({ key: { role } });
});

it.each([[undefined], [[]], [['SOC']], [{ soc: true }], [[['soc']]]])(
  'lets nobody in whose claim is %j',
  (groups) => {
    expect(identityOf({ ...claims, groups }, config, here)).toHaveProperty('fault');
  },
);

it('calls whoever has no name by their subject', () => {
  expect(identityOf({ ...claims, name: ' ' }, config, here)).toMatchObject({ key: { name: 'ada-1' } });
});

it('knows the tenant by configuration or by a claim, and takes no other for it', () => {
  const fixed = { ...config, tenant: 'acme' };
  expect(identityOf(claims, fixed, here)).toMatchObject({ key: { tenant: 'acme' } });
  const byClaim = { ...config, tenantClaim: 'org' };
  expect(identityOf({ ...claims, org: 'acme' }, byClaim, here)).toMatchObject({ key: { tenant: 'acme' } });
  for (const org of [undefined, '', ['acme'], 'x'.repeat(129)])
    expect(identityOf({ ...claims, org }, byClaim, here)).toHaveProperty('fault');
});

it.each([
  ['no publicUrl', { oidc: {} }, 'is needed for oidc'],
  ['plain http', { oidc: { issuer: 'http://idp.example' } }, 'plain http'],
  ['nobody with a role', { oidc: { roles: {} } }, 'nobody would be let in'],
  ['no openid', { oidc: { scopes: ['profile'] } }, 'must contain openid'],
  ['two tenants', { oidc: { tenant: 'a', tenantClaim: 'b' } }, 'either tenant or tenantClaim'],
])('refuses a configuration with %s', (name, { oidc }, reason) => {
  const whole = { issuer: 'https://idp.example', clientId: 'c', roles: { analyst: ['soc'] }, ...oidc };
  const publicUrl = name === 'no publicUrl' ? {} : { publicUrl: 'https://console.example' };
  const { error } = ConsoleConfig.safeParse({ ...publicUrl, oidc: whole });
  expect(error?.issues.map(({ message }) => message)).toEqual([expect.stringContaining(reason)]);
});
