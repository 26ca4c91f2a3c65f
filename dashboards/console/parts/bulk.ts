import { type Html, html } from '../html.ts';
import { closingReasons } from './triage.ts';

/** Id of the form that all boxes of a queue belong to. */
export const BULK_FORM = 'bulk';

/** A box by which a row is chosen; `title` says of which. */
export function chooser(id: string, title: string): Html {
  return html`<input type="checkbox" name="id" value="${id}" form="${BULK_FORM}" aria-label="Choose: ${title}">`;
}

/** What can be done with all that is chosen, in one form: a verb and what it needs. It works without script. */
export function bulkBar(action: string, here: string): Html {
  return html`<form method="post" action="${action}" id="${BULK_FORM}" class="filters bulk" aria-label="Act on the chosen">
<input type="hidden" name="back" value="${here}">
<label>With the chosen <select name="verb"><option value="acknowledge">acknowledge</option><option value="assign">assign to…</option><option value="close">close because…</option></select></label>
<label>Assign to <input name="assignee" maxlength="512" autocomplete="off" placeholder="nobody"></label>
<label>Close because <select name="reason">${closingReasons.map((reason) => html`<option>${reason}</option>`)}</select></label>
<label>In your words <input name="words" maxlength="1024" autocomplete="off"></label>
<button>Do it</button>
<output class="muted" data-chosen></output>
</form>`;
}

/** For keys: shown by script alone, so that it is in nobody's way without. */
export function bulkDialogs(): Html {
  return html`<dialog id="close-chosen" aria-labelledby="close-title">
<form method="dialog" class="stack"><h2 id="close-title">Close the chosen</h2>
<p><label>Because <select name="reason">${closingReasons.map((reason) => html`<option>${reason}</option>`)}</select></label></p>
<p><label>In your words <input name="words" maxlength="1024" autocomplete="off"></label></p>
<p class="row end"><button value="close" class="primary">Close them</button><button value="cancel" formnovalidate>Cancel</button></p></form></dialog>
<dialog id="queue-keys" aria-labelledby="keys-title"><form method="dialog" class="stack"><h2 id="keys-title">Keys of this page</h2>
<dl class="facts">
${keys.map(([key, does]) => html`<dt><kbd>${key}</kbd></dt><dd>${does}</dd>`)}
</dl><p class="row end"><button class="primary">Close</button></p></form></dialog>`;
}

const keys = [
  ['j', 'next row'],
  ['k', 'previous row'],
  ['x', 'choose the row, or not'],
  ['o', 'open the row; Enter does, too'],
  ['a', 'acknowledge the chosen, or else the row'],
  ['c', 'close the chosen, or else the row: asks why'],
  ['?', 'this list'],
] as const;
