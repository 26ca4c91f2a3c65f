import { effectOfName } from '../../../domain/effect.ts';
import type { Effect } from '../../../domain/event/index.ts';
import { type Fields, fieldsAt, isTrue, textAt } from '../fields.ts';

/** Services whose every change is a change of who may do what. */
const controlServices: ReadonlySet<string> = new Set([
  'iam',
  'organizations',
  'sso',
  'sso-directory',
  'rolesanywhere',
]);

/** What a call does: CloudTrail states whether it only reads, the name says the rest. */
export function effectOfCall(system: string, action: string, readOnly: unknown): Effect {
  if (isTrue(readOnly)) return 'read';
  const named = effectOfName(action);
  const isChange = readOnly === false || readOnly === 'false';
  if (named === 'read' || named === 'unknown') return isChange ? changeOf(system) : named;
  return controlServices.has(system) ? 'admin' : named;
}

function changeOf(system: string): Effect {
  return controlServices.has(system) ? 'admin' : 'write';
}

export type CallOutcome = 'success' | 'denied' | 'failure';

const denial =
  /denied|unauthori[sz]ed|notauthori[sz]ed|forbidden|authfailure|authori[sz]ationerror|invalidclienttokenid|invalidaccesskeyid|signaturedoesnotmatch|expiredtoken|invalidtoken|unrecognizedclient|optinrequired|failed authentication/i;

/** Codes are many and end differently per service: `AccessDenied`, `Client.UnauthorizedOperation`. */
export function outcomeOf(record: Fields): CallOutcome {
  const code = textAt(record, 'errorCode');
  const message = textAt(record, 'errorMessage');
  const signIn = textAt(fieldsAt(record, 'responseElements'), 'ConsoleLogin');
  if (signIn === 'Failure') return 'denied';
  const isError = code !== undefined && !/^(?:success|none|ok|noerror)$/i.test(code);
  if (isError) return denial.test(code) ? 'denied' : 'failure';
  if (code !== undefined || message === undefined) return 'success';
  return denial.test(message) ? 'denied' : 'failure';
}
