import { describe, expect, it } from 'vitest';
import { detectors } from '../../../detectors/registry.ts';
import { chainwarden, linesOf } from './support.ts';

const commands = [
  ...['start', 'detect', 'simulate', 'evaluate', 'detectors', 'schema', 'migrate', 'doctor'],
  ...['revoke', 'plans'],
];

describe('help', () => {
  it('names every command with a line about it', async () => {
    const { code, out, err } = await chainwarden(['--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const command of commands) expect(out).toMatch(new RegExp(`^  ${command}\\b.*  +\\S`, 'm'));
  });

  it.each(commands)('of %s says what it does and explains every option', async (command) => {
    const { code, out, err } = await chainwarden([command, '--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const [usage = '', , description = ''] = out.split('\n');
    expect(usage).toContain(`Usage: chainwarden ${command}`);
    expect(description).not.toBe('');
    const options = out.match(/^ {2}-.*$/gm) ?? [];
    expect(options.length).toBeGreaterThan(0);
    for (const option of options) expect(option).toMatch(/^ {2}-\S.*? {2,}\S/);
  });

  it.each([
    ['detect', 'chainwarden detect --chains - events.ndjson'],
    ['evaluate', 'chainwarden evaluate --events'],
    ['schema', 'chainwarden schema asyncapi'],
  ])('of %s shows an example', async (command, example) => {
    expect((await chainwarden([command, '--help'])).out).toContain(example);
  });

  it('tells the version', async () => {
    expect(await chainwarden(['--version'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe('a mistake', () => {
  it.each([
    [['detekt'], /unknown command 'detekt'/],
    [['detect', '--nope'], /unknown option '--nope'/],
    [['detect', '--fail-on', 'awful'], /'--fail-on <severity>'.*invalid/],
    [['detect', '--format', 'csv'], /'--format <format>'.*invalid/],
    [['simulate', '--chains', '-3'], /whole number/],
    [['simulate', '--attacks', 'no-such-thing'], /no attack is called no-such-thing/],
    [['evaluate', '--events', 'x'], /required option '--labels <file>'/],
    [['detectors', 'show', 'scope-crep'], /no detector is called scope-crep/],
    [['detectors', 'test', 'scope-crep'], /no detector is called scope-crep/],
    [['schema', 'wsdl'], /'wsdl' is invalid/],
    [['detect', '-', '-'], /the standard input can be read only once/],
    [['start', '--config', '/nowhere/at.yaml'], /the configuration file \/nowhere\/at.yaml cannot be read/],
    [['start', '--with-idp'], /--with-idp goes with --demo/],
    [['detect', '--policy', '/nowhere/at.yaml', '-'], /the policy file \/nowhere\/at.yaml cannot be read/],
  ])('is answered in a sentence: %j', async (argv, sentence) => {
    const { code, out, err } = await chainwarden(argv);
    expect(err).toMatch(sentence);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).not.toMatch(/^\s+at /m);
    // At most what was probably meant, and where help is to be had.
    expect(err.trim().split('\n').length).toBeLessThanOrEqual(3);
  });

  it('without a command shows what there is', async () => {
    const { code, err } = await chainwarden([]);
    expect(code).toBe(2);
    expect(err).toContain('Commands:');
  });
});

describe('detectors', () => {
  it('lists each in a line', async () => {
    const { code, out } = await chainwarden(['detectors']);
    expect(code).toBe(0);
    expect(out.trim().split('\n')).toHaveLength(detectors.length);
    expect((await chainwarden(['detectors', 'list'])).out).toBe(out);
    const listed = JSON.parse((await chainwarden(['detectors', 'list', '--json'])).out) as { id: string }[];
    expect(listed.map(({ id }) => id)).toEqual(
      out
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    );
  });

  it('shows one with what it needs and covers', async () => {
    const { code, out } = await chainwarden(['detectors', 'show', 'scope-creep']);
    expect(code).toBe(0);
    for (const word of ['covers:', 'events:', 'fields:', 'runbook:']) expect(out).toContain(word);
    const { out: json } = await chainwarden(['detectors', 'show', 'scope-creep', '--json']);
    expect(JSON.parse(json)).toMatchObject({ id: 'scope-creep', basis: 'deterministic' });
  });

  it('plays the stories of one', async () => {
    const { code, out } = await chainwarden(['detectors', 'test', 'scope-creep']);
    expect(code).toBe(0);
    expect(out).toMatch(/^[1-9]\d* passed, 0 failed$/m);
  });
});

describe('schema', () => {
  it.each([
    ['asyncapi', { asyncapi: expect.stringMatching(/^3\./) }],
    ['json-schema', { $schema: expect.stringContaining('json-schema.org') }],
    ['openapi', { openapi: expect.stringMatching(/^3\./) }],
  ])('prints %s as JSON', async (document, shape) => {
    const { code, out } = await chainwarden(['schema', document]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject(shape);
  });
});

describe('simulate', () => {
  it('gives the same bytes for the same seed, and others for another', async () => {
    const of = async (seed: string) =>
      (await chainwarden(['simulate', '--chains', '20', '--disorder', '--seed', seed])).out;
    const first = await of('3');
    expect(linesOf(first).length).toBeGreaterThan(100);
    expect(await of('3')).toBe(first);
    expect(await of('4')).not.toBe(first);
  });
});
