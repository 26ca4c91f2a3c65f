import { ChainwardenError } from '../../src/domain/errors.ts';
import { ApiProblem } from './api.ts';
import { html } from './html.ts';
import type { Page } from './page.ts';

/** Nothing is at this address. */
export function notFound(): ApiProblem {
  return new ApiProblem({
    ...{ type: 'about:blank', title: 'Not found', status: 404, code: 'NOT_FOUND' },
    ...{ detail: 'there is nothing at this address', instance: '' },
  });
}

interface Said {
  readonly status: number;
  readonly title: string;
  readonly text: string;
  readonly instance?: string;
}

/** What went wrong, and what to do about it; never a stack, nor what the store said. */
export function errorPage(error: unknown): Page {
  const { status, title, text, instance } = saidOf(error);
  return {
    title,
    status,
    body: html`<section class="state">
<h1>${title}</h1>
<p>${text}</p>
${!instance ? undefined : html`<p class="muted">The service's log has it as <code>${instance}</code>.</p>`}
<p><a class="button" href="">Try again</a> <a class="button quiet" href="/">Overview</a></p>
</section>`,
  };
}

function saidOf(error: unknown): Said {
  if (error instanceof ApiProblem) {
    const { status, detail, instance } = error.problem;
    const told = knownProblem(status);
    return {
      status,
      title: told?.title ?? 'Something failed',
      text: told?.text ?? `${sentence(detail)}.`,
      instance,
    };
  }
  if (error instanceof ChainwardenError && error.code === 'REQUEST_INVALID')
    return { status: 400, title: 'Not understood', text: `${sentence(error.message)}.` };
  return {
    status: 500,
    title: 'Something failed',
    text: 'The page could not be made. Nothing was changed by looking at it.',
  };
}

function knownProblem(status: number): Pick<Said, 'title' | 'text'> | undefined {
  switch (status) {
    case 403:
      return {
        title: 'Not yours to see',
        text: 'Your role does not allow this. An administrator can give you another key.',
      };
    case 404:
      return {
        title: 'Not found',
        text: 'Nothing in this tenant has this id. It may have been left out of the link, or be past its retention.',
      };
    case 429:
      return { title: 'Too many requests', text: 'Wait a minute, then try again.' };
    case 503:
      return {
        title: 'The store does not answer',
        text: 'Events are still taken in, or refused with a request to send them again; none is lost. Health says since when.',
      };
    default:
      return undefined;
  }
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
