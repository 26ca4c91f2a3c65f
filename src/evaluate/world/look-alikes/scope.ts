import { approve, callApi, callTool, invoke, reject } from '../calls.ts';
import { issuers, read, record, tool, write } from '../cast.ts';
import { comparableIssuers, handOver, opening, signInIssuers, work } from '../parts.ts';
import { wait } from '../script.ts';
import { audienceOf, issue } from '../tokens.ts';
import type { Variant } from '../variant.ts';

const detectors: readonly string[] = [];

export const scopeLookAlikes: readonly Variant[] = [
  {
    name: 'benign:hierarchical-narrowing',
    detectors,
    title: 'A child names a part of what its parent holds whole.',
    tell(script) {
      const { token, run } = opening(script, {
        issuer: issuers.forge,
        capabilities: [read('repo'), write('repo')],
        scope: ['repo', 'wiki:pages'],
      });
      work(script, token, run, 2);
      const next = handOver(script, token, run, {
        scope: ['repo:read', 'repo:issues:write', 'wiki:pages:7'],
      });
      callApi(script, next.token, read('repo'), { parentCallId: next.run });
    },
  },
  {
    name: 'benign:foreign-scopes',
    detectors,
    title: 'Another issuer gives a token whose scopes have other names.',
    tell(script) {
      const { token, run } = opening(script, { issuer: issuers.login });
      const issuer = script.random.pick([issuers.dotted, issuers.verbFirst, issuers.partner]);
      const next = handOver(script, token, run, { issuer });
      work(script, next.token, next.run, 3);
    },
  },
  {
    name: 'benign:foreign-round-trip',
    detectors,
    title: 'A detour over a foreign issuer comes back with no more than it left with.',
    tell(script) {
      const issuer = script.random.pick(comparableIssuers);
      const { token, run } = opening(script, {
        issuer,
        capabilities: [read('crm'), write('crm'), read('docs')],
      });
      const abroad = handOver(script, token, run, { issuer: issuers.partner });
      const back = handOver(script, abroad.token, abroad.run, {
        issuer,
        capabilities: [write('crm'), read('docs')],
      });
      work(script, back.token, back.run, 3);
    },
  },
  {
    name: 'benign:request-trimmed',
    detectors,
    title: 'More was asked for than was given.',
    tell(script) {
      const capabilities = [read('orders'), read('billing')];
      const { token, run } = opening(script, { capabilities });
      const requested = [...capabilities, write('billing')];
      const next = handOver(script, token, run, { requested, capabilities: [read('orders')] });
      work(script, next.token, next.run, 2);
    },
  },
  {
    name: 'benign:step-up',
    detectors,
    title: 'The person agrees to more and signs in again: a second root, not a wider child.',
    tell(script) {
      const issuer = script.random.pick(signInIssuers);
      const { token, run, human, agent } = opening(script, { issuer, capabilities: [read('billing')] });
      work(script, token, run, 2);
      approve(script, token, write('billing'), human);
      const capabilities = [read('billing'), write('billing')];
      const wider = issue(script, { issuer, subject: human, holder: agent, capabilities });
      const again = invoke(script, human, agent, { token: wider });
      callApi(script, wider, write('billing'), { parentCallId: again, resource: record('billing', 2) });
      const next = handOver(script, wider, again, { capabilities });
      work(script, next.token, next.run, 2);
    },
  },
  {
    name: 'benign:stray-read',
    detectors,
    title: 'An agent looks something up with a tool that its token does not name.',
    tell(script) {
      const { token, run } = opening(script, {
        issuer: script.random.pick(comparableIssuers),
        capabilities: [tool('mail', 'search', 'read'), tool('mail', 'update', 'write')],
        audience: [audienceOf('mail'), audienceOf('calendar')],
      });
      work(script, token, run, 2);
      callTool(script, token, tool('calendar', 'get', 'read'), { parentCallId: run });
    },
  },
  {
    name: 'benign:denied-beyond-scope',
    detectors,
    title: 'A write beyond the scope is refused.',
    tell(script) {
      const { token, run } = opening(script, {
        issuer: script.random.pick(comparableIssuers),
        capabilities: [read('crm'), tool('crm', 'get', 'read')],
      });
      work(script, token, run, 2);
      callApi(script, token, write('crm'), { denied: true, parentCallId: run });
      reject(script, token, 'scope');
      callTool(script, token, tool('crm', 'update', 'write'), { denied: true, parentCallId: run });
    },
  },
  {
    name: 'benign:other-namespace',
    detectors,
    title: 'A token without any tool grant says nothing about tools.',
    tell(script) {
      const { token, run } = opening(script, {
        capabilities: [read('tickets')],
        audience: [audienceOf('tickets'), audienceOf('deploy')],
      });
      callTool(script, token, tool('tickets', 'update', 'write'), {
        parentCallId: run,
        resource: record('tickets', 5),
      });
      wait(script, 100, 900);
      callApi(script, token, write('deploy'), { parentCallId: run, resource: record('deploy', 5) });
    },
  },
  {
    name: 'benign:actor-token',
    detectors,
    title: 'The agent adds its own token as proof of who it is; that one bounds no scope.',
    tell(script) {
      const capabilities = [read('crm'), write('crm')];
      const { token, run, agent } = opening(script, { issuer: issuers.sts, capabilities });
      const holder = { ...agent, id: `${agent.id}/helper` };
      const actorToken = issue(script, {
        issuer: issuers.sts,
        subject: holder,
        holder,
        capabilities: [read('calendar')],
        grant: 'client_credentials',
      });
      const next = handOver(script, token, run, { holder, capabilities, actorToken });
      work(script, next.token, next.run, 3);
    },
  },
];
