import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { inject } from 'vitest';

/** Brokers of this test run: those of KAFKA_BROKERS, or the one that the run shares. Throws where neither can be. */
export async function sharedBrokers(): Promise<string[]> {
  const given = process.env['KAFKA_BROKERS'];
  if (given !== undefined && given !== '') return given.split(',');
  const answer = await ask(inject('kafkaDesk'));
  const { brokers, error }: { brokers?: string[]; error?: string } = JSON.parse(answer);
  if (brokers === undefined) throw new Error(error);
  return brokers;
}

/** By hand: fetch gives up after five minutes of silence, and a first start may download for longer. */
function ask(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request(url, (response) => resolve(text(response)))
      .on('error', reject)
      .end();
  });
}
