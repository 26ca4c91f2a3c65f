import * as z from 'zod';
import { ID_CHARS_MAX, PAGE_ROWS_MAX } from '../domain/limits.ts';
import { jtiKey } from '../domain/token.ts';
import { keyOfHash } from './present/common.ts';

/** Every query is strict: a misspelt filter must not become the whole list. */
export const noQuery = z.strictObject({});

const PAGE_ROWS_DEFAULT = 50;

/** Of a list whose pages hold up to so many rows. */
export function pagingUpTo(rowsMax: number) {
  return {
    limit: z.coerce.number().int().min(1).max(rowsMax).default(PAGE_ROWS_DEFAULT),
    cursor: z.string().min(1).max(2_048).optional().describe('`next` of the page before'),
  };
}
export const paging = pagingUpTo(PAGE_ROWS_MAX);

/** Two identifiers of characters of up to six bytes in JSON, in base64. */
export const TOKEN_REF_CHARS_MAX = 8_192;

export const id = z.string().min(1).max(ID_CHARS_MAX);
export const since = z.iso.datetime({ offset: true }).optional();

export const tokenFilter = {
  iss: id.optional().describe('Issuer of the token; together with jti'),
  jti: id.optional(),
  hash: z
    .string()
    .regex(/^sha256:(?:[A-Za-z0-9_-]{43}|[0-9a-fA-F]{64})$/)
    .optional()
    .describe('SHA-256 of the token, instead of iss and jti'),
};

interface TokenFilter {
  readonly iss?: string | undefined;
  readonly jti?: string | undefined;
  readonly hash?: string | undefined;
}

/** A token is named by issuer and jti together, or by its hash; half a name is a mistake, not a wider filter. */
export function wholeToken(query: TokenFilter): boolean {
  return (
    (query.iss === undefined) === (query.jti === undefined) &&
    !(query.iss !== undefined && query.hash !== undefined)
  );
}
export const wholeTokenMessage = 'name a token by iss and jti together, or by hash';

export function tokenKeyOf(query: TokenFilter): string | undefined {
  if (query.iss !== undefined && query.jti !== undefined) return jtiKey(query.iss, query.jti);
  return query.hash === undefined ? undefined : keyOfHash(query.hash);
}

export function toMs(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}
