import type * as z from 'zod';
import { principalIdIn } from '../../../src/domain/principal.ts';
import type { BacktestShape } from '../../../src/serve/present/mode.ts';
import { notFound } from '../errors.ts';
import { type Html, html } from '../html.ts';
import type { ConsoleApp, Page, PageContext } from '../page.ts';
import { severityBadge, stateBadge } from '../parts/badge.ts';
import { alertHref, detectorHref } from '../parts/links.ts';
import { panel } from '../parts/panel.ts';
import { reasonField } from '../parts/reason.ts';
import { table } from '../parts/table.ts';
import { stampOf, timeOf } from '../parts/time.ts';
import { countOf } from '../parts/words.ts';
import { readDetector } from './detector.ts';
import type { Detector } from './detectors.ts';

export type Backtest = z.infer<typeof BacktestShape>;

/** What a detector acting alone would have done; whoever has looked at it may let it. */
export function backtestPages(app: ConsoleApp): void {
  app.action('/detectors/:id/backtest', 'administer', async ({ api }, { id = '' }) => {
    const made = await api.post<Backtest>(`/v1${detectorHref(id)}/backtest`, undefined);
    return `${detectorHref(id)}/backtests/${encodeURIComponent(made.id)}`;
  });
  app.page('/detectors/:id/backtests/:backtest', async (context, { id = '', backtest = '' }) => {
    const [detector, report] = await Promise.all([
      readDetector(context, id),
      context.api.get<Backtest>(`/v1/backtests/${encodeURIComponent(backtest)}`),
    ]);
    if (report.detector !== id) throw notFound();
    return backtestPage(context, detector, report);
  });
}

function backtestPage(context: PageContext, detector: Detector, report: Backtest): Page {
  const title = `Backtest of ${report.detector}`;
  return {
    title,
    place: 'detectors',
    styles: ['operations.css'],
    body: html`<h1>${title}</h1>
<p>What <a href="${detectorHref(report.detector)}">${report.detector}</a> acting alone would have done from ${stampOf(report.from)} to ${stampOf(report.to)}. Made ${timeOf(report.madeAt, context.nowMs)} by ${report.by}. That you have opened it is on record.</p>
${report.isSupposed && html`<p class="notice warn">No connector is configured: it is told as if one could end everything.</p>`}
${report.isCut && html`<p class="notice warn">There was more than could be looked at: the true numbers are higher.</p>`}
${detector.version !== report.detectorVersion && html`<p class="notice warn">It is of version ${report.detectorVersion}; version ${detector.version} runs.</p>`}
${tiles(report.counts)}
${context.may('administer') && detector.basis === 'deterministic' && letItAct(report)}
${panel('cases', 'Cases', cases(report))}
${panel(
  'opened',
  'Who has looked at it',
  html`${table({
    caption: 'Acting alone needs an admin among them',
    columns: ['When', 'Who', 'Role'],
    rows: report.openedBy.map(({ at, by, role }) => [stampOf(at), by, role]),
    empty: 'Nobody before you.',
  })}<p class="muted">Digest <code>${report.digest}</code></p>`,
)}`,
  };
}

function tiles(counts: Backtest['counts']): Html {
  const tile = (count: number, words: string, tone = '') =>
    html`<li class="tile"><span class="figure ${count > 0 && tone}">${count.toLocaleString('en')}</span>${words}</li>`;
  return html`<ul class="tiles">
${tile(counts.alerts, 'alerts looked at')}
${tile(counts.acted, 'acted on alone', 'warn')}
${tile(counts.falseActed, 'of these closed as nothing later', 'bad')}
${tile(counts.withdrawnActed, 'of these withdrawn later', 'bad')}
${tile(counts.tokens, 'credentials would have lost authority')}
${tile(counts.production, 'of these in production', 'bad')}
${tile(counts.usedAfter, 'of these used afterwards', 'warn')}
${tile(counts.holders, 'holders')}
${tile(counts.proposed, 'left to a person')}
${tile(counts.refused, 'refused')}
${tile(counts.mostInAnHour, 'most in one hour')}
</ul>`;
}

function letItAct({ id, detector, counts }: Backtest): Html {
  return html`${panel(
    'auto',
    'Let it act alone',
    html`${counts.falseActed + counts.withdrawnActed > 0 && html`<p class="notice bad">It would have ended authority ${countOf(counts.falseActed + counts.withdrawnActed, 'time')} for what was nothing.</p>`}
<form method="post" action="${detectorHref(detector)}/mode" class="row">
<input type="hidden" name="mode" value="auto"><input type="hidden" name="backtest" value="${id}">
${reasonField('auto-reason', 'Why, after what you see here')}
<button class="danger">Let it act alone</button></form>`,
  )}`;
}

function cases({ cases: items, counts }: Backtest): Html {
  return table({
    caption: `${items.length} of ${countOf(counts.alerts, 'alert')}, worst first`,
    columns: ['When', 'Alert', 'Would have been', 'Credentials', 'What people said'],
    rows: items.map((one) => [
      stampOf(one.at),
      html`<a href="${alertHref(one.alertId)}">${one.title}</a><br>${severityBadge(one.severity)}`,
      html`${stateBadge(one.verdict)}${one.reasons.length > 0 && html`<ul class="plain">${one.reasons.map((reason) => html`<li class="muted">${reason}</li>`)}</ul>`}`,
      steps(one),
      html`${stateBadge(one.state)} ${one.closedReason}${one.wasFalse && html`<br><strong class="bad">closed as nothing</strong>`}${one.wasWithdrawn && html`<br><strong class="bad">withdrawn</strong>`}`,
    ]),
    empty: 'It has found nothing in this time. Whether it could see anything stands on its page.',
  });
}

function steps({ steps: shown, stepCount }: Backtest['cases'][number]): Html {
  if (stepCount === 0) return html`<span class="muted">none</span>`;
  return html`<details><summary>${countOf(stepCount, 'credential')}</summary><ul class="plain">${shown.map(
    ({ label, holder, production, usedAfter, targetsAfter }) =>
      html`<li>${label}${holder !== undefined && html` of ${principalIdIn(holder)}`}${
        production.length > 0 && html` <strong class="bad">production: ${production.join(', ')}</strong>`
      }${usedAfter !== undefined && html` used ${stampOf(usedAfter)}${targetsAfter.length > 0 && html` on ${targetsAfter.join(', ')}`}`}</li>`,
  )}</ul>${stepCount > shown.length && html`<p class="muted">and ${stepCount - shown.length} more</p>`}</details>`;
}
