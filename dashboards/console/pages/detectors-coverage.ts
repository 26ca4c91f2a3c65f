import type * as z from 'zod';
import type { RequirementShape } from '../../../src/serve/routes/requirements.ts';
import { type Html, html } from '../html.ts';
import { badge } from '../parts/badge.ts';
import { emptyState } from '../parts/empty.ts';
import { detectorHref } from '../parts/links.ts';
import { bestSight, type Coverage, lackWords, type Sight, sightBadge } from '../parts/sight.ts';
import { table } from '../parts/table.ts';
import { stampOf, timeOf } from '../parts/time.ts';
import { countOf } from '../parts/words.ts';
import type { Detector } from './detectors.ts';

export type Requirement = z.infer<typeof RequirementShape>;

type Sights = ReadonlyMap<string, Sight>;

/** Each source that spoke: who sees what of what it tells. */
export function bySource({ sources, leftOut, from }: Coverage, nowMs: number): Html {
  if (sources.length === 0) {
    return emptyState({
      what: 'No source has spoken since then:',
      why: 'every detector that needs events is blind. That is not "no findings".',
      next: html`<a href="/health">Health</a> says who was heard, and when.`,
    });
  }
  return html`${table({
    caption: `Sources that spoke since ${from.slice(0, 16).replace('T', ' ')} UTC`,
    columns: ['Source', 'Last event', 'Tells', 'Armed', 'Partial', 'Blind'],
    rows: sources.map((source) => [
      source.source,
      timeOf(source.lastAt, nowMs),
      html`<details><summary>${countOf(source.types.length, 'type')}</summary><ul class="plain">${source.types.map(
        ({ type, count, lastAt }) =>
          html`<li>${type}: ${count.toLocaleString('en')}, last ${stampOf(lastAt)}</li>`,
      )}</ul></details>`,
      names(source.detectors.filter(({ state }) => state === 'armed').map(({ detector }) => detector)),
      partials(source.detectors.filter(({ state }) => state !== 'armed')),
      names(source.blind),
    ]),
  })}${leftOut > 0 && html`<p class="muted">${countOf(leftOut, 'further source')} spoke and are not shown: the busiest of each type are.</p>`}`;
}

function names(ids: readonly string[]): Html {
  if (ids.length === 0) return html`0`;
  return html`<details><summary>${ids.length}</summary><ul class="plain">${ids.map((id) => html`<li>${link(id)}</li>`)}</ul></details>`;
}

function partials(sights: readonly Sight[]): Html {
  if (sights.length === 0) return html`0`;
  return html`<details><summary>${sights.length}</summary><ul class="plain">${sights.map(
    (sight) =>
      html`<li>${link(sight.detector)} <span class="muted">${lackWords(sight.lacks).join(' ')}</span></li>`,
  )}</ul></details>`;
}

function link(id: string): Html {
  return html`<a href="${detectorHref(id)}">${id}</a>`;
}

/** What is asked for, and whether anybody can see it here. */
export function byRequirement(items: readonly Requirement[], sights: Sights): Html {
  return html`<details><summary>${countOf(items.length, 'requirement')}: ${seenShare(items, sights)}</summary>${table(
    {
      caption:
        'R: what delegation concepts ask for. V: violations of standards. Sight is that of the best detector',
      columns: ['Id', 'Asks for', 'Sight', 'Answered by'],
      rows: items.map((one) => [one.id, one.asks, requirementSight(one, sights), answeredBy(one, sights)]),
    },
  )}</details>`;
}

function seenShare(items: readonly Requirement[], sights: Sights): string {
  const watched = items.filter(({ detectors }) => detectors.length > 0);
  const blind = watched.filter((one) => {
    const best = bestOf(one.detectors, sights);
    return best === 'blind' || best === 'off';
  });
  return `${watched.length} by detectors, ${blind.length} of these that no detector can see now`;
}

function bestOf(ids: readonly string[], sights: Sights): Sight['state'] | undefined {
  return bestSight(ids.flatMap((id) => sights.get(id)?.state ?? []));
}

function requirementSight({ detectors, elsewhere }: Requirement, sights: Sights): Html {
  const best = bestOf(detectors, sights);
  if (best !== undefined) return sightBadge(best);
  return elsewhere === undefined ? badge('nothing', 'warn') : badge('built in', 'plain');
}

function answeredBy({ detectors, elsewhere, uncovered, partly }: Requirement, sights: Sights): Html {
  if (detectors.length === 0) return html`${elsewhere ?? `Nothing: ${uncovered ?? 'not yet'}`}`;
  return html`${withSights(detectors, sights)}${elsewhere !== undefined && html`<p>${elsewhere}</p>`}${partly !== undefined && html`<p class="muted">In part: ${partly}</p>`}`;
}

function withSights(ids: readonly string[], sights: Sights): Html {
  return html`<ul class="plain">${ids.map((id) => {
    const sight = sights.get(id);
    return html`<li>${link(id)} ${sight !== undefined && sight.state !== 'armed' && sightBadge(sight.state)}</li>`;
  })}</ul>`;
}

export interface FrameworkRow {
  readonly framework: string;
  readonly label: string;
  readonly asPrinted: string | undefined;
  readonly detectors: readonly string[];
}

/** Labels of frameworks, each with every detector that bears it. */
export function frameworkRows(
  detectors: readonly Pick<Detector, 'id' | 'frameworks'>[],
): readonly FrameworkRow[] {
  const rows = new Map<string, FrameworkRow & { readonly detectors: string[] }>();
  for (const { id, frameworks } of detectors) {
    for (const { framework, corrected, asPrinted } of frameworks) {
      const key = JSON.stringify([framework, corrected, asPrinted]);
      const known = rows.get(key);
      if (known === undefined) rows.set(key, { framework, label: corrected, asPrinted, detectors: [id] });
      else if (!known.detectors.includes(id)) known.detectors.push(id);
    }
  }
  return [...rows.values()].sort((a, b) =>
    `${a.framework} ${a.label}`.localeCompare(`${b.framework} ${b.label}`, 'en'),
  );
}

export function byFramework(detectors: readonly Detector[], sights: Sights): Html {
  const rows = frameworkRows(detectors);
  const frameworks = [...new Set(rows.map(({ framework }) => framework))];
  return html`${frameworks.map((framework) => {
    const labels = rows.filter((row) => row.framework === framework);
    return html`<details><summary>${framework}: ${countOf(labels.length, 'label')}</summary>${table({
      caption: framework,
      columns: ['Label', 'Printed as', 'Sight', 'Detectors'],
      rows: labels.map((row) => {
        const best = bestOf(row.detectors, sights);
        return [
          row.label,
          row.asPrinted ?? html`<span class="muted">the same</span>`,
          best === undefined ? html`<span class="muted">unknown</span>` : sightBadge(best),
          withSights(row.detectors, sights),
        ];
      }),
    })}</details>`;
  })}`;
}
