import { EventEmitter, once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { ChainwardenError } from '../../domain/errors.ts';
import { createKafkaSource } from './source.ts';

const quiet = (): void => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const sockets = new Set<Socket>();
const silent = createServer((socket) => {
  sockets.add(socket);
});

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  silent.close();
});

it('gives up on a broker that takes connections and never answers, after replacing its consumer', async () => {
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const fatal = new EventEmitter<{ given: [ChainwardenError] }>();
  const given = once(fatal, 'given');
  const source = createKafkaSource({
    brokers: [`127.0.0.1:${port}`],
    clientId: 'c',
    groupId: 'g',
    topics: ['t'],
    log,
    onBatch: async () => undefined,
    onFatal: (error) => fatal.emit('given', error),
    timings: { stallMs: 40, drainMs: 10, retryMsMin: 1, retryMsMax: 2 },
  });
  source.start();
  expect(source.status().state).toBe('connecting');
  expect((await given)[0]).toMatchObject({ code: 'KAFKA_UNAVAILABLE' });
  expect(source.status()).toMatchObject({ state: 'failed', restarts: 2 });
  expect(sockets.size).toBeGreaterThanOrEqual(3);
  await source.stop();
});
