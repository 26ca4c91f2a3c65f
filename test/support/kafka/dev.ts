import { once } from 'node:events';
import { createServer } from 'node:net';
import { startBroker } from './broker.ts';

const USUAL_PORT = 9092;

/** `npm run dev:kafka`: the broker of the tests, for a person. */
const isFree = async (port: number): Promise<boolean> => {
  const probe = createServer().listen(port, '127.0.0.1');
  const [event] = await Promise.race([
    once(probe, 'listening').then(() => ['listening']),
    once(probe, 'error').then(() => ['error']),
  ]);
  await new Promise((done) => probe.close(done));
  return event === 'listening';
};

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

say('starting Kafka; the first time Maven fetches about 45 MB');
const broker = await startBroker((await isFree(USUAL_PORT)) ? { port: USUAL_PORT } : {});
const address = broker.brokers.join(',');
say(`Kafka listens on ${address}; its data goes when it ends

  KAFKA_BROKERS=${address} npm start
  kcat -P -b ${address} -t delegation.tokens -l events.ndjson     # one CloudEvent per line

Ctrl-C ends it.`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void broker.stop().then(() => process.exit(0)));
}
