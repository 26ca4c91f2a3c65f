import { outboxStates } from '../../../src/domain/response.ts';
import { pathOf } from '../api.ts';
import { type Html, html } from '../html.ts';
import { type ConsoleApp, fieldOf, type Page } from '../page.ts';
import { noMatch } from '../parts/empty.ts';
import { pager } from '../parts/pager.ts';
import { backOf } from './back.ts';
import type { Delivery } from './health.ts';
import { messageTable } from './health-parts.ts';

/** Every message that left or is to leave; those that were given up can be sent again. */
export function deliveriesPages(app: ConsoleApp): void {
  app.page('/deliveries', async (context) => {
    const { searchParams } = context.url;
    const state = outboxStates.find((one) => one === searchParams.get('state'));
    const channel = searchParams.get('channel')?.trim() || undefined;
    const cursor = searchParams.get('cursor') ?? undefined;
    const page = await context.api.get<{ readonly items: readonly Delivery[]; readonly next?: string }>(
      pathOf('/v1/deliveries', { state, channel, cursor }),
    );
    return {
      title: 'Messages out',
      place: 'health',
      styles: ['operations.css'],
      body: html`<h1>Messages out</h1>${filters(state ?? '', channel ?? '')}
<section class="panel" aria-label="Messages">${messageTable(page.items, context, empty(state, channel))}
${pager(context.url, page.next)}</section>`,
    } satisfies Page;
  });
  // An analyst may send a message again, but no revocation: the API tells them apart.
  app.action('/deliveries/:id/replay', 'triage', async (context, { id = '' }, form) => {
    await context.api.post(`/v1/deliveries/${encodeURIComponent(id)}/replay`, {
      reason: fieldOf(form, 'reason') ?? '',
    });
    context.say('It is sent again.');
    return backOf(form, '/deliveries');
  });
}

function empty(state: string | undefined, channel: string | undefined): Html | string {
  const isAll = state === undefined && channel === undefined;
  return isAll ? 'No message has left, and none waits.' : noMatch('messages', '/deliveries');
}

function filters(state: string, channel: string): Html {
  return html`<form class="filters" method="get" action="/deliveries">
<label>State <select name="state"><option value="">all</option>${outboxStates.map(
    (one) => html`<option value="${one}"${one === state && html` selected`}>${one}</option>`,
  )}</select></label>
<label>To
<input name="channel" value="${channel}" maxlength="512" placeholder="its name" autocomplete="off"></label>
<button>Show</button></form>`;
}
