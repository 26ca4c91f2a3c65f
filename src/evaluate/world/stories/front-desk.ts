import type { Principal } from '../../../domain/event/index.ts';
import { type CallSpec, callApi, callTool, close, invoke, request } from '../calls.ts';
import { type Capability, issuers, record } from '../cast.ts';
import { deedOf, perform } from '../deeds.ts';
import { desk, duty, instrument } from '../desk.ts';
import { type Opening, opening } from '../parts.ts';
import { type Script, wait } from '../script.ts';
import { exchange, issue, type Token } from '../tokens.ts';

export const helpdeskTask = { id: 'support' } as const;
export const helpdeskFields = ['name', 'order', 'status'] as const;

/** A customer writes to the chatbot. */
export function helpdeskOpening(script: Script, more: readonly Capability[] = []): Opening {
  return opening(script, {
    agent: desk.helpdesk,
    issuer: script.random.pick([issuers.login, issuers.sts]),
    task: helpdeskTask,
    capabilities: [instrument.customer, instrument.ticket, instrument.attach, ...more],
  });
}

/** One look at a customer's record: few fields, few rows. */
export function lookUp(script: Script, { token, run }: Opening, facts: CallSpec['facts'] = {}): void {
  wait(script, 1_000, 20_000);
  callTool(script, token, instrument.customer, {
    parentCallId: run,
    resource: record('customers', script.random.int(0, 24)),
    task: helpdeskTask,
    facts: { fields: [...helpdeskFields], rows: script.random.int(1, 20), ...facts },
  });
}

/** R46, R61: it looks things up, opens a ticket and attaches what it saw; fields, rows and time have bounds. */
export function helpdesk(script: Script): void {
  const opened = helpdeskOpening(script);
  const { token, run, triggerId } = opened;
  for (let looks = script.random.int(1, 5); looks > 0; looks -= 1) lookUp(script, opened);
  const resource = record('itsm', script.random.int(0, 24));
  callTool(script, token, instrument.ticket, { parentCallId: run, resource, task: helpdeskTask });
  if (script.random.chance(0.5)) {
    callTool(script, token, instrument.attach, { parentCallId: run, resource, task: helpdeskTask });
  }
  wait(script, 1_000, 10_000);
  close(script, triggerId);
}

/** R62: a token for one comment on one change, and nothing of the author's own session in it. */
export function codeReview(script: Script): void {
  const { token, run, triggerId } = opening(script, {
    agent: desk.codeReview,
    issuer: issuers.sts,
    capabilities: [duty.inspect, duty.comment],
    session: script.name('sso'),
  });
  const resource = record('code', script.random.int(0, 24));
  callApi(script, token, duty.inspect, { parentCallId: run, resource });
  const once = exchange(script, token, {
    holder: desk.codeReview,
    capabilities: [duty.comment],
    maxUses: 1,
    lifetimeS: 600,
  });
  wait(script, 2_000, 60_000);
  const seenTwice = script.random.chance(0.5);
  perform(script, once, deedOf(script, duty.comment, resource), { parentCallId: run, seenTwice });
  wait(script, 1_000, 10_000);
  close(script, triggerId);
}

export interface Hook {
  readonly token: Token;
  readonly run: string;
  readonly triggerId: string;
}

/** A supplier's system calls; what it may set off depends on whether it proved who it is. */
export function hookOpening(
  script: Script,
  provenance: Parameters<typeof request>[3] = {},
  caller: Principal = { id: `supplier/${script.name('hook')}`, kind: 'system' },
): Hook {
  const triggerId = request(script, caller, 'webhook', {
    provenance: { verified: true, method: 'hmac-sha256', keyId: 'supplier-2026' },
    ...provenance,
  });
  wait(script, 50, 900);
  const token = issue(script, {
    issuer: issuers.sts,
    subject: desk.hooks,
    holder: desk.hooks,
    capabilities: [duty.ingest, duty.searchLogs],
    grant: 'client_credentials',
    lifetimeS: 900,
  });
  return { token, run: invoke(script, caller, desk.hooks, { token }), triggerId };
}

/** R51: a verified caller's news are written down; an unverified one's are only compared with what is known. */
export function webhook(script: Script): void {
  const verified = script.random.chance(0.7);
  const spec = {
    provenance: verified ? { verified, method: 'hmac-sha256', keyId: 'supplier-2026' } : { verified },
  };
  const { token, run, triggerId } = hookOpening(script, spec);
  for (let looks = script.random.int(1, 4); looks > 0; looks -= 1) {
    wait(script, 200, 3_000);
    callApi(script, token, duty.searchLogs, { parentCallId: run, resource: record('logs', looks) });
  }
  if (verified)
    perform(script, token, deedOf(script, duty.ingest, record('intake', 4)), { parentCallId: run });
  wait(script, 1_000, 10_000);
  close(script, triggerId);
}

/** Mail comes in, an account is looked up, and the sender gets the answer. */
export function mailroom(script: Script): void {
  const { token, run, triggerId } = opening(script, {
    agent: desk.mailroom,
    issuer: issuers.login,
    capabilities: [instrument.inbox, instrument.account, instrument.send],
  });
  const correspondent = `mailbox/${script.random.pick(['kim', 'lou', 'max'])}@customer.example`;
  callTool(script, token, instrument.inbox, { parentCallId: run, resource: correspondent });
  // Who has been written to before in this chain is no new target.
  callTool(script, token, instrument.send, { parentCallId: run, resource: correspondent });
  wait(script, 1_000, 20_000);
  callTool(script, token, instrument.account, { parentCallId: run, resource: record('customers', 5) });
  wait(script, 1_000, 20_000);
  callTool(script, token, instrument.send, { parentCallId: run, resource: correspondent });
  wait(script, 1_000, 10_000);
  close(script, triggerId);
}
