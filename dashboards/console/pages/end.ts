import type * as z from 'zod';
import type { PlanShape } from '../../../src/serve/present/response.ts';
import { pathOf } from '../api.ts';
import { type Html, html } from '../html.ts';
import { type ConsoleApp, fieldOf, type Page, type PageContext } from '../page.ts';
import { planHref, principalHref, tokenHref } from '../parts/links.ts';
import { type PlanDetail, planBody } from '../parts/plan.ts';
import { countOf } from '../parts/words.ts';
import type { PrincipalDetail } from './principal.ts';

/** What is to end, as the API wants it named. */
type Target = { readonly token: object } | { readonly subject: object };

/** What ending one credential, or all of one principal, would do; asking for it is one more step. */
export function endPages(app: ConsoleApp): void {
  app.page('/tokens/:ref/end', (context, { ref = '' }) => planOf(context, tokenEnd(context, ref)));
  app.action('/tokens/:ref/end', 'respond', (context, { ref = '' }, form) =>
    ask(context, tokenEnd(context, ref), fieldOf(form, 'reason')),
  );
  app.page('/principals/:id/end', (context, { id = '' }) => planOf(context, principalEnd(context, id)));
  app.action('/principals/:id/end', 'respond', (context, { id = '' }, form) =>
    ask(context, principalEnd(context, id), fieldOf(form, 'reason')),
  );
}

/** The way there, for whoever may go it. */
export function endLink(context: Pick<PageContext, 'may'>, href: string): Html | undefined {
  return context.may('respond')
    ? html`<a class="button" href="${href}/end">End all of it…</a>`
    : context.may('triage')
      ? html`<a class="button quiet" href="${href}/end">What ending it would do</a>`
      : undefined;
}

interface End {
  readonly name: string;
  readonly href: string;
  readonly target: Target;
}

async function tokenEnd({ api }: PageContext, ref: string): Promise<End> {
  const href = tokenHref(ref);
  const { token } = await api.get<{ token: { ref: string; iss?: string; jti?: string; hash?: string } }>(
    `/v1${href}/blast-radius`,
  );
  const { ref: _, ...named } = token;
  return { name: `token ${named.jti ?? named.hash ?? ref}`, href, target: { token: named } };
}

async function principalEnd({ api, url }: PageContext, id: string): Promise<End> {
  const href = principalHref(id);
  const { identities } = await api.get<PrincipalDetail>(pathOf(`/v1${href}`, { days: 1 }));
  const asked = Number(url.searchParams.get('as') ?? 0);
  const identity = identities[asked] ?? identities[0] ?? { id, kind: 'unknown' as const };
  const { iss, kind } = identity;
  return {
    name: `all that ${id} holds`,
    href,
    target: { subject: { id, kind, ...(iss === undefined ? {} : { iss }) } },
  };
}

async function planOf(context: PageContext, ending: Promise<End>): Promise<Page> {
  const { name, href, target } = await ending;
  const plan = await context.api.post<z.infer<typeof PlanShape>>('/v1/plans', {
    ...target,
    reason: 'looked at in the console',
  });
  const title = `End ${name}`;
  return {
    title,
    place: 'responses',
    body: html`<h1>${title}</h1>
<p>Nothing is done by looking at this. <a href="${href}">Back</a></p>
<section class="panel" aria-labelledby="plan"><h2 id="plan">${countOf(plan.steps.length, 'revocation')}</h2>
${planBody({ plan, responses: [] }, context.nowMs)}</section>
${askForm(context, plan)}`,
  };
}

function askForm(context: PageContext, plan: z.infer<typeof PlanShape>): Html {
  if (!context.may('respond')) return html`<p class="muted">A responder has to ask for it.</p>`;
  if (plan.verdict === 'refuse')
    return html`<p class="notice warn">It cannot be asked for: see the reasons above.</p>`;
  return html`<form class="panel stack" method="post" action="${context.url.pathname}${context.url.search}">
<label for="reason">Why, for whoever asks later</label>
<input id="reason" name="reason" required maxlength="2048" autocomplete="off">
<p class="muted">${
    plan.approvals > 1
      ? `It needs ${plan.approvals} persons: you are the first, others have to approve.`
      : 'Your word may be enough: then it is done at once.'
  }</p>
<button class="primary">${plan.dryRun ? 'Ask for it (dry run)' : 'Ask for it'}</button>
</form>`;
}

async function ask(context: PageContext, ending: Promise<End>, reason: string | undefined): Promise<string> {
  const { target } = await ending;
  const { plan } = await context.api.post<PlanDetail>('/v1/responses', { ...target, reason: reason ?? '' });
  context.say('Asked for. The plan below says what became of it.');
  return planHref(plan.id);
}
