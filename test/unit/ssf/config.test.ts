import { describe, expect, it } from 'vitest';
import { SsfConfig } from '../../../src/ingest/ssf/config.ts';
import { aud, iss } from './support.ts';

describe('the configuration', () => {
  const base = { name: 'idp', issuer: iss, audience: aud };
  const jwks = { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] };

  it.each<[string, object]>([
    ['no keys', base],
    ['keys twice', { ...base, jwks, jwksUrl: 'https://idp.example/jwks' }],
    ['an empty set of keys', { ...base, jwks: { keys: [] } }],
    ['a shared secret', { ...base, jwks: { keys: [{ kty: 'oct', k: 'AA' }] } }],
    ['a private key', { ...base, jwks: { keys: [{ ...jwks.keys[0], d: 'd' }] } }],
    ['what is no key', { ...base, jwks: { keys: ['key'] } }],
    ['keys over nothing that is known', { ...base, jwksUrl: 'ftp://idp.example/jwks' }],
    ['an unknown member', { ...base, jwks, secret: 'x' }],
  ])('refuses %s', (_, transmitter) => {
    expect(SsfConfig.safeParse({ transmitters: [transmitter] }).success).toBe(false);
    expect(SsfConfig.safeParse({ transmitters: [{ ...base, jwks }] }).success).toBe(true);
  });

  it('refuses two of one name', () => {
    const one = { ...base, jwks };
    expect(SsfConfig.safeParse({ transmitters: [one, { ...one, audience: 'urn:b' }] }).success).toBe(false);
  });
});
