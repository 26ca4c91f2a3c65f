import { createServer } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { presentResponse } from '../../../src/serve/present/response.ts';
import { aResponse, noon } from '../../integration/store/rows.ts';
import { chainwarden } from './support.ts';

const accepted = presentResponse(aResponse({ state: 'accepted', reason: 'the receiver\u001b[2J took it' }));
const rehearsed = presentResponse(aResponse({ id: 'rsp_2', mode: 'dry_run', endpoint: '' }));

const asked: string[] = [];
let answer: unknown;
let url = '';
const service = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    asked.push(`${request.method} ${request.url} ${Buffer.concat(chunks)}`.trimEnd());
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
});
beforeAll(async () => {
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  const address = service.address();
  url = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
});
afterAll(() => new Promise((resolve) => service.close(resolve)));
beforeEach(() => {
  asked.length = 0;
});

const run = (...argv: string[]) =>
  chainwarden(['responses', ...argv], [], { CHAINWARDEN_URL: url, CHAINWARDEN_KEY: 'k' });

it('lists responses, a line each, and says when there are more', async () => {
  answer = { items: [accepted, rehearsed], next: 'c' };
  const { code, out, err } = await run('list', '--alert', 'alr_1', '--state', 'accepted', '--limit', '2');
  expect([code, err]).toEqual([0, 'there are more\n']);
  const at = new Date(noon).toISOString();
  expect(out).toBe(
    `${at} rsp_1 accepted token.revoke jti-1 by issuer the receiver\uFFFD[2J took it\n` +
      `${at} rsp_2 requested (dry run) token.revoke jti-1 by -\n`,
  );
  expect(asked).toEqual(['GET /v1/responses?limit=2&alert=alr_1&state=accepted']);
});

it('shows every state of one, and passes a word on', async () => {
  answer = { response: accepted, history: [rehearsed, accepted] };
  expect((await run('show', 'rsp/1')).out.trimEnd().split('\n')).toHaveLength(2);
  await run('undo', 'rsp_1', '--reason', 'a mistake');
  await run('confirm', 'rsp_1', '--reason', 'seen dead');
  expect(asked).toEqual([
    'GET /v1/responses/rsp%2F1',
    'POST /v1/responses/rsp_1/undo {"reason":"a mistake"}',
    'POST /v1/responses/rsp_1/confirm {"reason":"seen dead"}',
  ]);
  expect((await run('undo', 'rsp_1')).code).toBe(2);
});
