import { nameOf } from '../chart/words.ts';
import { type Html, html } from '../html.ts';
import { principalHref } from './links.ts';

interface Person {
  readonly id: string;
  readonly iss?: string | undefined;
  readonly kind: 'human' | 'agent' | 'orchestrator' | 'service' | 'workload' | 'system' | 'unknown';
  readonly name?: string | undefined;
  readonly owner?: string | undefined;
}

/** Who it is, with the way to their page; the kind stands beside it, since a name proves nothing. */
export function personLink(person: Person | undefined): Html {
  if (person === undefined) return html`<span class="muted">unknown</span>`;
  return html`<a href="${principalHref(person.id)}">${nameOf(person)}</a> <span class="muted">${person.kind}</span>`;
}

export function ownerText(...people: readonly (Person | undefined)[]): Html {
  const owner = people.find((person) => person?.owner !== undefined)?.owner;
  return owner === undefined ? html`<span class="warn">nobody is named as owner</span>` : html`${owner}`;
}
