import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { type Api, apiOf } from '../support/api.ts';
import { signInByKey, type Visitor, violationsOn, visitor } from '../support/browser.ts';
import { consolePaths } from '../support/console-pages.ts';
import { type RunningService, startService, temporaryFolder } from '../support/service.ts';
import { until } from '../support/until.ts';

/** What runs, breaks out of an attribute, ends a title or turns the line around, wherever it is not escaped. */
const hostile =
  '"\'><script>window.pwned=1</script><img src=x onerror="window.pwned=1"></title></svg><svg onload=window.pwned=1>' +
  '{{window.pwned=1}}javascript:window.pwned=1\u202egnp.exe';
const iss = 'https://login.example/"><script>window.pwned=1</script>';

function event(id: string, data: Readonly<Record<string, unknown>> & { readonly type: string }): object {
  return {
    ...{ specversion: '1.0', id: `${id} ${hostile}`, source: '//hostile' },
    ...{ type: `io.chainwarden.${data.type}.v1`, time: new Date().toISOString(), data: { v: 1, ...data } },
  };
}

/** A chain in which everything that has a name bears a hostile one, and that gains a scope on its way. */
function attack(): object[] {
  const life = { iat: Math.floor(Date.now() / 1_000), exp: Math.floor(Date.now() / 1_000) + 3_600 };
  const human = { id: `user ${hostile}`, kind: 'human', iss, name: hostile };
  const agent = { id: `agent ${hostile}`, kind: 'agent', name: hostile, owner: hostile };
  const minted = { tokenKind: 'access_token', subject: human, txn: hostile, ...life };
  const token = (jti: string) => ({ iss, jti: `${jti} ${hostile}` });
  return [
    event('1', {
      type: 'token.issued',
      token: token('p'),
      grant: 'authorization_code',
      scope: ['read'],
      ...minted,
    }),
    event('2', {
      ...{ type: 'token.exchanged', token: token('c'), parents: [token('p')], actor: agent },
      ...{
        grant: 'urn:ietf:params:oauth:grant-type:token-exchange',
        scope: ['read', `"><b>${'x'.repeat(40)}`],
      },
      ...minted,
    }),
    event('3', {
      ...{ type: 'api.called', callId: hostile, actor: agent, token: token('c'), txn: hostile },
      target: { system: hostile, resource: hostile },
      ...{ action: hostile, effect: 'write', outcome: 'success' },
    }),
    event('4', {
      type: 'tool.invoked',
      callId: `t ${hostile}`,
      actor: agent,
      tool: { name: hostile },
      token: token('c'),
    }),
  ];
}

let service: RunningService;
let api: Api;
let person: Visitor;

beforeAll(async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'config.json');
  const policy = { scopes: [{ issuer: iss, dialect: 'exact' }], clocks: { latenessSeconds: 3 } };
  writeFileSync(file, JSON.stringify({ policy }));
  service = await startService(join(folder, 'data'), { args: ['--config', file] });
  api = apiOf(service.address, service.adminKey ?? '');
  expect(await api.publish(attack())).toBe(202);
  expect(await api.deadLetters()).toEqual([]);
  await until('the attack is an incident', async () => {
    const { items } = await api.ask<{ items: unknown[] }>('/v1/incidents');
    return items.length > 0;
  });
  const [alert] = await api.alerts();
  await api.ask(`/v1/alerts/${alert?.id}/actions`, { verb: 'comment', note: hostile });
  await api.ask(`/v1/alerts/${alert?.id}/actions`, { verb: 'assign', assignee: hostile });
  person = await visitor();
  await signInByKey(person, service.address, service.adminKey ?? '');
});

it('executes nothing of what events are named, and shows it as text', async () => {
  const { page, complaints } = person;
  const paths = await consolePaths(api);
  const searches = {
    search: `/search?q=${encodeURIComponent(hostile)}`,
    nowhere: `/${encodeURIComponent(hostile)}`,
  };
  let shown = 0;
  for (const [name, path] of Object.entries({ ...paths, ...searches })) {
    await page.goto(service.address + path);
    expect(await page.evaluate('window.pwned'), name).toBeUndefined();
    const foreign =
      'img, iframe, object, [onerror], [onload], svg[onload], script:not([src^="/static/"]), a[href^="javascript:"]';
    expect(await page.locator(foreign).count(), name).toBe(0);
    expect(await page.evaluate('document.body.textContent.includes("\\u202e")'), name).toBe(false);
    if ((await page.content()).includes('&lt;script&gt;window.pwned')) shown += 1;
    expect(await violationsOn(page), name).toEqual([]);
  }
  expect(shown).toBeGreaterThan(8);
  // A script or an image that is refused by policy is a complaint, too: nothing tried. One page is not there.
  expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
});

it('keeps what is taken along from being more than text', async () => {
  const { page } = person;
  const { incident, chain } = await consolePaths(api);
  for (const path of [
    `${incident}/export.md`,
    `${chain}/export.svg`,
    `${chain}/export.mmd`,
    `${chain}/export.json`,
  ]) {
    const answer = await page.request.get(service.address + path);
    expect(answer.status(), path).toBe(200);
    expect(answer.headers()['content-disposition'], path).toMatch(/^attachment/);
    // In Markdown what stands between backquotes is text, and so is what a backslash stands before.
    const text = (await answer.text()).replaceAll(/`[^`]*`/g, '');
    if (!path.endsWith('.json')) expect(text, path).not.toMatch(/(?<!\\)<(?:script|img|b)\b/);
  }
});
