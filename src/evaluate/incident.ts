import { callApi, callTool, invoke, request } from './world/calls.ts';
import { issuers, read, tool, write } from './world/cast.ts';
import { type Script, wait } from './world/script.ts';
import { exchange, issue } from './world/tokens.ts';

const maya = { id: 'user:maya.lindqvist', kind: 'human' as const, name: 'Maya Lindqvist' };
const support = {
  id: 'agent:support',
  kind: 'agent' as const,
  name: 'Support agent',
  owner: 'team:customer-care',
};
const refund = {
  id: 'agent:refund',
  kind: 'agent' as const,
  name: 'Refund agent',
  owner: 'team:customer-care',
};
const customer = 'customers/4711';

/**
 * The named incident "Refund agent widened": Maya lets the support agent read a customer's record; handing over, the
 * token is widened from crm:read to crm:write, and the refund agent changes the record. `paceMs` is the time from one
 * step to the next.
 */
export function refundAgentWidened(script: Script, paceMs: number): void {
  request(script, maya);
  wait(script, paceMs);
  const capabilities = [read('crm'), read('tickets')];
  const token = issue(script, { issuer: issuers.login, subject: maya, holder: support, capabilities });
  wait(script, paceMs);
  const run = invoke(script, maya, support, { token });
  wait(script, paceMs);
  const lookup = callTool(script, token, tool('crm', 'search', 'read'), {
    parentCallId: run,
    resource: customer,
  });
  callApi(script, token, read('crm'), { parentCallId: lookup, resource: customer });
  wait(script, paceMs);
  const widened = exchange(script, token, { holder: refund, capabilities: [read('crm'), write('crm')] });
  wait(script, paceMs);
  const refundRun = invoke(script, support, refund, { token: widened, parentCallId: run });
  wait(script, paceMs);
  callApi(script, widened, write('crm'), { parentCallId: refundRun, resource: customer });
}

/** The same errand as it should go: the handed-over token can do less than the one it came from. */
export function refundAgentNarrowed(script: Script, paceMs: number): void {
  request(script, maya);
  wait(script, paceMs);
  const capabilities = [read('crm'), write('tickets')];
  const token = issue(script, { issuer: issuers.login, subject: maya, holder: support, capabilities });
  wait(script, paceMs);
  const run = invoke(script, maya, support, { token });
  wait(script, paceMs);
  callApi(script, token, read('crm'), { parentCallId: run, resource: customer });
  wait(script, paceMs);
  const narrowed = exchange(script, token, { holder: refund, capabilities: [write('tickets')] });
  wait(script, paceMs);
  const refundRun = invoke(script, support, refund, { token: narrowed, parentCallId: run });
  wait(script, paceMs);
  callApi(script, narrowed, write('tickets'), { parentCallId: refundRun, resource: 'tickets/2093' });
}
