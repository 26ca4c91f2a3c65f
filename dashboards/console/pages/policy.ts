import type * as z from 'zod';
import { defaultPolicy } from '../../../src/domain/policy.ts';
import type { PolicyEntryShape } from '../../../src/serve/present/operations.ts';
import type { PolicyShape } from '../../../src/serve/present/policy.ts';
import { pathOf } from '../api.ts';
import { type Html, html } from '../html.ts';
import type { ConsoleApp, Page, PageContext } from '../page.ts';
import { type Attempt, attempt, shownOr } from '../parts/attempt.ts';
import { type Difference, differences } from '../parts/difference.ts';
import { type Exception, exceptionTable } from '../parts/exceptions.ts';
import { panel } from '../parts/panel.ts';
import { structure } from '../parts/structure.ts';
import { table } from '../parts/table.ts';
import { timeOf } from '../parts/time.ts';
import { countOf } from '../parts/words.ts';

type Policy = z.infer<typeof PolicyShape>;
type PolicyEntry = z.infer<typeof PolicyEntryShape>;
type Problems = Policy['warnings'];

interface Items<T> {
  readonly items: readonly T[];
}

/** What everything is judged by: what is loaded, what changed last, what was refused and why. */
export function policyPage(app: ConsoleApp): void {
  app.page('/policy', async (context) => {
    const { api } = context;
    const [policy, history, exceptions] = await Promise.all([
      api.get<Policy>('/v1/policy'),
      attempt(api.get<Items<PolicyEntry>>(pathOf('/v1/policy/history', { limit: 2 }))),
      attempt(api.get<Items<Exception>>('/v1/exceptions')),
    ]);
    return policyBody(context, policy, history, exceptions);
  });
}

function policyBody(
  { nowMs }: PageContext,
  policy: Policy,
  history: Attempt<Items<PolicyEntry>>,
  exceptions: Attempt<Items<Exception>>,
): Page {
  return {
    title: 'Policy',
    place: 'policy',
    live: ['policy'],
    styles: ['operations.css'],
    body: html`<h1>Policy</h1>
${refused(policy, nowMs)}
${panel('loaded', 'What is in force', loaded(policy, nowMs))}
${
  policy.warnings.length > 0 &&
  html`${panel('odd', 'What is odd about it', html`<p>It is in force all the same: entries that are over, and entries that nothing can ever meet.</p>${problemTable('Warnings', policy.warnings)}`)}`
}
${panel(
  'changed',
  'What changed last',
  shownOr(history, 'Earlier policies', ({ items }) => changed(items, nowMs)),
)}
${panel(
  'exceptions',
  'Exceptions',
  shownOr(exceptions, 'Exceptions', ({ items }) =>
    exceptionTable(items, nowMs, 'There are none: whatever is found pages.'),
  ),
)}
${sections(policy.policy)}
${policy.text !== undefined && html`${panel('text', 'The file', html`<details><summary>As it was loaded</summary><pre class="tall" tabindex="0">${policy.text}</pre></details>`)}`}`,
  };
}

function refused({ refused: last }: Policy, nowMs: number): Html | undefined {
  if (last === undefined) return undefined;
  const { at, digest, errors, errorCount } = last;
  return html`<section class="notice bad" aria-labelledby="refused"><h2 id="refused">The file was not loaded</h2>
<p>${timeOf(at, nowMs)} it held what could not be taken. The policy below stays in force until it is mended.</p>
${problemTable(`${countOf(errorCount, 'error')}${errorCount > errors.length ? `, the first ${errors.length}` : ''}`, errors)}
${digest !== undefined && html`<p class="muted">Refused: <code>${digest}</code></p>`}</section>`;
}

function problemTable(caption: string, problems: Problems): Html {
  return table({
    caption,
    columns: ['Line', 'Where', 'What'],
    rows: problems.map(({ line, column, path, message }) => [
      line === 0 ? html`<span class="muted">none</span>` : `${line}:${column}`,
      html`<code>${path === '' ? 'the whole document' : path}</code>`,
      message,
    ]),
  });
}

function loaded({ name, version, origin, digest, since, signedBy }: Policy, nowMs: number): Html {
  return html`<dl class="facts">
<dt>Name</dt><dd>${name === '' ? html`<span class="muted">none: set <code>name</code> to a date, a tag or a commit</span>` : name}</dd>
<dt>Format</dt><dd>${version}</dd>
<dt>From</dt><dd>${originWords(origin)}</dd>
<dt>Since</dt><dd>${timeOf(since, nowMs) ?? 'before there was a record of it'}</dd>
<dt>Digest</dt><dd>${digest === undefined ? html`<span class="muted">none</span>` : html`<code>${digest}</code>`}</dd>
<dt>Signed by</dt><dd>${signedBy === undefined ? html`<span class="muted">nobody: no key is pinned</span>` : html`<code>${signedBy}</code>`}</dd>
</dl>`;
}

function originWords(origin: Policy['origin']): string {
  if (origin === 'file') return 'a file that is watched';
  return origin === 'configuration' ? 'the configuration: it changes with the next start' : 'unknown';
}

function changed([now, before]: readonly PolicyEntry[], nowMs: number): Html {
  if (now === undefined || before === undefined)
    return html`<p class="empty">There was no other policy before this one.</p>`;
  const found = differences(before.policy, now.policy);
  const named = before.name === '' ? 'the one before' : `“${before.name}”`;
  return html`<p>${timeOf(now.since, nowMs)}, against ${named}${before.since !== undefined && html` of ${timeOf(before.since, nowMs)}`}.</p>
${found.length === 0 ? html`<p>Nothing that judges: only its text or its signature changed.</p>` : bySection(found)}`;
}

function bySection(found: readonly Difference[]): Html {
  const names = [...new Set(found.map(({ path }) => topOf(path)))];
  return html`${names.map((name) => {
    const own = found.filter(({ path }) => topOf(path) === name);
    return html`<h3>${name}</h3>${table({
      caption: `${name}: ${countOf(own.length, 'change')}`,
      columns: ['Where', 'Before', 'Now'],
      rows: own.map((one) => [
        html`<code>${one.path}</code>`,
        'before' in one
          ? html`<del>${structure(one.before, one.path, 1)}</del>`
          : html`<span class="muted">nothing</span>`,
        'after' in one
          ? html`<ins>${structure(one.after, one.path, 1)}</ins>`
          : html`<span class="muted">nothing</span>`,
      ]),
    })}`;
  })}`;
}

function topOf(path: string): string {
  return /^[^.[]*/.exec(path)?.[0] ?? path;
}

/** Shown elsewhere on the page, or no section. */
const apart: ReadonlySet<string> = new Set(['exceptions', 'name', 'version']);

function sections(policy: Policy['policy']): Html {
  const defaults: Readonly<Record<string, unknown>> = defaultPolicy;
  const all = Object.entries(policy).filter(([name]) => !apart.has(name));
  const isSaid = ([name, value]: readonly [string, unknown]) => differences(defaults[name], value).length > 0;
  const said = all.filter(isSaid);
  const unsaid = all.filter((entry) => !isSaid(entry));
  return html`${said.map(
    ([name, value]) =>
      html`<section class="panel" aria-labelledby="section-${name}"><h2 id="section-${name}">${name}</h2>${structure(value, name)}</section>`,
  )}
${
  unsaid.length > 0 &&
  html`${panel(
    'defaults',
    'Left as it comes',
    html`<p class="muted">Policy says nothing of its own in ${countOf(unsaid.length, 'section')}.
Which detectors are blind for that stands with the <a href="/detectors">detectors</a>.</p>
${unsaid.map(([name, value]) => html`<details><summary>${name}</summary>${structure(value, name)}</details>`)}`,
  )}`
}`;
}
