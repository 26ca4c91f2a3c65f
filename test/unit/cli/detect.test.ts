import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { chainwarden, linesOf, sample, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const bytes = readFileSync(sample);

describe('detect', () => {
  it('finds the one failure in the sample and says all that is needed to act on it', async () => {
    const { code, out, err } = await chainwarden(['detect', sample]);
    expect(code).toBe(0);
    const [alert, ...others] = linesOf(out);
    expect(others).toEqual([]);
    expect(alert).toMatchObject({
      detector: 'scope-creep',
      severity: 'high',
      kind: 'alert',
      chainId: expect.stringMatching(/^chn_/),
      txn: 'txn-refund-2094',
      subject: { kind: 'token' },
      title: expect.stringContaining('Refund agent'),
      at: expect.stringMatching(/^2026-03-03T09:15:/),
      evidence: expect.objectContaining({ 'hop-drift': expect.anything() }),
      eventIds: expect.arrayContaining([expect.stringMatching(/^refund-2094-evt-/)]),
    });
    expect(err).toBe('19 events, 2 chains, 1 alerts, 0 signals, 0 refused, 0 duplicates\n');
  });

  it('reads the standard input, packed or not, whole or in crumbs', async () => {
    const { out } = await chainwarden(['detect', sample]);
    const crumbs = Array.from({ length: Math.ceil(bytes.length / 700) }, (_, i) =>
      bytes.subarray(i * 700, (i + 1) * 700),
    );
    for (const [argv, input] of [
      [['detect'], [bytes]],
      [['detect', '-'], crumbs],
      [['detect', '-'], [gzipSync(bytes)]],
    ] as const) {
      expect(await chainwarden(argv, input)).toMatchObject({ code: 0, out });
    }
    const packed = join(folder, 'sample.ndjson.gz');
    writeFileSync(packed, gzipSync(bytes));
    expect((await chainwarden(['detect', packed])).out).toBe(out);
  });

  it('shows a bad record with its line and reason, keeps it, and goes on', async () => {
    const lines = bytes.toString().trimEnd().split('\n');
    const bad = join(folder, 'bad.ndjson');
    const letters = join(folder, 'letters.ndjson');
    const unknown = lines[4]
      ?.replaceAll('token.exchanged', 'token.swapped')
      .replaceAll('tool.invoked', 'tool.swapped');
    writeFileSync(bad, [lines[0], '{ not json', ...lines.slice(1), unknown, '{"a":1}'].join('\n'));
    const { code, out, err } = await chainwarden(['detect', '--dead-letters', letters, bad]);
    expect(code).toBe(0);
    expect(linesOf(out)).toHaveLength(1);
    expect(err).toContain(`${bad}:2: EVENT_NOT_JSON: `);
    expect(err).toContain(`${bad}:22: EVENT_FORMAT_UNKNOWN: `);
    const kept = linesOf(readFileSync(letters, 'utf8'));
    expect(kept.map(({ code, position }) => [code, position])).toContainEqual([
      'EVENT_NOT_JSON',
      { source: bad, partition: 0, offset: 2 },
    ]);
    expect(err).toContain(`, ${kept.length} refused, `);
  });

  it('fails on what it is told to fail on', async () => {
    expect((await chainwarden(['detect', '--fail-on', 'high', sample])).code).toBe(1);
    expect((await chainwarden(['detect', '--fail-on', 'critical', sample])).code).toBe(0);
    const all = await chainwarden(['detect', '--min-severity', 'critical', '--fail-on', 'high', sample]);
    expect(all).toMatchObject({ code: 1, out: '' });
  });

  it('says which file it cannot read, before any output', async () => {
    const { code, out, err } = await chainwarden(['detect', sample, join(folder, 'missing.ndjson')]);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toMatch(/^cannot read \S+missing\.ndjson: there is no such file\n$/);
  });

  it('reads what it can of a file that was cut off, and says so', async () => {
    const cut = join(folder, 'cut.ndjson.gz');
    const packed = gzipSync(bytes);
    writeFileSync(cut, packed.subarray(0, packed.length - 20));
    const { code, err } = await chainwarden(['detect', cut]);
    expect(code).toBe(3);
    expect(err).toContain('its gzip data end too early');
  });

  it('draws each chain as a tree with its alert in place', async () => {
    const { code, out } = await chainwarden(['detect', '--chains', '-', sample]);
    expect(code).toBe(0);
    expect(out.match(/^chn_/gm)).toHaveLength(2);
    expect(out).toMatch(/^.*Refund agent holds .*\{crm:read crm:write\} \+crm:write.*\n.*!! HIGH /m);
    expect(out).toContain('└─ ');
  });

  it('writes chains with their hops', async () => {
    const file = join(folder, 'chains.ndjson');
    const { code, out } = await chainwarden(['detect', '--chains', file, sample]);
    expect(code).toBe(0);
    expect(linesOf(out)).toHaveLength(1);
    const chains = linesOf(readFileSync(file, 'utf8'));
    expect(chains).toHaveLength(2);
    for (const { id, hops, hopCount } of chains) {
      expect(hops).toHaveLength(Number(hopCount));
      for (const hop of hops as { chainId: string }[]) expect(hop.chainId).toBe(id);
    }
  });

  it('says what it could not write', async () => {
    for (const option of ['--chains', '--dead-letters']) {
      const { code, err } = await chainwarden([
        'detect',
        option,
        join(folder, 'no', 'such', 'folder'),
        sample,
      ]);
      expect(code).toBe(2);
      expect(err).toContain(`cannot write ${join(folder, 'no', 'such', 'folder')}`);
    }
  });

  it('is quiet when told', async () => {
    expect(await chainwarden(['detect', '-q', sample])).toMatchObject({ code: 0, err: '' });
  });
});

describe('evaluate', () => {
  it('finds everything in a simulated world and nothing else', async () => {
    const [events, labels, policy] = ['events', 'labels', 'policy'].map((name) =>
      join(folder, `${name}.json`),
    );
    const world = [
      'simulate',
      '--chains',
      '120',
      '--attacks',
      'scope-creep,orphaned-chain,reuse-after-expiry,unusual-fan-out',
      '--disorder',
      '--labels',
      `${labels}`,
      '--policy',
      `${policy}`,
    ];
    writeFileSync(`${events}`, (await chainwarden(world)).out);
    const argv = ['evaluate', '--events', `${events}`, '--labels', `${labels}`, '--by', 'attack'];
    const judged = await chainwarden([...argv, '--policy', `${policy}`, '--json']);
    expect(judged).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(judged.out)).toMatchObject({
      by: 'attack',
      kind: 'alert',
      labelled: expect.any(Number),
      unjudged: 0,
      // An issuer that the world expects and never connects: about a feed, not about a chain.
      unlabelledAlerts: 1,
      total: {
        fp: 0,
        fn: 0,
        precision: 1,
        recall: 1,
        fpr: 0,
        intervals: { recall: [expect.any(Number), 1] },
      },
      detectors: {
        'scope-creep': { precision: 1, recall: 1 },
        'orphaned-chain': { precision: 1, recall: 1 },
        'reuse-after-expiry': { precision: 1, recall: 1 },
        'unusual-fan-out': { precision: 1, recall: 1 },
      },
    });
    const text = await chainwarden([...argv, '--policy', `${policy}`]);
    expect(text.out).toMatch(/^total .*1\.000/m);
    const blind = await chainwarden([...argv, '--json']);
    expect(JSON.parse(blind.out)).toMatchObject({ total: { fn: expect.any(Number) } });
    expect((JSON.parse(blind.out) as { total: { fn: number } }).total.fn).toBeGreaterThan(0);
  });

  it('says that labels lack the field', async () => {
    const labels = join(folder, 'none.ndjson');
    writeFileSync(labels, '{"txn":"a","other":true}\n');
    const { code, err } = await chainwarden([
      'evaluate',
      '--events',
      sample,
      '--labels',
      labels,
      '--by',
      'attack',
    ]);
    expect(code).toBe(2);
    expect(err).toContain('boolean field attack');
  });
});
