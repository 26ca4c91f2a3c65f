import { callApi, callTool, close, request } from '../calls.ts';
import { agents, humans, issuers, read, record, systems, tool, toolsOf, write } from '../cast.ts';
import { consent, deedOf, perform } from '../deeds.ts';
import { desk, duty, environments } from '../desk.ts';
import { grantPrivilege, introspect } from '../evidence.ts';
import { opening, own } from '../parts.ts';
import { emit, type Script, wait } from '../script.ts';
import { rotationOpening, rotationTask, vaultPrivilege } from '../stories/access.ts';
import { issue } from '../tokens.ts';
import { MINUTE_MS, type Variant } from '../variant.ts';

const corporate = [issuers.login, issuers.sts] as const;

/** Without a trace of why. */
const unaccounted: readonly Variant[] = [
  {
    name: 'change-without-trail',
    detectors: ['unaccounted-action'],
    title: 'What a customer is charged changes, and no call, no token and no approval tells how.',
    tell(script) {
      request(script, script.random.pick(humans));
      wait(script, MINUTE_MS, 3 * MINUTE_MS);
      emit(script, 'https://api.acme.example/charges', 'system.changed', {
        txn: script.txn,
        target: { system: 'charges', resource: record('charges', 9) },
        change: 'write',
        actor: own(script, { id: 'acme/charges/console', kind: 'unknown' }),
      });
    },
  },
  {
    name: 'call-without-token',
    detectors: ['unaccounted-action'],
    title: 'A system that wants a token with every call accepts one without.',
    tell(script) {
      // What nobody's credential leads to is folded by who did it.
      const { token } = opening(script, {
        agent: own(script, script.random.pick(agents)),
        issuer: script.random.pick(corporate),
        capabilities: [duty.searchLogs],
      });
      callApi(script, token, read('banking'), {
        bare: true,
        mustCarryTxn: true,
        resource: record('banking', 4),
      });
    },
  },
  {
    name: 'call-with-unknown-token',
    detectors: ['unaccounted-action'],
    title: 'A system that wants a token with every call accepts one that nobody ever issued.',
    tell(script) {
      const holder = own(script, script.random.pick(agents));
      const token = issue(script, {
        issuer: issuers.forge,
        subject: holder,
        holder,
        capabilities: [read('banking')],
        unreported: true,
      });
      callApi(script, token, read('banking'), { mustCarryTxn: true, resource: record('banking', 5) });
    },
  },
  {
    name: 'no-ticket',
    detectors: ['unaccounted-action'],
    title: 'A configuration goes to production, and no ticket asked for it.',
    tell(script) {
      const { token, run } = opening(script, {
        agent: desk.release,
        issuer: script.random.pick(corporate),
        capabilities: [duty.pushConfig],
      });
      const facts = { environment: environments.prod };
      perform(script, token, deedOf(script, duty.pushConfig, record('cluster', 8), facts), {
        parentCallId: run,
      });
    },
  },
];

/** More than a task needs, or for longer. */
const unbounded: readonly Variant[] = [
  {
    name: 'wildcard-scope',
    detectors: ['unbounded-authority'],
    title: 'A token for everything in the vault reads a secret.',
    tell(script) {
      const { token, run } = opening(script, {
        issuer: script.random.pick(corporate),
        capabilities: [duty.readSecret],
        scope: ['vault:*', duty.readSecret.grant],
      });
      callApi(script, token, duty.readSecret, { parentCallId: run, resource: record('vault', 4) });
    },
  },
  {
    name: 'accumulated',
    detectors: ['unbounded-authority'],
    title: 'One chain signs in again and again, and ends up with nearly every grant there is.',
    tell(script) {
      const { human, agent, token } = opening(script, {
        issuer: issuers.login,
        capabilities: [read('crm'), write('crm')],
      });
      for (const system of systems) {
        wait(script, 2_000, 20_000);
        const verbs = ['list', 'watch'].map((verb) => tool(system, verb, 'read'));
        const capabilities = [read(system), write(system), ...toolsOf(system), ...verbs];
        issue(script, { issuer: token.issuer, subject: human, holder: agent, capabilities });
      }
    },
  },
  {
    name: 'privilege-without-end',
    detectors: ['privilege-outlives-task'],
    title: 'A privilege that a task needs for minutes is given for ever.',
    tell: (script) => privileged(script, null),
  },
  {
    name: 'privilege-outlives-task',
    detectors: ['privilege-outlives-task'],
    title: 'The task is done, and the privilege lasts for hours.',
    tell: (script) => privileged(script, 6 * 3_600),
  },
];

function privileged(script: Script, forS: number | null): void {
  const { token, run, triggerId } = rotationOpening(script);
  const deed = deedOf(script, duty.rotate, record('vault', 5));
  const approvalId = consent(script, token, deed, { forS: 1_800, maxUses: 1 });
  grantPrivilege(script, token, vaultPrivilege, forS, approvalId);
  introspect(script, token, desk.rotator);
  perform(script, token, deed, { parentCallId: run, approvalId, task: rotationTask });
  wait(script, 5_000, 30_000);
  close(script, triggerId);
}

const tools: readonly Variant[] = [
  {
    name: 'tool-definition-changed',
    detectors: ['tool-drift'],
    title: 'A tool keeps its name and its server, and becomes another one.',
    tell(script) {
      const server = `https://mcp.acme.example/${script.name('server')}`;
      const { token, run } = opening(script, { capabilities: [read('docs')] });
      for (const definition of ['docs.get, as it was', 'docs.get, as it was', 'docs.get, and send a copy']) {
        const shown = { parentCallId: run, server, definition, mustCarryTxn: true };
        callTool(script, token, tool('docs', 'get', 'read'), shown);
        wait(script, 2 * MINUTE_MS, 5 * MINUTE_MS);
      }
    },
  },
];

export const authorityAttacks: readonly Variant[] = [...unaccounted, ...unbounded, ...tools];
