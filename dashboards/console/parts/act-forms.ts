import { type Html, html } from '../html.ts';
import { optionsOf } from './queue.ts';
import { closingReasons } from './triage.ts';

export interface Acting {
  /** Where the forms go to. */
  readonly action: string;
  /** Whether anything of it is open, stands at all (open or acknowledged), or is closed. */
  readonly isOpen: boolean;
  readonly isStanding: boolean;
  readonly isClosed: boolean;
  readonly me: string;
  readonly assignee: string | undefined;
}

/** What a person may do with an alert or an incident now; what is done already is not offered again. */
export function actForms({ action, isOpen, isStanding, isClosed, me, assignee }: Acting): Html {
  return html`<div class="acts">
${isOpen && html`<form method="post" action="${action}"><input type="hidden" name="verb" value="acknowledge"><button class="primary">Acknowledge</button></form>`}
${
  isStanding &&
  html`${
    assignee !== me &&
    html`<form method="post" action="${action}"><input type="hidden" name="verb" value="assign"><input type="hidden" name="assignee" value="${me}"><button>Assign to me</button></form>`
  }
<form method="post" action="${action}" class="row"><input type="hidden" name="verb" value="assign">
<label for="assignee">Assign to</label> <input id="assignee" name="assignee" value="${assignee}" maxlength="512" autocomplete="off" placeholder="nobody"><button>Assign</button></form>
<form method="post" action="${action}" class="row"><input type="hidden" name="verb" value="close">
<label for="reason">Close because</label> <select id="reason" name="reason">${optionsOf(
    closingReasons.map((reason) => [reason, reason] as const),
    '',
  )}</select>
<label for="words">In your words</label> <input id="words" name="words" maxlength="1024" autocomplete="off"><button>Close</button></form>`
}
${isClosed && html`<form method="post" action="${action}"><input type="hidden" name="verb" value="reopen"><button>Open again</button></form>`}
<form method="post" action="${action}" class="row"><input type="hidden" name="verb" value="comment">
<label for="note">Comment</label> <input id="note" name="note" required maxlength="2048" autocomplete="off"><button>Add</button></form>
</div>`;
}
