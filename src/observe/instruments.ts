import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const PREFIX = 'chainwarden_';

/** From a group commit's 20 ms down to memory and up to a stuck disk. */
export const LATENCY_SECONDS = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export type Instruments = ReturnType<typeof instruments>;

/** Makes instruments on a registry. Names say their unit at the end, and `total` where they only grow. */
export function instruments(registry: Registry) {
  const registers = [registry];
  return {
    counter: <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
      new Counter<L>({ name: PREFIX + name, help, labelNames: [...labelNames], registers }),
    gauge: <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
      new Gauge<L>({ name: PREFIX + name, help, labelNames: [...labelNames], registers }),
    histogram: <L extends string = never>(
      name: string,
      help: string,
      labelNames: readonly L[],
      buckets: readonly number[],
    ) =>
      new Histogram<L>({
        name: PREFIX + name,
        help,
        labelNames: [...labelNames],
        buckets: [...buckets],
        registers,
      }),
  };
}
