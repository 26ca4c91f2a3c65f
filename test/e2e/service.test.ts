import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { sampleEvents } from '../../src/evaluate/sample.ts';
import { apiOf } from '../support/api.ts';
import { runProgram, startService, temporaryFolder } from '../support/service.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);

/** The sample's two errands, told as of now. */
function errandsOfNow(): object[] {
  const events = sampleEvents();
  const shiftMs = Date.now() - Date.parse(events.at(-1)?.time ?? '');
  return events.map((event) => ({
    ...event,
    time: new Date(Date.parse(event.time) + shiftMs).toISOString(),
    data: Object.fromEntries(
      Object.entries(event.data).map(([name, value]) =>
        (name === 'iat' || name === 'exp') && typeof value === 'number'
          ? [name, value + Math.round(shiftMs / 1000)]
          : [name, value],
      ),
    ),
  }));
}

/** What a person would paste: the indented commands of the greeting. */
function commandsIn(greeting: string): string[] {
  return greeting
    .replaceAll('\\\n', '')
    .split('\n')
    .filter((line) => line.startsWith('  curl '))
    .map((line) => line.trim());
}

describe('the service', () => {
  it('takes events as its greeting says, shows chains and alerts, and keeps them over a restart', async () => {
    const data = temporaryFolder();
    const first = await startService(data);
    expect(first.adminKey).toMatch(/^cwk_/);
    const [send = '', chains = '', alerts = ''] = commandsIn(first.stderr());
    const sent = await run('sh', ['-c', send]);
    expect(JSON.parse(sent.stdout)).toEqual({ accepted: 1, refused: [] });
    await until('the first event has a chain', async () => {
      const { items } = JSON.parse((await run('sh', ['-c', chains])).stdout) as { items: unknown[] };
      return items.length === 1;
    });
    expect(JSON.parse((await run('sh', ['-c', alerts])).stdout)).toEqual({ items: [] });

    const api = apiOf(first.address, first.adminKey ?? '');
    expect(await api.publish(errandsOfNow())).toBe(202);
    await until('the alert', async () => (await api.alerts()).length > 0);
    const [alert, ...others] = await api.alerts();
    expect(others).toEqual([]);
    expect(alert).toMatchObject({
      kind: 'alert',
      detector: 'scope-creep',
      severity: 'high',
      state: 'open',
      actor: 'Refund agent',
      initiator: 'Maya Lindqvist',
    });
    await until('three chains', async () => (await api.chains()).length === 3);
    const before = await api.chains();

    const end = await first.end('SIGTERM');
    expect(end).toMatchObject({ code: 0, signal: null });
    expect(end.stderr).not.toMatch(/\bat .*\.js:/);

    const second = await startService(data);
    expect(second.adminKey).toBeUndefined();
    expect(second.stderr()).not.toContain(first.adminKey);
    const again = apiOf(second.address, first.adminKey ?? '');
    expect(await again.chains()).toEqual(before);
    expect((await again.alerts()).map(({ id }) => id)).toEqual([alert?.id]);
    expect((await second.end('SIGINT')).code).toBe(0);
  });

  it('counts what it takes once, and what it only validates not at all', async () => {
    const service = await startService(temporaryFolder());
    const api = apiOf(service.address, service.adminKey ?? '');
    const events = errandsOfNow();
    expect(await api.publish(events, '/v1/events/validate')).toBe(200);
    expect(await api.publish([...events, { no: 'event' }])).toBe(202);
    const metrics = await api.metrics();
    expect(metrics).toMatch(
      new RegExp(`intake_events_accepted_total\\{source="http"\\} ${events.length}$`, 'm'),
    );
    expect(metrics).toMatch(/intake_events_refused_total\{source="http",code="EVENT_INVALID"\} 1$/m);
    await service.end();
  });

  it('says in one sentence that the data folder is in use', async () => {
    const data = temporaryFolder();
    const service = await startService(data);
    const other = await runProgram(['start'], { CHAINWARDEN_DATA: data, CHAINWARDEN_PORT: '0' });
    expect(other.code).toBe(4);
    // The engine prints a line of its own before ours.
    expect(other.stderr.trim().split('\n').at(-1)).toMatch(
      /^cannot open the data folder \S+: another process may have it open/,
    );
    expect(other.stderr).not.toMatch(/^\s+at /m);
    expect((await service.end()).code).toBe(0);
  });

  it('says in one sentence that the port is in use, and shows the key when a start succeeds', async () => {
    const data = temporaryFolder();
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const address = holder.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const refused = await runProgram(['start'], { CHAINWARDEN_DATA: data, CHAINWARDEN_PORT: port });
    holder.close();
    expect(refused).toMatchObject({ code: 2, stderr: `cannot listen on 127.0.0.1:${port}: it is in use\n` });
    const service = await startService(data);
    expect(service.adminKey).toBeDefined();
    await service.end();
  });

  it('ends cleanly in the middle of the demo', async () => {
    const service = await startService(temporaryFolder(), { args: ['--demo'] });
    const { code, stderr } = await service.end('SIGTERM');
    expect(code).toBe(0);
    expect(stderr.trim()).toMatch(/its alert appears within ten seconds\.$/);
  });
});

describe('a configuration that is wrong', () => {
  const secretless = `outbound:
  endpoints: [{ name: soc, url: https://soc.example/hook, secrets: [{ env: SOC_SECRET }] }]
`;
  it.each([
    ['an unknown member', 'prot: 1\n', /config.yaml: .*prot/],
    ['a value out of range', 'kafka: { partitions: 0 }\n', /config.yaml at kafka.partitions: /],
    ['text that is not YAML', 'port: [1\n', /config.yaml is not YAML or JSON/],
    ['a secret that is nowhere', secretless, /endpoint soc: the variable SOC_SECRET must hold whsec_/],
    ['a detector that does not exist', 'detectors: { scope-crep: {} }\n', /scope-crep/],
    [
      'a detector setting that does not exist',
      'detectors: { scope-creep: { wieghts: 1 } }\n',
      /scope-creep.*wieghts/,
    ],
  ])('is refused in one sentence: %s', async (_, text, sentence) => {
    const folder = temporaryFolder();
    const file = join(folder, 'config.yaml');
    writeFileSync(file, text);
    const { code, stderr } = await runProgram(['start', '--config', file], {
      CHAINWARDEN_DATA: join(folder, 'data'),
      CHAINWARDEN_PORT: '0',
    });
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
  });

  it('is refused when the environment sets what nothing reads', async () => {
    const { code, stderr } = await runProgram(['start'], { CHAINWARDEN_PROT: '1' });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'the environment sets CHAINWARDEN_PROT, which nothing reads\n',
    });
  });
});
