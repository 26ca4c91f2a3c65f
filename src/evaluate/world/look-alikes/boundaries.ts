import { callApi, callTool, close } from '../calls.ts';
import { agents, issuers, read, record, tool, toolsOf, write } from '../cast.ts';
import { consent, deedOf, perform } from '../deeds.ts';
import { desk, duty, environments, instrument } from '../desk.ts';
import { changed, decide, endPrivilege, grantPrivilege, introspect } from '../evidence.ts';
import { opening, own, work } from '../parts.ts';
import { wait } from '../script.ts';
import { rotation, rotationOpening, vaultPrivilege } from '../stories/access.ts';
import { helpdeskFields, helpdeskOpening, helpdeskTask, lookUp, mailroom } from '../stories/front-desk.ts';
import { development, inBatchWindow, opsOpening, release } from '../stories/operations.ts';
import { MINUTE_MS, until, type Variant } from '../variant.ts';

const detectors: readonly string[] = [];

/** What resembles leaving the bounds of a task, a time or a place. */
export const boundaryLookAlikes: readonly Variant[] = [
  {
    name: 'benign:all-it-may',
    detectors,
    title:
      'A support agent asks for all fields and all rows that it may have, and is refused what it may not.',
    tell(script) {
      const opened = helpdeskOpening(script);
      lookUp(script, opened, { fields: [...helpdeskFields], rows: 50 });
      callApi(script, opened.token, duty.readSecret, { parentCallId: opened.run, denied: true });
      callTool(script, opened.token, instrument.integrate, { parentCallId: opened.run, denied: true });
    },
  },
  {
    name: 'benign:nearly-too-long',
    detectors,
    title: 'A conversation that ends minutes before it would have to.',
    tell(script) {
      const opened = helpdeskOpening(script);
      const startMs = script.nowMs;
      lookUp(script, opened);
      until(script, startMs + 24 * MINUTE_MS);
      callTool(script, opened.token, instrument.attach, { parentCallId: opened.run, task: helpdeskTask });
    },
  },
  { name: 'benign:release', detectors, title: 'A release by the book.', tell: release },
  {
    name: 'benign:other-rules-elsewhere',
    detectors,
    title: 'The sandbox is decided about by rules of its own.',
    tell: development,
  },
  {
    name: 'benign:prod-refused',
    detectors,
    title: "A developer's agent tries production and is refused; so is its token there.",
    tell(script) {
      const { token, run } = opening(script, {
        agent: desk.developer,
        capabilities: [duty.deploy],
        environment: environments.dev,
      });
      for (const environment of [environments.dev, environments.prod]) {
        introspect(script, token, desk.developer);
        decide(script, token, duty.deploy, { properties: { environment }, policy: { id: 'sandbox-rules' } });
        const deed = deedOf(script, duty.deploy, record('cluster', 10), { environment });
        perform(script, token, deed, { parentCallId: run, denied: environment === environments.prod });
      }
    },
  },
  {
    name: 'benign:look-at-any-time',
    detectors,
    title: 'Outside the window of the batch systems it is only looked at them.',
    tell(script) {
      inBatchWindow(script, false);
      const { token, run } = opsOpening(script);
      callApi(script, token, duty.searchLogs, {
        parentCallId: run,
        resource: record('logs', 20),
        facts: { environment: environments.batch },
      });
    },
  },
  {
    name: 'benign:frozen-but-read',
    detectors,
    title: 'The archive is frozen: it is read, and a change is refused.',
    tell(script) {
      const capabilities = [duty.book, read('ledger')];
      const { token, run } = opening(script, { issuer: issuers.sts, agent: desk.ops, capabilities });
      const facts = { environment: environments.archive };
      callApi(script, token, read('ledger'), { parentCallId: run, facts });
      perform(script, token, deedOf(script, duty.book, record('ledger', 2), facts), {
        parentCallId: run,
        denied: true,
      });
    },
  },
  {
    name: 'benign:keeper-of-the-archive',
    detectors,
    title: 'The archive is frozen for all but its keeper.',
    tell(script) {
      const { token, run } = opening(script, {
        issuer: issuers.sts,
        agent: desk.ledger,
        capabilities: [duty.book],
      });
      const facts = { environment: environments.archive };
      perform(script, token, deedOf(script, duty.book, record('ledger', 3), facts), { parentCallId: run });
    },
  },
  {
    name: 'benign:trail-of-a-change',
    detectors,
    title: 'A change whose call nobody numbered, but which names its credential.',
    tell(script) {
      const { token, run } = opening(script, { issuer: issuers.sts, capabilities: [duty.bill] });
      const resource = record('charges', 4);
      callApi(script, token, duty.bill, { parentCallId: run, resource });
      wait(script, 100, 2_000);
      changed(script, token, duty.bill, resource);
    },
  },
  {
    name: 'benign:star-over-little',
    detectors,
    title: 'A token for everything in a system that holds nothing of weight.',
    tell(script) {
      const { token, run } = opening(script, {
        issuer: issuers.verbFirst,
        capabilities: [read('calendar')],
        scope: ['calendar:*'],
      });
      callApi(script, token, read('calendar'), { parentCallId: run });
    },
  },
  {
    name: 'benign:broad-task',
    detectors,
    title: 'One task holds many grants, each from the start.',
    tell(script) {
      const many = ['crm', 'orders', 'billing', 'tickets', 'docs'].flatMap((system) => [
        read(system),
        write(system),
        ...toolsOf(system),
      ]);
      const { token, run } = opening(script, { issuer: issuers.login, capabilities: many });
      work(script, token, run, 6);
    },
  },
  {
    name: 'benign:privilege-ends-with-task',
    detectors,
    title: 'A privilege that ends minutes after its task, within what policy grants.',
    tell(script) {
      const { token, run, triggerId } = rotationOpening(script);
      const deed = deedOf(script, duty.rotate, record('vault', 1));
      const approvalId = consent(script, token, deed, { forS: 1_800, maxUses: 1 });
      const exp = grantPrivilege(script, token, vaultPrivilege, 600, approvalId);
      introspect(script, token, desk.rotator);
      perform(script, token, deed, { parentCallId: run, approvalId });
      wait(script, 1_000, 20_000);
      close(script, triggerId);
      until(script, (exp ?? 0) * 1000);
      endPrivilege(script, token, vaultPrivilege, exp);
    },
  },
  {
    name: 'benign:stopped-at-the-first',
    detectors,
    title: 'Vault after vault, and none after the first that refuses.',
    tell: rotation,
  },
  {
    name: 'benign:answer-to-the-sender',
    detectors,
    title: 'Mail comes in, an account is looked up, and only the one who wrote is answered.',
    tell: mailroom,
  },
  {
    name: 'benign:newsletter',
    detectors,
    title: 'Somebody new is written to, but nothing of weight was read.',
    tell(script) {
      const capabilities = [instrument.inbox, instrument.send];
      const { token, run } = opening(script, { agent: desk.mailroom, issuer: issuers.login, capabilities });
      callTool(script, token, instrument.inbox, { parentCallId: run, resource: 'mailbox/today' });
      callTool(script, token, instrument.send, {
        parentCallId: run,
        resource: 'mailbox/new@customer.example',
      });
    },
  },
  {
    name: 'benign:same-definition',
    detectors,
    title: 'A tool is used again and again, and its definition stays what it was.',
    tell(script) {
      const { token, run } = opening(script, { capabilities: [read('docs')] });
      const server = `https://mcp.acme.example/${script.name('server')}`;
      for (let calls = 4; calls > 0; calls -= 1) {
        wait(script, 500, 5_000);
        callTool(script, token, tool('docs', 'search', 'read'), {
          parentCallId: run,
          server,
          definition: 'docs.search, first edition',
        });
      }
    },
  },
  {
    name: 'benign:two-servers-one-name',
    detectors,
    title: 'Two servers offer a tool of one name, each to an agent of its own, each with its own definition.',
    tell(script) {
      const holder = own(script, script.random.pick(agents));
      const { token, run } = opening(script, { agent: holder, capabilities: [read('docs')] });
      callTool(script, token, tool('docs', 'get', 'read'), {
        parentCallId: run,
        server: `https://mcp.acme.example/${script.name('server')}`,
        definition: 'docs.get, as this server has it',
      });
    },
  },
];
