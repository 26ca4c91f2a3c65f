import { type HuntFilter, type HuntSubject, huntFilters, huntSubjects } from '../../../src/domain/hunting.ts';
import { presentTokenKey, tokenKeyOfRef } from '../../../src/serve/present/common.ts';
import { type Api, pathOf } from '../api.ts';

/** What the address asks for. */
export interface HuntQuery {
  readonly of: HuntSubject;
  readonly filters: Readonly<Partial<Record<HuntFilter, string>>>;
  readonly cursor: string | undefined;
}

/** Filters that both have, and those of one alone. */
const common: readonly HuntFilter[] = ['range', 'from', 'to', 'principal', 'token', 'system', 'tool', 'txn'];
const own: Readonly<Record<HuntSubject, readonly HuntFilter[]>> = {
  chains: ['detector', 'missing', 'verdict', 'resource'],
  actions: ['resource', 'effect', 'outcome'],
};

export function filtersOf(of: HuntSubject): readonly HuntFilter[] {
  return [...common, ...own[of]];
}

export const DEFAULT_RANGE = '24h';
export const ranges = ['1h', '6h', '24h', '7d', '30d', 'any'] as const;

export function readHunt({ searchParams }: URL): HuntQuery {
  const of = huntSubjects.find((subject) => subject === searchParams.get('of')) ?? 'chains';
  const filters: Partial<Record<HuntFilter, string>> = {};
  for (const name of huntFilters) {
    const value = searchParams.get(name)?.trim();
    if (value !== undefined && value !== '' && filtersOf(of).includes(name)) filters[name] = value;
  }
  // Whoever names something wants to see it, whenever it was; whoever names nothing wants to see what is new.
  if (filters.range === undefined && filters.from === undefined && filters.to === undefined)
    filters.range = Object.keys(filters).length === 0 ? DEFAULT_RANGE : 'any';
  return { of, filters, cursor: searchParams.get('cursor') ?? undefined };
}

/** The address of a hunt: what is shared is what is seen. */
export function huntHref({ of, filters }: Pick<HuntQuery, 'of' | 'filters'>): string {
  return pathOf('/hunt', { of, ...filters });
}

/** The same hunt, in the times that a relative range means now. */
export function fixedHref(query: HuntQuery, nowMs: number): string | undefined {
  const { range, ...rest } = query.filters;
  const fromMs = rangeStart(range, nowMs);
  if (fromMs === undefined) return undefined;
  const times = { from: new Date(fromMs).toISOString(), to: new Date(nowMs).toISOString() };
  return huntHref({ of: query.of, filters: { ...times, ...rest } });
}

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000 };

/** When a range of hours or days that ends now began; undefined for any time. */
export function rangeStart(range: string | undefined, nowMs: number): number | undefined {
  const [, count, unit = ''] = /^(\d{1,4})([hd])$/.exec(range ?? '') ?? [];
  const length = unitMs[unit];
  return count === undefined || length === undefined ? undefined : nowMs - Number(count) * length;
}

/** What stops a hunt before it begins, in words for whoever asked. */
export class HuntFault extends Error {}

/** The path of the API that answers it. Rejects with `HuntFault` where nothing could. */
export async function apiPath(api: Api, query: HuntQuery, nowMs: number, limit: number): Promise<string> {
  const { of, filters, cursor } = query;
  const { range, token, principal, system, resource, ...rest } = filters;
  const fromMs = rangeStart(range, nowMs);
  const from = instantOf(rest.from) ?? (fromMs === undefined ? undefined : new Date(fromMs).toISOString());
  const named = token === undefined ? {} : await tokenNamed(api, token);
  const shared = { ...rest, from, to: instantOf(rest.to), ...named, limit, cursor };
  if (of === 'actions') return pathOf('/v1/actions', { ...shared, actor: principal, system, resource });
  const target = targetOf(system, resource);
  return pathOf('/v1/chains', { ...shared, principal, ...target });
}

function targetOf(system: string | undefined, resource: string | undefined) {
  if (resource === undefined) return { system };
  if (system === undefined || resource.endsWith('*'))
    throw new HuntFault(
      'A resource of chains needs its system and its whole name. Actions are found by less.',
    );
  return { target: `${system}/${resource}` };
}

/** Fields for date and time give no zone: all times of the console are UTC. */
function instantOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(/[zZ]|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`);
  if (Number.isNaN(ms)) throw new HuntFault(`“${text}” is no time. Write it like 2026-03-03T09:15.`);
  return new Date(ms).toISOString();
}

/** A token by its reference, its hash or its jti. */
async function tokenNamed(api: Api, text: string): Promise<Record<string, string>> {
  const key = tokenKeyOfRef(text) ?? (await tokenByJti(api, text));
  if (key === undefined)
    throw new HuntFault(`No token is known as “${text}”. Name its reference, hash or jti.`);
  const { iss, jti, hash } = presentTokenKey(key);
  return iss === undefined || jti === undefined ? { hash: hash ?? '' } : { iss, jti };
}

async function tokenByJti(api: Api, text: string): Promise<string | undefined> {
  const { items } = await api.get<{ items: { kind: string; id: string }[] }>(
    pathOf('/v1/search', { q: text }),
  );
  const tokens = items.filter(({ kind }) => kind === 'token');
  if (tokens.length > 1)
    throw new HuntFault(`Several issuers have a token “${text}”: search for it and take one.`);
  return tokens[0] === undefined ? undefined : tokenKeyOfRef(tokens[0].id);
}
