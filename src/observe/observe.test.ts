import { describe, expect, it } from 'vitest';
import { createHealth } from './health.ts';
import { createMetrics } from './metrics.ts';

describe('health', () => {
  it('is ready without checks, and while a part is only degraded', async () => {
    const health = createHealth(() => 1);
    expect(await health.report()).toEqual({ ready: true, checks: [] });
    health.set('kafka', 'degraded', 'reconnecting');
    expect((await health.report()).ready).toBe(true);
  });

  it('remembers since when a check is in its state', async () => {
    let nowMs = 1;
    let broken = true as boolean;
    const health = createHealth(() => nowMs);
    health.probe('store', 'does not answer', () =>
      broken ? Promise.reject(new Error('x')) : Promise.resolve(),
    );
    nowMs = 5;
    await health.report();
    nowMs = 9;
    expect(await health.report()).toEqual({
      ready: false,
      checks: [{ name: 'store', state: 'failing', reason: 'does not answer', sinceMs: 5 }],
    });
    broken = false;
    expect(await health.report()).toEqual({
      ready: true,
      checks: [{ name: 'store', state: 'ok', reason: '', sinceMs: 9 }],
    });
  });

  it('does not wait for a probe that never answers', async () => {
    const health = createHealth(() => 1, 10);
    health.probe('store', 'does not answer', () => new Promise(() => undefined));
    expect((await health.report()).ready).toBe(false);
  });

  it('takes a probe that throws for one that fails', async () => {
    const health = createHealth(() => 1);
    health.probe('store', 'does not answer', () => {
      throw new Error('before any promise');
    });
    expect((await health.report()).ready).toBe(false);
  });

  it('asks once for callers who come together', async () => {
    let asked = 0;
    const health = createHealth(() => 1);
    health.probe('store', 'does not answer', async () => {
      asked += 1;
    });
    await Promise.all([health.report(), health.report(), health.report()]);
    expect(asked).toBe(1);
    await health.report();
    expect(asked).toBe(2);
  });
});

describe('metrics', () => {
  it('live on a registry of their own', async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.intake.accepted.inc({ source: 'http' }, 3);
    expect(await one.render()).toContain('chainwarden_intake_events_accepted_total{source="http"} 3');
    expect(await other.render()).not.toContain('chainwarden_intake_events_accepted_total{source="http"}');
  });

  it('have help, a prefix and a unit or a total at the end', async () => {
    const page = await createMetrics().render();
    const names = [...page.matchAll(/^# HELP (\S+) (.+)$/gm)];
    expect(names.length).toBeGreaterThan(20);
    const units =
      /^chainwarden_\w+_(total|seconds|events|records|characters|messages|chains|tokens|seq|conflicts|detectors|responses|partitions|overflowed|paused|gone|refused|warnings)$/;
    for (const [, name = '', help = ''] of names) {
      expect(name).toMatch(units);
      expect(help.length).toBeGreaterThan(5);
    }
  });

  it('measure the process itself when asked to', async () => {
    expect(await createMetrics({ process: true }).render()).toContain('process_cpu_seconds_total');
    expect(await createMetrics().render()).not.toContain('process_cpu_seconds_total');
  });
});
