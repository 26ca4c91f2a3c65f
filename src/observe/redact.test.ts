import { describe, expect, it } from 'vitest';
import { createLogger } from './log.ts';

/** What a logger writes for one call, as text. */
function written(log: (logger: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  log(createLogger({ level: 'debug', destination: { write: (line) => void lines.push(line) } }));
  return lines.join('');
}

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl';

describe('a line of log', () => {
  it.each([
    ['an authorization header at any depth', { a: { b: { c: { authorization: 'Bearer hunter2hunter2' } } } }],
    ['an access token by its name', { access_token: 'hunter2hunter2' }],
    ['a secret with quotes inside', { clientSecret: 'say "hunter2hunter2" twice' }],
    ['an API key by its name', { 'x-api-key': 'hunter2hunter2' }],
    ['a password inside a URL', { endpoint: 'https://user:hunter2hunter2@hook.example/x' }],
    ['a payload', { body: { note: 'hunter2hunter2' } }],
    ['headers of a request', { req: { headers: { accept: 'hunter2hunter2' } } }],
    ['a message of an error', { err: new Error('refused Authorization: Bearer hunter2hunter2') }],
  ])('never carries %s', (_, object) => {
    const line = written((log) => log.info(object, 'something happened'));
    expect(line).not.toContain('hunter2');
    expect(JSON.parse(line)).toMatchObject({ level: 'info', msg: 'something happened' });
  });

  it.each([
    ['a JSON Web Token', jwt],
    ['one of our keys', `cwk_0123456789ab_${'s'.repeat(43)}`],
    ['a webhook secret', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    ['a GitHub token', `ghp_${'a1'.repeat(18)}`],
  ])('never carries %s, whatever it is called', (_, value) => {
    const line = written((log) => log.warn({ reason: `upstream said ${value}` }, 'refused'));
    expect(line).not.toContain(value);
    expect(JSON.parse(line).reason).toBe('upstream said [redacted]');
  });

  it('keeps identifiers and numbers, which is what it is for', () => {
    const object = { chainId: 'chn_1', tokenKey: 'tok:["iss","jti"]', durationMs: 3, token: { jti: 'abc' } };
    expect(JSON.parse(written((log) => log.info(object, 'chain joined')))).toMatchObject(object);
  });

  it('names the cause of an error without repeating the row that it quotes', () => {
    const cause = new Error(`Cannot parse input: ${'x'.repeat(500)} hunter2`);
    const line = written((log) =>
      log.error({ err: new Error('the store refused', { cause }) }, 'write failed'),
    );
    const { err } = JSON.parse(line);
    expect(err).toMatchObject({ type: 'Error', message: 'the store refused', cause: { type: 'Error' } });
    expect(err.cause.message).toMatch(/^Cannot parse input/);
    expect(line).not.toContain('hunter2');
  });

  it('is not written below the level', () => {
    expect(written((log) => log.trace('quiet'))).toBe('');
  });

  it('stays quick on text made to be slow', () => {
    const startedMs = performance.now();
    const line = written((log) =>
      log.info({ reason: `${'//a:'.repeat(50_000)} ${'eyJ-'.repeat(50_000)}` }, 'long'),
    );
    expect(line.length).toBeGreaterThan(100_000);
    // Quadratic matching of 350 kB takes minutes; the bound is far from both.
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });
});
