import { html } from '../html.ts';
import type { ConsoleApp } from '../page.ts';

/** What stands now, at a glance. */
export function overviewPage(app: ConsoleApp): void {
  app.page('/', async () => ({ title: 'Overview', place: 'overview', body: html`<h1>Overview</h1>` }));
}
