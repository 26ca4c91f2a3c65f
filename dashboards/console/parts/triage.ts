import { type Api, ApiProblem } from '../api.ts';
import { type Form, fieldOf, fieldsOf, type PageContext } from '../page.ts';
import type { ShownAlert } from './case.ts';
import { alertHref } from './links.ts';
import { countOf } from './words.ts';

/** What is asked for with one form. The API says what each verb needs, and judges it. */
export type Command = { readonly verb: string } & Readonly<Record<string, string>>;

/** Why something is closed, for people to choose from; whatever they write beside it is added. */
export const closingReasons = [
  'contained: its authority was ended',
  'a real finding, and accepted as it is',
  'false positive',
  'benign: an expected change',
  'duplicate of another incident',
  'a test',
] as const;

export function commandOf(form: Form): Command {
  const verb = fieldOf(form, 'verb') ?? '';
  const note = fieldOf(form, 'note');
  const noted = note === undefined ? {} : { note };
  switch (verb) {
    case 'close': {
      const said = [fieldOf(form, 'reason'), fieldOf(form, 'words')].filter((text) => text !== undefined);
      return { verb, reason: said.join('; '), ...noted };
    }
    case 'assign':
      return { verb, assignee: fieldOf(form, 'assignee') ?? '', ...noted };
    default:
      return { verb, ...noted };
  }
}

const concerned: Readonly<Record<string, readonly ShownAlert['state'][]>> = {
  acknowledge: ['open'],
  close: ['open', 'acknowledged'],
  assign: ['open', 'acknowledged'],
  reopen: ['closed'],
};

/** Alerts to which a verb still has something to do: of what is so already, nothing has to be said again. */
export function concernedBy(verb: string, alerts: readonly ShownAlert[]): readonly ShownAlert[] {
  const states = concerned[verb];
  return states === undefined ? alerts : alerts.filter(({ state }) => states.includes(state));
}

/** What became of one thing that was asked for: `done` alerts changed, or why not. */
export interface Outcome {
  readonly title: string;
  readonly done: number;
  readonly problems: readonly string[];
}

/** One after the other; what is refused does not keep the rest from being done. */
export async function actOn(
  api: Api,
  command: Command,
  title: string,
  alerts: readonly ShownAlert[],
): Promise<Outcome> {
  let done = 0;
  const problems: string[] = [];
  for (const { id } of concernedBy(command.verb, alerts)) {
    const problem = await problemOf(api.post(`/v1${alertHref(id)}/actions`, command));
    if (problem === undefined) done += 1;
    else problems.push(problem);
  }
  return { title, done, problems };
}

type Find = (id: string) => Promise<{ readonly title: string; readonly alerts: readonly ShownAlert[] }>;

/** Does with all that was chosen what a form says, tells exactly what came of it, and leads back to the queue. */
export async function actOnChosen(
  context: Pick<PageContext, 'api' | 'say'>,
  form: Form,
  otherwise: string,
  find: Find,
): Promise<string> {
  const back = fieldOf(form, 'back') ?? otherwise;
  const ids = fieldsOf(form, 'id');
  const command = commandOf(form);
  const outcomes: Outcome[] = [];
  for (const id of ids) {
    let outcome: Outcome = { title: id, done: 0, problems: [] };
    const problem = await problemOf(
      find(id).then(async ({ title, alerts }) => {
        outcome = await actOn(context.api, command, title, alerts);
      }),
    );
    outcomes.push(problem === undefined ? outcome : { ...outcome, problems: [problem] });
  }
  context.say(
    ids.length === 0
      ? 'Nothing was chosen: tick the boxes of what you mean first.'
      : tally(command.verb, outcomes),
  );
  return back;
}

/** Undefined when it was done. What no answer of the API is, or the end of the session, ends everything. */
export async function problemOf(asked: Promise<unknown>): Promise<string | undefined> {
  try {
    await asked;
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.problem.status === 401) throw error;
    return error.problem.detail;
  }
}

const doneWords: Readonly<Record<string, string>> = {
  acknowledge: 'Acknowledged',
  close: 'Closed',
  assign: 'Assigned',
  comment: 'Noted on',
  reopen: 'Opened again',
};

/** Told by name; the rest as a number. */
const NAMED_MAX = 5;

/** Exactly what was done and what was not. */
export function tally(verb: string, outcomes: readonly Outcome[]): string {
  const done = outcomes.filter((outcome) => outcome.done > 0);
  const alerts = done.reduce((sum, outcome) => sum + outcome.done, 0);
  const failed = outcomes.filter(({ problems }) => problems.length > 0);
  const idle = outcomes.length - new Set([...done, ...failed]).size;
  const parts = [
    alerts === 0
      ? 'Nothing was changed.'
      : `${doneWords[verb] ?? 'Done:'} ${countOf(alerts, 'alert')} of ${done.length.toLocaleString('en')} chosen.`,
  ];
  if (idle > 0) parts.push(`${idle.toLocaleString('en')} had nothing left to ${verb}.`);
  if (failed.length > 0) {
    const named = failed.slice(0, NAMED_MAX).map(({ title, problems: [first = '', ...more] }) => {
      const others = more.length === 0 ? '' : `, and ${countOf(more.length, 'more problem')}`;
      return `“${title}” (${first}${others})`;
    });
    const rest = failed.length > NAMED_MAX ? ` and ${failed.length - NAMED_MAX} more` : '';
    parts.push(`Not done for ${failed.length.toLocaleString('en')}: ${named.join('; ')}${rest}.`);
  }
  return parts.join(' ');
}
