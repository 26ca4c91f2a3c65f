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

/** One round of questions, side by side; each is bounded by the API. */
export async function readOverview({ api }: Pick<PageContext, 'api'>): Promise<Read> {
  const responses = (state: string) =>
    api.get<Page<Response>>(pathOf('/v1/responses', { state, limit: SHOWN }));
  const [overview, health, coverage, newest, waiting, confirmed, failed, unconfirmed] = await Promise.all([
    api.get<Overview>(pathOf('/v1/overview', { hours: HOURS })),
    api.get<Health>('/v1/health'),
    api.get<Coverage>(pathOf('/v1/coverage', { hours: HOURS })),
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
    coverage,
    newest,
    waiting,
    ended: confirmed.items,
    failed: { items: broken.slice(0, SHOWN), ...(broken.length > SHOWN ? { next: 'more' } : {}) },
  };
}
