import { type Api, ApiProblem, pathOf } from '../api.ts';
import type { Action, ChainDetail } from '../chart/detail.ts';
import { standingAlerts } from '../chart/lineage.ts';
import type { Unwinding } from './chain-unwind.ts';

/** Further pages of actions that are read for the drawings, of 500 each: more marks than a screen has places for. */
const ACTION_PAGES_MAX = 4;
const ACTIONS_PER_PAGE = 500;

export interface ReadChain {
  readonly detail: ChainDetail;
  /** The newest ones, more than the detail holds. */
  readonly actions: readonly Action[];
  /** There are older ones. */
  readonly isCut: boolean;
}

export async function readChain(api: Api, id: string): Promise<ReadChain> {
  const detail = await api.get<ChainDetail>(`/v1/chains/${encodeURIComponent(id)}`);
  const actions = [...detail.actions.items];
  let { next } = detail.actions;
  for (let page = 0; page < ACTION_PAGES_MAX && next !== undefined; page += 1) {
    const query = { chain: detail.chain.id, limit: ACTIONS_PER_PAGE, cursor: next };
    const more = await api.get<ChainDetail['actions']>(pathOf('/v1/actions', query));
    actions.push(...more.items);
    next = more.next;
  }
  return { detail, actions, isCut: next !== undefined };
}

/** Thousands of actions are looked through for it: not where nothing stands that could put one in doubt. */
export async function readUnwinding(api: Api, { chain, alerts }: ChainDetail): Promise<Unwinding> {
  if (standingAlerts(alerts).length === 0) return { breaks: [], writes: [] };
  return api.get<Unwinding>(`/v1/chains/${encodeURIComponent(chain.id)}/unwind`);
}

/** Undefined when no chain has this id. */
export async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ApiProblem && error.problem.status === 404) return undefined;
    throw error;
  }
}

/** The instant that is asked for, as a link writes it (ISO 8601) or as the slider does (milliseconds). */
export function readAt(url: URL): number | undefined {
  const text = url.searchParams.get('at') ?? '';
  const ms = /^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text);
  // Beyond this a date cannot be written with four digits of a year.
  return Number.isNaN(ms) || ms < 0 || ms >= Date.UTC(10_000, 0) ? undefined : ms;
}
