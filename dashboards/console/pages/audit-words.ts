import type * as z from 'zod';
import type { AuditEntryShape } from '../../../src/serve/present/audit.ts';
import { type Html, html } from '../html.ts';
import { alertHref, chainHref, detectorHref, incidentHref, planHref, responseHref } from '../parts/links.ts';

type AuditEntry = z.infer<typeof AuditEntryShape>;

const kinds: Readonly<Record<string, string>> = {
  'plan.made': 'plan made',
  'plan.decision': 'decision about a plan',
  'person.refused': 'person refused',
  'response.state': 'state of a response',
  'message.replayed': 'message sent again',
  'mode.changed': 'mode changed',
  'backtest.made': 'backtest made',
  'backtest.opened': 'backtest opened',
  'ssf.received': 'shared signal received',
  'key.changed': 'API key changed',
};

export function kindWords(kind: string): string {
  return kinds[kind] ?? kind;
}

/** What an entry says in a few words, out of its body; the body itself is for machines. */
export function auditSentence({ kind, body }: Pick<AuditEntry, 'kind' | 'body'>): string {
  const text = (name: string) => (typeof body[name] === 'string' ? (body[name] as string) : '');
  switch (kind) {
    case 'plan.made':
      return `${text('verdict')}, ${listed(body['steps'])} to revoke`;
    case 'plan.decision':
      return text('verb');
    case 'person.refused':
      return `${text('verb')}: ${text('why')}`;
    case 'response.state':
      return `${text('action')} ${text('state')}${text('mode') === 'dry_run' ? ' (dry run)' : ''}`;
    case 'message.replayed':
      return `${text('type')} to ${text('channel')}`;
    case 'mode.changed':
      return `${text('detector')}: ${text('mode')}`;
    case 'backtest.made':
    case 'backtest.opened':
      return text('detector');
    default:
      return [text('type'), text('action'), text('name'), text('role')]
        .filter((part) => part !== '')
        .join(' ');
  }
}

function listed(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

const pages: Readonly<Record<string, { readonly word: string; readonly href: (id: string) => string }>> = {
  alr: { word: 'alert', href: alertHref },
  chn: { word: 'chain', href: chainHref },
  inc: { word: 'incident', href: incidentHref },
  pln: { word: 'plan', href: planHref },
  rsp: { word: 'response', href: responseHref },
};

/** Ids begin with what they name; whatever else is here is the name of a detector, a message or a key. */
export function aboutLink(id: string): Html {
  const page = pages[id.slice(0, id.indexOf('_'))];
  if (page !== undefined)
    return html`<a href="${page.href(id)}" title="${id}">${page.word} …${id.slice(-6)}</a>`;
  return /^[a-z]+(?:-[a-z]+)+$/.test(id)
    ? html`<a href="${detectorHref(id)}">${id}</a>`
    : html`<code>${id}</code>`;
}
