import { type Html, html } from '../html.ts';

/** The two queues: what people are paged for, and all that was found. */
export function queueTabs(current: 'incidents' | 'alerts'): Html {
  const tab = (name: 'incidents' | 'alerts', label: string) =>
    html`<a class="button" href="/${name}"${name === current ? html` aria-current="page"` : undefined}>${label}</a>`;
  return html`<nav class="row tabs" aria-label="Queues">${tab('incidents', 'Incidents')} ${tab('alerts', 'Alerts and signals')}</nav>`;
}

/** Options of a choice, by value and name. */
export function optionsOf(known: readonly (readonly [string, string])[], chosen: string): readonly Html[] {
  return known.map(
    ([value, name]) =>
      html`<option value="${value}"${value === chosen ? html` selected` : undefined}>${name}</option>`,
  );
}
