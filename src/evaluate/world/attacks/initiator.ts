import { callApi, close } from '../calls.ts';
import { agents, humans, issuers, read, record, write } from '../cast.ts';
import { deedOf, perform } from '../deeds.ts';
import { duty } from '../desk.ts';
import { identity, introspect } from '../evidence.ts';
import { handOver, type Opening, opening, own, work } from '../parts.ts';
import { type Script, wait } from '../script.ts';
import { hookOpening } from '../stories/front-desk.ts';
import { audienceOf, issue } from '../tokens.ts';
import { MINUTE_MS, until, type Variant } from '../variant.ts';

const corporate = [issuers.login, issuers.sts] as const;

/** People and an agent that appear here only, so that what becomes of them concerns nobody else. */
function begin(script: Script, spec: Parameters<typeof opening>[1] = {}): Opening {
  const human = own(script, script.random.pick(humans));
  const agent = own(script, script.random.pick(agents));
  const opened = opening(script, { human, agent, capabilities: [read('crm'), write('crm')], ...spec });
  work(script, opened.token, opened.run, 2);
  return opened;
}

function goOn(script: Script, { token, run }: Pick<Opening, 'token' | 'run'>): void {
  wait(script, 4 * MINUTE_MS, 9 * MINUTE_MS);
  callApi(script, token, write('crm'), { parentCallId: run, resource: record('crm', 3) });
}

/** Something becomes of a party of the chain, and the chain goes on, sometimes through another hand. */
function outlived(
  name: string,
  title: string,
  party: 'human' | 'agent',
  change: Parameters<typeof identity>[2],
): Variant {
  return {
    name,
    detectors: ['outlived-initiator'],
    title,
    tell(script) {
      const opened = begin(script);
      const last = party === 'human' ? handOver(script, opened.token, opened.run) : opened;
      identity(script, opened[party], change);
      goOn(script, last);
    },
  };
}

function staleRequest(name: string, title: string, reason: 'withdrawn' | 'cancelled'): Variant {
  return {
    name,
    detectors: ['stale-trigger'],
    title,
    tell(script) {
      const opened = begin(script);
      close(script, opened.triggerId, reason);
      goOn(script, opened);
    },
  };
}

/** The chain goes on, and its reason has gone. */
export const initiatorAttacks: readonly Variant[] = [
  outlived(
    'initiator-disabled',
    'A person is disabled, and what was begun for them goes on.',
    'human',
    'disabled',
  ),
  outlived(
    'initiator-offboarded',
    'A person has left, and what was begun for them goes on.',
    'human',
    'offboarded',
  ),
  outlived(
    'initiator-compromised',
    'A person turns out to be in other hands, and what was begun in their name goes on.',
    'human',
    'compromised',
  ),
  outlived('agent-offboarded', 'An agent is taken out of service and works on.', 'agent', 'offboarded'),
  {
    name: 'session-ended',
    detectors: ['outlived-initiator'],
    title: 'A token made for one session is used after that session has ended.',
    tell(script) {
      const session = script.name('session');
      const opened = begin(script, { session });
      identity(script, opened.human, 'session-ended', session);
      goOn(script, opened);
    },
  },
  staleRequest('request-withdrawn', 'A request is withdrawn, and its chain writes on.', 'withdrawn'),
  staleRequest('request-cancelled', 'A request is cancelled, and its chain writes on.', 'cancelled'),
  {
    name: 'unverified-webhook',
    detectors: ['unproven-trigger'],
    title: 'A webhook whose signature was not verified sets off a write.',
    tell(script) {
      const { token, run } = hookOpening(script, { provenance: { verified: false } });
      callApi(script, token, duty.searchLogs, { parentCallId: run, resource: record('logs', 1) });
      perform(script, token, deedOf(script, duty.ingest, record('intake', 3)), { parentCallId: run });
    },
  },
  {
    name: 'compromised-webhook',
    detectors: ['unproven-trigger'],
    title: 'A supplier is known to be compromised, and its webhook still sets off a write.',
    tell(script) {
      const caller = { id: `supplier/${script.name('hook')}`, kind: 'system' as const };
      identity(script, caller, 'compromised');
      wait(script, 4 * MINUTE_MS, 8 * MINUTE_MS);
      const { token, run } = hookOpening(script, {}, caller);
      perform(script, token, deedOf(script, duty.ingest, record('intake', 5)), { parentCallId: run });
    },
  },
  {
    name: 'used-after-inactive',
    detectors: ['reuse-after-expiry'],
    title: 'The issuer says that a token is not active, and a resource server accepts it minutes later.',
    tell(script) {
      const opened = begin(script);
      // RFC 7662 section 4: an answer means something to those only whom the token is for.
      introspect(script, opened.token, { id: audienceOf('crm'), kind: 'service' }, false);
      goOn(script, opened);
    },
  },
  {
    name: 'used-before-issuance',
    detectors: ['reuse-after-expiry'],
    title: 'A token is used minutes before its issuer made it.',
    tell(script) {
      const usedMs = script.nowMs;
      const mintedMs = usedMs + script.random.int(4, 8) * MINUTE_MS;
      const subject = own(script, script.random.pick(agents));
      until(script, mintedMs);
      const token = issue(script, {
        issuer: script.random.pick(corporate),
        subject,
        holder: subject,
        capabilities: [read('crm')],
        grant: 'client_credentials',
      });
      script.nowMs = usedMs;
      callApi(script, token, read('crm'), { mustCarryTxn: true, resource: record('crm', 8) });
      until(script, mintedMs);
    },
  },
];
