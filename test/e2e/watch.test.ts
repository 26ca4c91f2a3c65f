import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readJournal } from '../../src/watch/journal.ts';
import { apiOf } from '../support/api.ts';
import { temporaryFolder } from '../support/service.ts';
import { until } from '../support/until.ts';

const program = new URL('watch-service.mjs', import.meta.url).pathname;
const issuer = 'https://idp.example';
const nowMs = Date.now();
const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** Starts the service with its fickle detector; the names say from which tokens that one does not come back. */
async function start(data: string, adminKey: string, env: Record<string, string> = {}) {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [program], {
    env: { PATH, HOME, CHAINWARDEN_DATA: data, CHAINWARDEN_PORT: '0', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.add(child);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = once(child, 'close').then(() => {
    children.delete(child);
    return { signal: child.signalCode, said };
  });
  await until('it listens', () => said.includes('"address"') || child.exitCode !== null, 60_000);
  const greeting = said.split('\n').find((line) => line.includes('"address"')) ?? '{}';
  const { address = '', adminKey: made = adminKey } = JSON.parse(greeting) as Record<string, string>;
  const headers = { authorization: `Bearer ${made}`, 'content-type': 'application/json' };
  const api = apiOf(address, made);
  return {
    ...api,
    adminKey: made,
    ended,
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
    titles: async () => (await api.alerts()).map(({ state, title }) => `${state}: ${title}`).sort(),
    async fickle() {
      const answer = await fetch(`${address}/v1/detectors`, { headers });
      const { items } = (await answer.json()) as { items: { id: string; on: boolean; switched?: object }[] };
      return items.find(({ id }) => id === 'fickle');
    },
    async turn(on: boolean) {
      const body = JSON.stringify({ on, reason: 'tried' });
      return (await fetch(`${address}/v1/detectors/fickle/switch`, { method: 'POST', headers, body })).status;
    },
  };
}

function issued(jti: string, parent?: string): object {
  return {
    specversion: '1.0',
    id: `event-${jti}`,
    source: issuer,
    type: `org.chainwarden.token.${parent === undefined ? 'issued' : 'exchanged'}.v1`,
    time: new Date(nowMs).toISOString(),
    data: {
      type: parent === undefined ? 'token.issued' : 'token.exchanged',
      v: 1,
      token: { iss: issuer, jti },
      ...(parent === undefined
        ? { grant: 'authorization_code' }
        : { grant: 'token-exchange', parents: [{ iss: issuer, jti: parent }] }),
      tokenKind: 'access',
      subject: { id: 'alice', iss: issuer, kind: 'human' },
      // More than its parent has, which a shipped detector finds.
      scope: parent === undefined ? ['mail.read'] : ['mail.read', 'roles.write'],
      iat: Math.floor(nowMs / 1000),
      exp: Math.floor(nowMs / 1000) + 3600,
    },
  };
}

it('outlives a detector that does not come back', { timeout: 120_000 }, async () => {
  const data = temporaryFolder();
  const journal = join(data, 'watchdog.jsonl');
  const told = (state: string, jti: string) => `${state}: ${jti} has a telling name`;

  const first = await start(data, '', { HANGS_AT: 'hang' });
  const { adminKey } = first;
  expect(await first.publish([issued('told-before')])).toBe(202);
  await until('the detector finds', async () => (await first.titles()).includes(told('open', 'told-before')));
  // It may end before it has answered: the events are in the log by then, and a publisher would send them again.
  const fatal = [issued('root'), issued('hang'), issued('child', 'root'), issued('told-beside')];
  await first.publish(fatal).catch(() => undefined);
  const { signal, said } = await first.ended;
  expect(signal).toBe('SIGKILL');
  expect(said).toContain('process ended by the watchdog');
  expect(readJournal(journal)).toEqual([
    expect.objectContaining({ detector: 'fickle', why: 'stuck', instance: expect.stringContaining('hang') }),
  ]);

  // As dangerous as before, and off.
  const second = await start(data, adminKey, { HANGS_AT: 'hang' });
  expect(await second.fickle()).toMatchObject({ on: false, switched: { by: 'watchdog' } });
  expect(readJournal(journal)).toEqual([]);
  await until('another detector finds', async () =>
    (await second.titles()).some((title) => /roles\.write/.test(title)),
  );
  const titles = await second.titles();
  expect(titles).toContain(told('open', 'told-before'));
  expect(titles).not.toContain(told('open', 'told-beside'));
  const tokens = (await second.chains()).map(({ id }) => id);
  expect(tokens).toHaveLength(4);
  await until('its gauge', async () => /off_detectors\{detector="fickle"\} 1/.test(await second.metrics()));

  // Whoever turns it on without mending it is told the same again.
  await second.turn(true).catch(() => undefined);
  expect((await second.ended).signal).toBe('SIGKILL');
  const third = await start(data, adminKey);
  expect(await third.fickle()).toMatchObject({ on: false, switched: { by: 'watchdog' } });
  expect(await third.titles()).not.toContain(told('open', 'told-beside'));

  // Mended: it finds what came while it was off.
  expect(await third.turn(true)).toBe(200);
  await until('it finds again', async () => (await third.titles()).includes(told('open', 'told-beside')));
  expect(await third.titles()).toContain(told('open', 'told-before'));
  await third.stop();

  const fourth = await start(data, adminKey);
  expect((await fourth.fickle())?.on).toBe(true);
  expect(await fourth.titles()).toContain(told('open', 'told-before'));
  await fourth.stop();
});

it('turns a detector off that throws at everything, and goes on', { timeout: 120_000 }, async () => {
  const service = await start(temporaryFolder(), '', { THROWS_AT: 'x-' });
  expect(await service.publish([issued('x-1'), issued('told-1')])).toBe(202);
  await until('it still finds', async () => (await service.titles()).length === 1);
  const many = Array.from({ length: 60 }, (_, i) => issued(`x-many-${i}`));
  expect(await service.publish(many)).toBe(202);
  await until('it is off', async () => (await service.fickle())?.on === false);
  expect(await service.fickle()).toMatchObject({
    switched: { by: 'watchdog', reason: 'threw Error at everything it looked at' },
  });
  expect(await service.publish([issued('root'), issued('child', 'root'), issued('told-2')])).toBe(202);
  await until('another detector finds', async () =>
    (await service.titles()).some((title) => /roles\.write/.test(title)),
  );
  expect((await service.titles()).filter((title) => /telling/.test(title))).toEqual([
    'open: told-1 has a telling name',
  ]);
  expect(await service.metrics()).toMatch(/detector_faults_total\{detector="fickle"\} [5-9]\d/);
  await service.stop();
});

it('reads a message once that it cannot read to its end, and then takes its neighbours', {
  timeout: 120_000,
}, async () => {
  const data = temporaryFolder();
  const batch = [issued('told-1'), issued('pill-1'), issued('told-2')];
  const first = await start(data, '', { UNREADABLE: 'pill-1' });
  await expect(first.publish(batch)).rejects.toThrow();
  expect((await first.ended).signal).toBe('SIGKILL');
  expect(readJournal(join(data, 'watchdog.jsonl'))).toEqual([
    expect.objectContaining({ kind: 'message', why: 'stuck', place: 'http/0/1' }),
  ]);

  const second = await start(data, first.adminKey, { UNREADABLE: 'pill-1' });
  expect(await second.publish(batch)).toBe(202);
  await until('the neighbours', async () => (await second.titles()).length === 2);
  expect(await second.deadLetters()).toEqual([
    expect.objectContaining({ code: 'EVENT_POISONOUS', raw: expect.stringMatching(/^sha256:/) }),
  ]);
  expect(await second.metrics()).toMatch(/refused_total\{source="http",code="EVENT_POISONOUS"\} 1/);
  await second.stop();
});
