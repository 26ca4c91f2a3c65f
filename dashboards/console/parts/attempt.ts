import { ApiProblem } from '../api.ts';
import { type Html, html } from '../html.ts';

/** What was asked for, or why it is not there: one part of a page that fails does not take the others along. */
export type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: ApiProblem['problem'] };

export async function attempt<T>(asked: Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await asked };
  } catch (error) {
    // A session that ended ends the page; what is no answer of the API is no part of one.
    if (!(error instanceof ApiProblem) || error.problem.status === 401) throw error;
    return { ok: false, problem: error.problem };
  }
}

/** The part, or in its place why it cannot be shown: never as if there were nothing. */
export function shownOr<T>(tried: Attempt<T>, what: string, draw: (value: T) => Html): Html {
  if (tried.ok) return draw(tried.value);
  return html`<p class="notice bad">${what} cannot be shown now: ${tried.problem.detail}. That is not the same as none.</p>`;
}
