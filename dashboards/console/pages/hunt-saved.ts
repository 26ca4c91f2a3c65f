import type { Hunt } from '../../../src/domain/hunting.ts';
import type { Api } from '../api.ts';
import { type Html, html } from '../html.ts';
import type { PageContext } from '../page.ts';
import { emptyState } from '../parts/empty.ts';
import { type HuntQuery, huntHref } from './hunt-query.ts';

export type Saved = Pick<Hunt, 'id' | 'name' | 'of' | 'filters'>;

export async function readSaved(api: Api): Promise<readonly Saved[]> {
  return (await api.get<{ items: readonly Saved[] }>('/v1/hunts')).items;
}

/** Hunts that this person keeps; the link is the hunt, so it can be given to others. */
export function savedPanel(saved: readonly Saved[], query: HuntQuery, context: PageContext): Html {
  return html`<section class="panel" aria-labelledby="kept"><h2 id="kept">Kept hunts</h2>
${
  saved.length === 0
    ? emptyState({
        what: 'You keep no hunt yet.',
        next: 'Give the filters above a name, and they are here whenever you sign in with this key.',
      })
    : html`<ul class="kept">${saved.map((hunt) => savedItem(hunt, context))}</ul>`
}
${context.may('triage') && saveForm(query)}
</section>`;
}

function savedItem({ id, name, of, filters }: Saved, context: PageContext): Html {
  const words = Object.entries(filters).map(([filter, value]) => `${filter} ${value}`);
  return html`<li class="row apart"><span><a href="${huntHref({ of, filters })}">${name}</a>
<span class="muted">${of}: ${words.join(', ') || 'no filter'}</span></span>
${
  context.may('triage') &&
  html`<form method="post" action="/hunt/forget"><input type="hidden" name="id" value="${id}">
<input type="hidden" name="back" value="${context.url.pathname}${context.url.search}">
<button class="quiet">Forget<span class="hidden"> ${name}</span></button></form>`
}</li>`;
}

function saveForm({ of, filters }: HuntQuery): Html {
  return html`<form class="row" method="post" action="/hunt/save">
<input type="hidden" name="of" value="${of}">
${Object.entries(filters).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<label for="name">Keep this hunt as</label>
<input id="name" name="name" required maxlength="128" autocomplete="off">
<button>Keep</button></form>`;
}
