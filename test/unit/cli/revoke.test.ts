import { createServer } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/domain/response.ts';
import { makePlans } from '../../../src/respond/plan/index.ts';
import { presentPlan } from '../../../src/serve/present/response.ts';
import { readProject } from '../../support/markdown.ts';
import { cascadeFrom, contextOf, first, signIn, token } from '../respond/plan/support.ts';
import { chainwarden } from './support.ts';

// A name that would move the cursor if it reached a terminal as it is.
const bad = token('bad', ['first'], { label: 'bad\u001b[2J' });
const plan = presentPlan(makePlans(cascadeFrom('bad', [signIn, first, bad]), contextOf())[0] as Plan);
const detail = {
  plan,
  decisions: [{ at: '2026-06-01T12:00:00.000Z', by: 'bob', verb: 'approve' }],
  responses: [{ id: 'rsp_1', state: 'requested', target: { label: 'bad' }, reason: 'seen' }],
};

const asked: { method: string; path: string; key: string; body: unknown }[] = [];
let answers: { status: number; body: unknown };
const service = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const text = Buffer.concat(chunks).toString();
    const { method = '', url: path = '' } = request;
    asked.push({
      method,
      path,
      key: request.headers.authorization ?? '',
      body: text === '' ? '' : JSON.parse(text),
    });
    response
      .writeHead(answers.status, { 'content-type': 'application/json' })
      .end(JSON.stringify(answers.body));
  });
});
let url: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  const address = service.address();
  url = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
});
afterAll(() => new Promise((resolve) => service.close(resolve)));
beforeEach(() => {
  asked.length = 0;
  answers = { status: 200, body: detail };
});

function run(...argv: string[]) {
  return chainwarden(argv, [], { CHAINWARDEN_URL: url, CHAINWARDEN_KEY: 'k' });
}

describe('revoke', () => {
  it('takes what the README says', async () => {
    answers = { status: 200, body: plan };
    const line = /^npx chainwarden (revoke --plan .*)$/m.exec(readProject('README.md'))?.[1] ?? '';
    const argv = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
    expect((await run(...argv)).code).toBe(0);
    expect(asked).toMatchObject([
      { path: '/v1/plans', body: { alert: '<alert>', reason: 'seen in triage' } },
    ]);
  });

  it('shows a plan and asks for nothing more', async () => {
    answers = { status: 200, body: plan };
    const { code, out } = await run('revoke', '--alert', 'alr_1', '--plan', '--strict', '--reason', 'seen');
    expect(code).toBe(0);
    expect(asked).toEqual([
      {
        method: 'POST',
        path: '/v1/plans',
        key: 'Bearer k',
        body: { alert: 'alr_1', strict: true, reason: 'seen' },
      },
    ]);
    expect(out).toContain('would end, in this order:\n  1. bad\uFFFD[2J (source');
    expect(out).toContain(`digest ${plan.digest}`);
    const json = await run('revoke', '--alert', 'alr_1', '--plan', '--json', '--reason', 'seen');
    expect(JSON.parse(json.out)).toEqual(JSON.parse(JSON.stringify(plan)));
  });

  it.each([
    [['--jti', 'a', '--iss', 'https://i'], { token: { iss: 'https://i', jti: 'a' } }],
    [['--hash', 'sha256:x'], { token: { hash: 'sha256:x' } }],
    [['--agent', 'bot'], { subject: { id: 'bot', kind: 'agent' } }],
    [['--agent', 'bot', '--iss', 'https://i'], { subject: { id: 'bot', kind: 'agent', iss: 'https://i' } }],
  ])('asks to end %j', async (flags, body) => {
    const { code, out } = await run('revoke', ...flags, '--reason', 'seen');
    expect(code).toBe(0);
    expect(asked).toMatchObject([
      { method: 'POST', path: '/v1/responses', body: { ...body, reason: 'seen' } },
    ]);
    expect(out).toContain('2026-06-01T12:00:00.000Z bob: approve\nrsp_1 requested bad seen\n');
  });

  it.each([
    [[], /name one of --alert/],
    [['--alert', 'a', '--agent', 'b'], /name one of --alert/],
    [['--jti', 'a'], /beside its issuer/],
  ])('says in a sentence what is missing: %j', async (flags, sentence) => {
    const { code, err } = await run('revoke', ...flags, '--reason', 'seen');
    expect({ code, asked }).toEqual({ code: 2, asked: [] });
    expect(err).toMatch(sentence);
  });

  it('tells why the service will not', async () => {
    answers = { status: 409, body: { title: 'Conflict', detail: 'the alert names no credential' } };
    const { code, err } = await run('revoke', '--alert', 'alr_1', '--reason', 'seen');
    expect(code).not.toBe(0);
    expect(err).toContain('409: the alert names no credential');
  });
});

describe('plans', () => {
  it('lists them', async () => {
    answers = { status: 200, body: { items: [plan], next: 'more' } };
    const { out, err } = await run('plans', 'list', '--alert', 'alr_1');
    expect(asked[0]).toMatchObject({ method: 'GET', path: '/v1/plans?alert=alr_1' });
    expect(out).toBe(`${plan.id} act 1 targets, alr_1\n`);
    expect(err).toBe('there are more\n');
    answers = { status: 200, body: { items: [] } };
    expect((await run('plans', 'list')).err).toBe('no plans\n');
  });

  it('shows one', async () => {
    expect((await run('plans', 'show', 'pln_1')).out).toContain(`plan ${plan.id}\n`);
    expect(asked).toMatchObject([{ method: 'GET', path: '/v1/plans/pln_1' }]);
  });

  it.each(['approve', 'deny'])('takes a word on one as it was seen: %s', async (verb) => {
    const { code } = await run('plans', verb, 'pln_1', '--digest', 'f', '--reason', 'seen');
    expect(code).toBe(0);
    expect(asked).toMatchObject([
      { method: 'POST', path: `/v1/plans/pln_1/${verb}`, body: { digest: 'f', reason: 'seen' } },
    ]);
    expect((await run('plans', verb, 'pln_1', '--reason', 'seen')).code).toBe(2);
  });
});
