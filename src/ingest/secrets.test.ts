import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutNamed, cutShapes, findSecret, holdsSecret } from './secrets.ts';

// Written in halves, so that no scanner takes this file for a leak.
const secrets: readonly (readonly [string, string])[] = [
  ['a JWT', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'],
  ['a JWT without its signature', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.'],
  ['a JWT after other characters', 'token-eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVm'],
  [
    'an encrypted JWT',
    'eyJhbGciOiJkaXIifQ..48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6ji.XFBoMYUZodetZdvTiFvSkQ',
  ],
  ['a GitHub token', `ghp${'_'}0123456789abcdefABCDEF0123456789abcd`],
  ['a GitHub app token', `ghs${'_'}0123456789abcdefABCDEF0123456789abcd`],
  ['a fine-grained GitHub token', `github_pat${'_'}11ABCDEFG0123456789_abcdefghijklmnop`],
  ['a GitLab token', `glpat${'-'}abcdEFGH1234ijklMNOP`],
  ['a Vault token', `hvs${'.'}CAESIJlU9JMYEhOPYv4igdhm9PnZDrabYTobQ4Ymnlq1qY`],
  ['a Vault batch token', `hvb${'.'}AAAAAQJxDgqsGNorpoOR7hPZ5SU`],
  ['a Slack token', `xoxb${'-'}123456789012-abcdefABCDEF123456`],
  ['an OpenAI key', `sk${'-'}proj-abcdefghij0123456789`],
  ['an older OpenAI key', `sk${'-'}abcdefghijKLMNOPqrst0123456789ABCDEFabcdefghijKL`],
  ['an Anthropic key', `sk${'-'}ant-api03-abcdefghij0123456789`],
  ['a Stripe key', `sk${'_'}live_4eC39HqLyjWDarjtT1zdp7dc`],
  ['a Google key', `AIza${'SyA'}1234567890abcdefghijklmnopqrstuv`],
  ['a Google access token', `ya29${'.'}a0AfH6SMBx1234567890abcdefghij`],
  ['an AWS secret access key', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
  ['an AWS session token', `IQoJb3JpZ2lu${'X2VjEJr'}//////////wEaCXVzLWVhc3QtMSJHMEUCIQ`],
  ['an older AWS session token', `FwoGZXIvYXdz${'EBYa'}DHqa0AP1/8BLbFAlSSLVAVcMXYl`],
  ['an authorization header', 'Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=='],
  ['a bearer token', 'bearer 2YotnFZFEjr1zCsicMWpAA-and-more'],
  ['a password in an address', 'https://alice:hunter2hunter2@db'],
  ['a token in a query', 'https://app.example.com/#access_token=2YotnFZFEjr1zCsicMWpAA&x=1'],
  [
    'a private key',
    '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7bq98+Xk\n-----END RSA PRIVATE KEY-----\n',
  ],
];

const identifiers: readonly (readonly [string, string])[] = [
  ['an access key id', 'AKIAIOSFODNN7EXAMPLE'],
  ['a temporary access key id', 'ASIAY34FZKBOKMUTVV7A'],
  ['a UUID', '6ba7b810-9dad-11d1-80b4-00c04fd430c8'],
  ['a SPIFFE id', 'spiffe://example.org/ns/prod/sa/agent-invoices'],
  ['an ARN', 'arn:aws:sts::123456789012:assumed-role/DeployRole/session-2026-09-21'],
  ['an ARN with a path', 'arn:aws:iam::123456789012:role/service-role/Teams/Billing/InvoiceReader'],
  ['a digest in base64url', 'sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU'],
  ['a digest in hexadecimal', `sha256:${'0123456789abcdef'.repeat(4)}`],
  ['a git commit', '51cd91d0f5ec0e1a2b3c4d5e6f708192a3b4c5d6'],
  ['a path of forty characters', 'Users/alice/Documents/Report2024/finalAB'],
  ['a path of short words', 'Proj/Data/File/Main/Test/Code/Docs/Libs1'],
  ['a hashed token in base64', '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='],
  ['a trace parent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
  ['a grant type', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
  ['a token type', 'urn:ietf:params:oauth:token-type:access_token'],
  ['prose about tokens', 'the bearer token was refused, please use basic authorization: none'],
  ['a mail address', 'mailto:alice@example.com'],
  ['an address with a port', 'https://example.com:8443/a@b'],
  ['a task', 'task-sk-learn-pipeline-runner-0001-of-2'],
  ['an agent', 'sk-learn-pipeline-runner-0001'],
  ['a host', 'api.service.example.com'],
  ['an address with a query', 'https://example.com/search?q=access_token&page=2'],
  ['a Kubernetes account', 'system:serviceaccount:kube-system:namespace-controller'],
  ['a Vault accessor', 'hmac-sha256:6d9bd5d0a3d4e5d2b1a0c9f8e7d6c5b4a392817065544332211000ffeeddccbb'],
];

const quoted = (value: string) => JSON.stringify({ a: { b: value }, c: 'x' });

describe('credentials', () => {
  it.each(secrets)('%s is found and cut out', (_, secret) => {
    expect(holdsSecret(quoted(secret))).toBe(true);
    expect(holdsSecret(quoted(`see ${secret}`)) || /^[A-Za-z0-9+/]{40}$/.test(secret)).toBe(true);
    expect(findSecret({ a: { b: secret } })).toBe('a.b');
    expect(findSecret({ a: [{}, { [secret]: 1 }] })).toBe('a.1.*');
    const core = secret.slice(-16, -4);
    expect(cutShapes(quoted(secret))).not.toContain(JSON.stringify(core).slice(1, -1));
    expect(JSON.parse(cutShapes(quoted(secret)))).toMatchObject({ c: 'x' });
  });

  it.each(identifiers)('%s is not one', (_, value) => {
    expect(holdsSecret(quoted(value))).toBe(false);
    expect(cutShapes(quoted(value))).toBe(quoted(value));
    expect(findSecret({ jti: value })).toBeUndefined();
  });

  it('are told by the name of their member too', () => {
    for (const name of [
      'sessionToken',
      'SecretAccessKey',
      'client_secret',
      'X-Api-Key',
      'refreshToken',
      'token',
    ]) {
      expect(findSecret({ [name]: 'opaque-value' })).toBe(name);
      expect(cutNamed(`${name}: opaque-value, b: 1`)).toBe(`${name}: "[cut]", b: 1`);
      expect(cutNamed(`{"${name}":"opaque \\" value","b":1`)).toBe(`{"${name}":"[cut]","b":1`);
      expect(findSecret({ [name]: `sha256:${'A'.repeat(43)}` })).toBeUndefined();
    }
    expect(findSecret({ parents: ['opaque-value'] })).toBe('parents.0');
    expect(findSecret({ tokenKind: 'access_token', tokens: 'many', tokenId: 'abcdefgh' })).toBeUndefined();
  });

  it('are never seen in random identifiers', () => {
    const base64url = fc
      .uint8Array({ minLength: 16, maxLength: 32 })
      .map((b) => Buffer.from(b).toString('base64url'));
    const hex = fc.uint8Array({ minLength: 8, maxLength: 32 }).map((b) => Buffer.from(b).toString('hex'));
    fc.assert(
      fc.property(fc.oneof(base64url, hex, fc.uuid(), fc.ulid()), (value) => !holdsSecret(quoted(value))),
      { numRuns: 2_000 },
    );
  });

  it('of AWS are seen in random bytes, but for a few in ten thousand, when they have a sign that a jti cannot have', () => {
    // The shape is all there is to go by, so the promise is a rate; the bytes are the same on every run.
    const keys = Array.from({ length: 10_000 }, (_, i) =>
      createHash('sha256').update(`key ${i}`).digest().subarray(0, 30).toString('base64'),
    ).filter((key) => /^[^+/]*(?:[+/][^+/]*){1,4}$/.test(key));
    const missed = keys.filter((key) => findSecret([key]) !== '0' || cutShapes(quoted(key)).includes(key));
    expect(keys.length).toBeGreaterThan(5_000);
    expect(missed.length / keys.length).toBeLessThan(0.002);
  });

  it('are looked for in linear time', () => {
    // Quadratic work on this many characters takes minutes; linear work some milliseconds.
    const size = 256 * 1024;
    const hostile = [
      'eyJ',
      'eyJ.',
      'eyJa.eyJ',
      'sk-',
      'bearer ',
      'authorization: ',
      '://a:',
      '://',
      'SG.aaaaaaaaaaaaaaaa.',
      '"',
      '/"',
      '?sig=',
      'token: ',
      'token="',
      '\\"',
      '-----BEGIN PRIVATE KEY-----',
      'a',
      '.',
      'hvs.',
      '-',
    ];
    for (const piece of hostile) {
      const text = piece.repeat(size / piece.length);
      holdsSecret(text);
      cutNamed(cutShapes(text));
      expect(text.length).toBeGreaterThan(size - 32);
    }
  }, 30_000);
});

it.each(['ghr_F1cJ8dkQm3xPz', 'npm_F1cJ8dkQm3xPz'])(
  'takes %s in the midst of a digest for a part of it',
  (part) => {
    const digest = `sha256:Qx${part}W5yLs0bNvT2aRk7`;
    expect(holdsSecret(JSON.stringify({ argsHash: digest }))).toBe(false);
    expect(holdsSecret(JSON.stringify({ note: `see ${part}W5yLs0bNvT2aRk7` }))).toBe(true);
  },
);
