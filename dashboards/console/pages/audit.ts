import type * as z from 'zod';
import { auditKinds } from '../../../src/domain/audit.ts';
import type { AuditEntryShape, AuditHeadShape } from '../../../src/serve/present/audit.ts';
import { pathOf } from '../api.ts';
import { type Html, html } from '../html.ts';
import type { ConsoleApp, Page, PageContext } from '../page.ts';
import { type Attempt, attempt, shownOr } from '../parts/attempt.ts';
import { emptyState, noMatch } from '../parts/empty.ts';
import { pager } from '../parts/pager.ts';
import { panel } from '../parts/panel.ts';
import { table } from '../parts/table.ts';
import { stampOf, timeOf } from '../parts/time.ts';
import { aboutLink, auditSentence, kindWords } from './audit-words.ts';

type AuditEntry = z.infer<typeof AuditEntryShape>;
type AuditHead = z.infer<typeof AuditHeadShape>;

interface Items<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

const EXPORT_PAGE = 500;
/** A download is made in memory: the latest of these; the command line exports all. */
const EXPORT_PAGES_MAX = 20;

/** What was decided and done, by whom and why; each entry holds the hash of the one before it. */
export function auditPages(app: ConsoleApp): void {
  app.page('/audit', async (context) => {
    const { api, url } = context;
    const filter = filterOf(url);
    const [entries, heads] = await Promise.all([
      api.get<Items<AuditEntry>>(
        pathOf('/v1/audit', { ...filter, cursor: url.searchParams.get('cursor') ?? undefined }),
      ),
      attempt(api.get<Items<AuditHead>>('/v1/audit/head')),
    ]);
    return auditPage(context, filter, entries, heads);
  });
  app.download('/audit/ocsf', async ({ api, url }) => ({
    type: 'application/x-ndjson',
    name: 'chainwarden-remediation-activities.ndjson',
    body: await exported(api, { subject: filterOf(url).subject }),
  }));
}

interface Filter {
  readonly kind: string | undefined;
  readonly subject: string | undefined;
}

function filterOf({ searchParams }: URL): Filter {
  const kind = auditKinds.find((known) => known === searchParams.get('kind'));
  const subject = searchParams.get('subject')?.trim();
  return { kind, subject: subject === '' ? undefined : subject };
}

/** One activity a line, latest first. */
async function exported(
  api: PageContext['api'],
  query: { readonly subject: string | undefined },
): Promise<string> {
  const lines: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < EXPORT_PAGES_MAX; page += 1) {
    const { items, next } = await api.get<Items<object>>(
      pathOf('/v1/audit/ocsf', { ...query, cursor, limit: EXPORT_PAGE }),
    );
    lines.push(...items.map((item) => `${JSON.stringify(item)}\n`));
    cursor = next;
    if (cursor === undefined) break;
  }
  return lines.join('');
}

function auditPage(
  context: PageContext,
  filter: Filter,
  entries: Items<AuditEntry>,
  heads: Attempt<Items<AuditHead>>,
): Page {
  return {
    title: 'Audit',
    place: 'audit',
    styles: ['operations.css'],
    body: html`<h1>Audit</h1>
${filters(filter)}
<section class="panel" aria-label="Entries">${entryTable(entries.items, filter)}
${pager(context.url, entries.next)}</section>
${panel('proof', 'Proof', proof(heads, context.nowMs))}`,
  };
}

function filters({ kind, subject }: Filter): Html {
  return html`<form class="filters" method="get" action="/audit">
<label>What <select name="kind"><option value="">everything</option>${auditKinds.map(
    (one) => html`<option value="${one}"${one === kind && html` selected`}>${kindWords(one)}</option>`,
  )}</select></label>
<label>About <input name="subject" value="${subject}" placeholder="id of a response, plan, alert, chain, detector" maxlength="512" spellcheck="false" autocomplete="off"></label>
<button>Show</button>
<a class="button" href="${pathOf('/audit/ocsf', { subject })}" download>Responses as OCSF</a>
</form>`;
}

function entryTable(items: readonly AuditEntry[], { kind, subject }: Filter): Html {
  return table({
    caption: 'Latest first. Times are of our clock',
    columns: ['When', 'Who', 'What', 'About', 'Reason', 'Place in the chain'],
    rows: items.map((entry) => {
      const { atMs, actor, subjectId, about, writer, seq, hash, body } = entry;
      return [
        stampOf(new Date(atMs).toISOString()),
        actor,
        html`${kindWords(entry.kind)}<br><strong>${auditSentence(entry)}</strong>`,
        html`<ul class="plain">${[subjectId, ...about].map((id) => html`<li>${aboutLink(id)}</li>`)}</ul>`,
        typeof body['reason'] === 'string' ? body['reason'] : html`<span class="muted">none given</span>`,
        html`<span class="nowrap">${seq.toLocaleString('en')}</span> <span class="muted">of ${writer}</span><details><summary>Hash</summary><code>${hash}</code></details>`,
      ];
    }),
    empty:
      kind === undefined && subject === undefined
        ? emptyState({
            what: 'Nothing was decided or done yet.',
            why: 'Plans, decisions, responses, changes of modes and keys come here before they take effect.',
          })
        : noMatch('entries', '/audit'),
  });
}

function proof(heads: Attempt<Items<AuditHead>>, nowMs: number): Html {
  return html`<p>Each entry holds the hash of the one before it. Keep the ends of the chains elsewhere: against them anybody can show later that nothing before was changed or cut off.</p>
${shownOr(heads, 'The ends of the chains', ({ items }) =>
  table({
    caption: 'Ends of the chains, one for each data folder that ever wrote',
    columns: ['Writer', { name: 'Entries', numeric: true }, 'Last', 'Hash of the last entry'],
    rows: items.map(({ writer, seq, hash, at }) => [
      writer,
      seq.toLocaleString('en'),
      timeOf(at, nowMs),
      html`<code>${hash}</code>`,
    ]),
    empty: 'No chain has begun.',
  }),
)}
<details><summary>Check it</summary>
<p>Export every entry and the ends, then check them where this service has no hand in it:</p>
<pre tabindex="0">npx chainwarden audit head > head.json
npx chainwarden audit export > audit.ndjson
npx chainwarden verify audit.ndjson --head head.json</pre></details>`;
}
