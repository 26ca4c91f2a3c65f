import { defineConfig } from 'vitest/config';

/**
 * Three projects: `fast` needs nothing but Node; `simulation` runs thousands of worlds in threads; `full` starts
 * the real engine, broker and service. Forks, because the embedded engine crashes in worker threads.
 */
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    pool: 'forks',
    // One more than the cores that CI has: half of the slow tests wait for a broker, a store or a clock.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          // Modules hold no state, so the files of a worker may share them: 27 s become 18 s.
          isolate: false,
          // A loaded machine is slow, not wrong.
          testTimeout: 60_000,
          include: [
            'src/**/*.test.ts',
            'detectors/**/*.test.ts',
            'dashboards/**/*.test.ts',
            'test/unit/**/*.test.ts',
            'test/contract/**/*.test.ts',
          ],
        },
      },
      {
        extends: true,
        test: {
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
          testTimeout: 900_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'full',
          globalSetup: ['test/support/kafka/setup.ts', 'test/support/built.ts'],
          include: ['test/integration/**/*.test.ts', 'test/e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
