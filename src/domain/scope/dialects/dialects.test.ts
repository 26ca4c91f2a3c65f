import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cover, Dialect } from '../cover.ts';
import { dialectOf } from './dialect.ts';
import { iam } from './iam.ts';
import { kubernetes } from './kubernetes.ts';
import { msgraph } from './msgraph.ts';
import { exact, glob, hierarchical } from './text.ts';

const prefix = hierarchical(':', 'prefix');
const suffix = hierarchical(':', 'suffix');
const url = dialectOf({ issuer: '*', dialect: 'url', table: 'google', implies: {} });

function ask(dialect: Dialect, parent: string, child: string): Cover {
  return dialect.covers(dialect.canonical(parent), dialect.canonical(child));
}

describe('texts', () => {
  it.each([
    ['the same value', exact, 'crm:read', 'crm:read', 'yes'],
    ['another case: scopes are case-sensitive', exact, 'crm:read', 'CRM:read', 'no'],
    ['a longer value under an exact dialect', exact, 'crm', 'crm:read', 'no'],
    ['a wildcard that an exact dialect does not read', exact, 'crm:*', 'crm:read', 'unknown'],
    ['a wildcard of another namespace', exact, 'crm:*', 'erp:read', 'no'],
    ['a wildcard that the parent does not hold', exact, 'crm:read', 'crm:*', 'no'],
    ['a question mark, which is a letter', exact, 'crm?', 'crms', 'no'],
    ['a segment below', prefix, 'crm', 'crm:read', 'yes'],
    ['two segments below', prefix, 'crm', 'crm:contacts:read', 'yes'],
    ['a name that only starts alike', prefix, 'crm', 'crmadmin', 'no'],
    ['half a segment', prefix, 'crm:re', 'crm:read', 'no'],
    ['a segment above', prefix, 'crm:read', 'crm', 'no'],
    ['a wildcard that a hierarchy does not read', prefix, 'crm:*', 'crm:read', 'unknown'],
    ['the last segment, suffix direction', suffix, 'orders', 'read:orders', 'yes'],
    ['a name that only ends alike', suffix, 'orders', 'read:reorders', 'no'],
    ['the first segment, suffix direction', suffix, 'read', 'read:orders', 'no'],
    ['a pattern in a pattern', glob, 'repo:*', 'repo:*:read', 'yes'],
    ['a pattern above a pattern', glob, 'repo:*:read', 'repo:*', 'no'],
  ] as const)('%s', (_, dialect, parent, child, cover) => {
    expect(ask(dialect, parent, child)).toBe(cover);
  });
});

describe('AWS IAM', () => {
  it.each([
    ['s3:Get*', 's3:GetObject', 'yes'],
    ['S3:get*', 's3:GETOBJECT', 'yes'],
    ['s3:GetObject', 's3:Get*', 'no'],
    ['S3:Get*@arn:aws:s3:::logs', 's3:getobject@arn:aws:s3:::logs', 'yes'],
    ['*', 's3:*', 'yes'],
    ['s3:*', 's3:GetObject@arn:aws:s3:::logs/*', 'yes'],
    ['s3:GetObject@arn:aws:s3:::logs/*', 's3:GetObject', 'no'],
    ['s3:Get*@arn:aws:s3:::logs/*', 's3:GetObject@arn:aws:s3:::logs/2026/?', 'yes'],
    ['s3:Get*@arn:aws:s3:::logs/*', 's3:GetObject@arn:aws:s3:::LOGS/2026', 'no'],
    ['s3:Get*@arn:aws:s3:::logs/*', 's3:PutObject@arn:aws:s3:::logs/2026', 'no'],
    [`s3:*@*a${'?'.repeat(14)}`, `s3:*@*ba${'?'.repeat(14)}`, 'unknown'],
    [`s3:Get*@*a${'?'.repeat(14)}`, `s3:*@*ba${'?'.repeat(14)}`, 'no'],
    ['s3:Get*@*', 's3:GetObject', 'yes'],
  ] as const)('%s covers %s: %s', (parent, child, cover) => {
    expect(ask(iam, parent, child)).toBe(cover);
  });
});

describe('Kubernetes', () => {
  it.each([
    ['get:/pods@default', 'get:/pods@default', 'yes'],
    ['get:/pods', 'get:/pods@default', 'yes'],
    ['get:/pods@*', 'get:/pods', 'yes'],
    ['get:/pods@default', 'get:/pods', 'no'],
    ['get:/pods@default', 'get:/pods@kube-system', 'no'],
    ['*:apps/deployments', 'delete:apps/deployments#web@shop', 'yes'],
    ['get:apps/deployments#web', 'get:apps/deployments#api', 'no'],
    ['get:apps/deployments#web', 'get:apps/deployments', 'no'],
    ['get:*/*', 'get:/secrets', 'yes'],
    ['get:*/*', 'list:/secrets', 'no'],
    ['get:/pods', 'get:apps/pods', 'no'],
    ['get:/pods', 'get:/pods/log', 'no'],
    ['get:/pods/*', 'get:/pods/log', 'yes'],
    ['get:/pods/*', 'get:/pods', 'no'],
    ['update:apps/*/scale', 'update:apps/deployments/scale', 'yes'],
    ['get:/*', 'get:/pods/log', 'yes'],
    ['get:/pods', 'get:/*', 'no'],
    ['cluster-admin', 'get:/pods', 'unknown'],
    ['get:/pods', 'cluster-admin', 'unknown'],
    ['cluster-admin', 'cluster-admin', 'yes'],
  ] as const)('%s covers %s: %s', (parent, child, cover) => {
    expect(ask(kubernetes, parent, child)).toBe(cover);
  });
});

describe('Microsoft Graph', () => {
  it.each([
    ['Mail.ReadWrite', 'Mail.Read', 'yes'],
    ['Mail.Read', 'Mail.ReadWrite', 'no'],
    ['Mail.Read', 'Mail.ReadBasic', 'yes'],
    ['Mail.ReadWrite', 'Mail.Send', 'no'],
    ['Files.Read.All', 'Files.Read', 'yes'],
    ['Files.Read', 'Files.Read.All', 'no'],
    ['Files.ReadWrite.All', 'Files.Read.AppFolder', 'yes'],
    ['Mail.Read', 'Mail.Read.Shared', 'no'],
    ['Mail.Read.Shared', 'Mail.Read', 'no'],
    ['Sites.FullControl.All', 'Sites.Read.All', 'yes'],
    ['Application.ReadWrite.All', 'Application.ReadWrite.OwnedBy', 'yes'],
    ['Mail.Read', 'User.Read', 'no'],
    ['https://graph.microsoft.com/Mail.Read', 'mail.read', 'yes'],
    ['Directory.Read.All', 'User.Read.All', 'yes'],
    ['Directory.ReadWrite.All', 'Group.Read.All', 'yes'],
    ['Directory.ReadWrite.All', 'User.ReadWrite.All', 'unknown'],
    ['Directory.Read.All', 'User.ReadWrite.All', 'no'],
    ['Directory.AccessAsUser', 'User.Read.All', 'no'],
    ['Directory.Read.All', 'Mail.Read', 'no'],
    ['openid', 'profile', 'no'],
    ['openid', 'openid', 'yes'],
    ['A.B.C.D', 'A.B.C', 'no'],
  ] as const)('%s covers %s: %s', (parent, child, cover) => {
    expect(ask(msgraph, parent, child)).toBe(cover);
  });
});

describe('Google', () => {
  const base = 'https://www.googleapis.com/auth/';

  it.each([
    ['email', `${base}userinfo.email`, 'yes'],
    [`${base}cloud-platform`, `${base}cloud-translation`, 'unknown'],
    [`${base}cloud-platform`, `${base}drive`, 'no'],
    [`${base}cloud-platform`, 'openid', 'no'],
  ] as const)('%s covers %s by its name alone: %s', (parent, child, cover) => {
    expect(ask(url, parent, child)).toBe(cover);
  });
});

it.each([
  [exact, { dialect: 'exact' }],
  [exact, { dialect: 'table', implies: {} }],
  [exact, { dialect: 'url', table: 'none', implies: {} }],
  [exact, { dialect: 'rar', types: {} }],
  [glob, { dialect: 'glob' }],
  [iam, { dialect: 'iam' }],
  [kubernetes, { dialect: 'kubernetes' }],
  [msgraph, { dialect: 'msgraph', permissions: 'by-grant' }],
] as const)('%o is the dialect of %j', (dialect, rule) => {
  expect(dialectOf({ issuer: '*', ...rule })).toBe(dialect);
});

describe('every dialect', () => {
  const parts = {
    exact: ['a', 'b', 'a:b', '*'],
    prefix: ['a', 'ab', 'a:a', 'a:b', 'a:b:a', 'b'],
    suffix: ['a', 'ab', 'a:a', 'b:a', 'a:b:a', 'b'],
    glob: ['*', 'a*', '*a', 'a?', 'ab', 'a*b', '?'],
    iam: ['*', 's:*', 's:G*', 's:Get', 's:*@r/*', 's:Get@r/a', 's:G*@r/?'],
    kubernetes: [
      '*:*/*',
      'get:/*',
      'get:/pods',
      'get:/pods/log',
      'get:/pods/*',
      'get:*/*/log',
      'get:/pods@d',
      'x',
    ],
    msgraph: [
      'directory.read.all',
      'directory.readwrite.all',
      'user.read.all',
      'user.read',
      'user.readbasic',
      'openid',
    ],
  };
  const dialects: Readonly<Record<keyof typeof parts, Dialect>> = {
    ...{ exact, prefix, suffix, glob, iam, kubernetes, msgraph },
  };

  it.each(Object.keys(parts) as (keyof typeof parts)[])('%s is reflexive and transitive', (name) => {
    const dialect = dialects[name];
    const values = parts[name].map(dialect.canonical);
    const below = (held: string) => values.filter((value) => dialect.covers(held, value) === 'yes');
    expect(values.filter((value) => !below(value).includes(value))).toEqual([]);
    const broken = values.filter((a) => below(a).some((b) => below(b).some((c) => !below(a).includes(c))));
    expect(broken).toEqual([]);
  });

  it('never throws, and takes a canonical text for itself', () => {
    const all = [exact, prefix, suffix, glob, iam, kubernetes, msgraph, url];
    fc.assert(
      fc.property(fc.constantFrom(...all), fc.string(), fc.string(), (dialect, a, b) => {
        const canonical = dialect.canonical(a);
        expect(dialect.canonical(canonical)).toBe(canonical);
        expect(ask(dialect, a, a)).toBe('yes');
        expect(['yes', 'no', 'unknown']).toContain(ask(dialect, a, b));
        expect(dialect.isHard(canonical, canonical)).toBe(false);
      }),
    );
  });
});
