import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import type { TokenBook, Wanted } from './book.ts';

export const CUSTODIAN_PATH = '/custodian';

/** Gives the text of a token to whoever may revoke it: the server itself has it anyway. */
export function createCustodian(book: TokenBook, secret: string) {
  async function answer(request: IncomingMessage): Promise<{ status: number; body?: object }> {
    if (!isSame(request.headers.authorization ?? '', `Bearer ${secret}`)) return { status: 401 };
    const wanted = (await json(request)) as Wanted;
    const token = book.textOf(wanted);
    if (token === undefined) return { status: 404 };
    const hint = wanted.family === undefined ? 'access_token' : 'refresh_token';
    return { status: 200, body: { token, token_type_hint: hint } };
  }
  return (request: IncomingMessage, response: ServerResponse): void => {
    answer(request).then(
      ({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
        response.end(body === undefined ? undefined : JSON.stringify(body));
      },
      () => response.writeHead(400).end(),
    );
  };
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
