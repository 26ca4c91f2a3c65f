import { once } from 'node:events';
import { createServer } from 'node:http';
import type { TestProject } from 'vitest/node';
import { type Broker, startBroker } from './broker.ts';
import { kafkaSkipped } from './skipped.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where test processes ask for the broker of this run. */
    kafkaDesk: string;
  }
}

/**
 * Vitest global setup: one broker per test run, started when the first test asks for it and ended with the run.
 * Test files live in processes of their own, so they ask over a socket of the main process.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let broker: Promise<Broker> | undefined;
  const desk = createServer((_request, response) => {
    broker ??= startBroker();
    broker.then(
      ({ brokers }) => response.end(JSON.stringify({ brokers })),
      (error: unknown) =>
        response.end(JSON.stringify({ error: error instanceof Error ? error.message : 'failed' })),
    );
  }).listen(0, '127.0.0.1');
  await once(desk, 'listening');
  const address = desk.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  project.provide('kafkaDesk', `http://127.0.0.1:${port}`);
  return async () => {
    desk.close();
    await (await broker?.catch(() => undefined))?.stop();
    if (kafkaSkipped) process.stdout.write('Kafka tests were skipped: CHAINWARDEN_TEST_KAFKA=skip\n');
  };
}
