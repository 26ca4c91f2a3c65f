import type * as z from 'zod';
import type { CoverageShape } from '../../../src/serve/present/coverage.ts';
import type { IncidentShape } from '../../../src/serve/present/incident.ts';
import type { OverviewShape } from '../../../src/serve/present/overview.ts';
import type { ResponseShape } from '../../../src/serve/present/response.ts';
import type { HealthShape } from '../../../src/serve/present/vitals.ts';
import { pathOf } from '../api.ts';
import type { PageContext } from '../page.ts';

export type Overview = z.infer<typeof OverviewShape>;
export type Incident = z.infer<typeof IncidentShape>;
export type Response = z.infer<typeof ResponseShape>;
export type Health = z.infer<typeof HealthShape>;
export type Coverage = z.infer<typeof CoverageShape>;

interface Page<T> {
  readonly items: T[];
  readonly next?: string;
}

/** Everything that the overview shows. */
export interface Read {
  readonly overview: Overview;
  readonly health: Health;
  readonly coverage: Coverage;
  readonly newest: Page<Incident>;
  readonly waiting: Page<Response>;
  readonly ended: readonly Response[];
  readonly failed: Page<Response>;
}

const SHOWN = 5;
export const HOURS = 24;

/** What detectors can see changes by the hour, and is the dearest of these questions. */
const COVERAGE_FRESH_MS = 60_000;
const TENANTS_REMEMBERED_MAX = 100;

type Asking = Pick<PageContext, 'api' | 'nowMs' | 'who'>;

/** Remembers what may be a minute old, by tenant: this page is asked for again at every news. */
export function createReader(): (context: Asking) => Promise<Read> {
  const remembered = new Map<string, { readonly coverage: Coverage; readonly untilMs: number }>();

  async function coverageFor({ api, nowMs, who: { tenant } }: Asking): Promise<Coverage> {
    const known = remembered.get(tenant);
    if (known !== undefined && nowMs < known.untilMs) return known.coverage;
    const coverage = await api.get<Coverage>(pathOf('/v1/coverage', { hours: HOURS }));
    if (remembered.size >= TENANTS_REMEMBERED_MAX) remembered.clear();
    remembered.set(tenant, { coverage, untilMs: nowMs + COVERAGE_FRESH_MS });
    return coverage;
  }

  return async (context) => {
    const [read, coverage] = await Promise.all([readOverview(context), coverageFor(context)]);
    return { ...read, coverage };
  };
}

/** One round of questions, side by side; each is bounded by the API. */
async function readOverview({ api }: Asking): Promise<Omit<Read, 'coverage'>> {
  const responses = (state: string) =>
    api.get<Page<Response>>(pathOf('/v1/responses', { state, limit: SHOWN }));
  const [overview, health, newest, waiting, confirmed, failed, unconfirmed] = await Promise.all([
    api.get<Overview>(pathOf('/v1/overview', { hours: HOURS })),
    api.get<Health>('/v1/health'),
    api.get<Page<Incident>>(pathOf('/v1/incidents', { state: 'open', limit: SHOWN })),
    responses('proposed'),
    responses('confirmed'),
    responses('failed'),
    responses('unconfirmed'),
  ]);
  const broken = [...failed.items, ...unconfirmed.items].sort((a, b) => (a.at < b.at ? 1 : -1));
  return {
    overview,
    health,
    newest,
    waiting,
    ended: confirmed.items,
    failed: { items: broken.slice(0, SHOWN), ...(broken.length > SHOWN ? { next: 'more' } : {}) },
  };
}
