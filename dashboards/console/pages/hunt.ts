import { type HuntSubject, huntFilters, huntSubjects } from '../../../src/domain/hunting.ts';
import { ApiProblem } from '../api.ts';
import { type Html, html } from '../html.ts';
import { type ConsoleApp, type Download, type Form, fieldOf, type Page, type PageContext } from '../page.ts';
import { csvOf } from '../parts/csv.ts';
import { pager } from '../parts/pager.ts';
import { huntForm } from './hunt-form.ts';
import {
  apiPath,
  filtersOf,
  fixedHref,
  HuntFault,
  type HuntQuery,
  huntHref,
  readHunt,
} from './hunt-query.ts';
import {
  type Action,
  actionColumns,
  actionResults,
  actionRow,
  type Chain,
  chainColumns,
  chainResults,
  chainRow,
} from './hunt-results.ts';
import { readSaved, savedPanel } from './hunt-saved.ts';

const ROWS_SHOWN = 50;
/** As many as one page of the API holds. */
const ROWS_EXPORTED = 500;

interface Found {
  readonly items: readonly (Chain | Action)[];
  readonly next?: string;
}

/** Questions over chains and over actions; the address is the question, so that it can be shared and kept. */
export function huntPages(app: ConsoleApp): void {
  app.page('/hunt', huntPage);
  app.download('/hunt/export', exported);
  app.action('/hunt/save', 'triage', save);
  app.action('/hunt/forget', 'triage', async ({ api, say }, _, form) => {
    const { name } = await api.delete<{ name: string }>(
      `/v1/hunts/${encodeURIComponent(fieldOf(form, 'id') ?? '')}`,
    );
    say(`Forgot “${name}”.`);
    return fieldOf(form, 'back') ?? '/hunt';
  });
}

async function huntPage(context: PageContext): Promise<Page> {
  const { api, url, nowMs } = context;
  const query = readHunt(url);
  const [found, saved] = await Promise.all([find(context, query, ROWS_SHOWN), readSaved(api)]);
  return {
    title: 'Hunt',
    place: 'hunt',
    styles: ['hunt.css'],
    body: html`<h1>Hunt</h1>
${tabs(query)}
${huntForm(query, filtersOf(query.of))}
<section class="panel" aria-labelledby="results"><h2 id="results">Results</h2>
${'fault' in found ? html`<p class="notice bad" role="alert">${found.fault}</p>` : results(query, found, url)}
${!('fault' in found) && found.items.length > 0 && ways(query, url, nowMs)}
</section>
${savedPanel(saved, query, context)}`,
  };
}

/** What was found, or what is wrong with the question. */
async function find(
  { api, nowMs }: PageContext,
  query: HuntQuery,
  limit: number,
): Promise<Found | { readonly fault: string }> {
  try {
    return await api.get<Found>(await apiPath(api, query, nowMs, limit));
  } catch (error) {
    if (error instanceof HuntFault) return { fault: error.message };
    if (error instanceof ApiProblem && error.problem.status === 400) {
      const [first] = error.problem.errors ?? [];
      return {
        fault:
          first === undefined
            ? error.problem.detail
            : `${first.path.replace(/^querystring\./, '')}: ${first.reason}`,
      };
    }
    throw error;
  }
}

const tabNames: Readonly<Record<HuntSubject, string>> = { chains: 'Chains', actions: 'Actions' };

function tabs({ of, filters }: HuntQuery): Html {
  return html`<nav class="row tabs" aria-label="What to hunt for">${huntSubjects.map((subject) => {
    const kept = Object.fromEntries(
      Object.entries(filters).filter(([name]) => filtersOf(subject).some((filter) => filter === name)),
    );
    const current = subject === of && html` aria-current="page"`;
    return html`<a class="button" href="${huntHref({ of: subject, filters: kept })}"${current}>${tabNames[subject]}</a>`;
  })}</nav>`;
}

function results({ of }: HuntQuery, { items, next }: Found, url: URL): Html {
  const rows =
    of === 'chains'
      ? chainResults(items as readonly Chain[], url)
      : actionResults(items as readonly Action[], url);
  return html`<div class="results">${rows}</div>
${pager(url, next)}`;
}

function ways(query: HuntQuery, url: URL, nowMs: number): Html {
  const fixed = fixedHref(query, nowMs);
  const as = (format: string) => {
    const params = new URLSearchParams(url.search);
    params.set('format', format);
    return `/hunt/export?${params}`;
  };
  return html`<p class="row no-print"><a class="button quiet" href="${as('csv')}" download>CSV</a>
<a class="button quiet" href="${as('ndjson')}" download>NDJSON</a>
<span class="muted">up to ${ROWS_EXPORTED} rows from here on</span>
${fixed !== undefined && html`<a href="${fixed}">The same with fixed times, to share</a>`}</p>`;
}

async function exported(context: PageContext): Promise<Download> {
  const query = readHunt(context.url);
  const found = await find(context, query, ROWS_EXPORTED);
  if ('fault' in found)
    return { type: 'text/plain; charset=utf-8', name: 'hunt.txt', body: `${found.fault}\n` };
  const name = `${query.of}-${new Date(context.nowMs).toISOString().slice(0, 19).replaceAll(':', '')}`;
  if (context.url.searchParams.get('format') !== 'csv') {
    const body = found.items.map((item) => `${JSON.stringify(item)}\n`).join('');
    return { type: 'application/x-ndjson', name: `${name}.ndjson`, body };
  }
  const body =
    query.of === 'chains'
      ? csvOf(chainColumns, (found.items as readonly Chain[]).map(chainRow))
      : csvOf(actionColumns, (found.items as readonly Action[]).map(actionRow));
  return { type: 'text/csv; charset=utf-8', name: `${name}.csv`, body };
}

async function save({ api, say }: PageContext, _: unknown, form: Form): Promise<string> {
  const of = huntSubjects.find((subject) => subject === fieldOf(form, 'of')) ?? 'chains';
  const filters = Object.fromEntries(
    huntFilters.flatMap((name) => {
      const value = fieldOf(form, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const name = fieldOf(form, 'name') ?? '';
  await api.post('/v1/hunts', { name, of, filters });
  say(`Kept as “${name}”.`);
  return huntHref({ of, filters });
}
