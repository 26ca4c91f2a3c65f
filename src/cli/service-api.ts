import { Command } from 'commander';
import { ChainwardenError } from '../domain/errors.ts';
import type { Terminal } from './terminal.ts';

/** A running service, for commands that ask it over HTTP. Rejects with what it says in a sentence. */
export interface ServiceApi {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: object): Promise<T>;
}

export interface ServiceFlags {
  readonly url?: string;
  readonly key?: string;
}

const REQUEST_TIMEOUT_MS = 30_000;

/** A command that asks a running service. The key is not shown by `ps` when the environment holds it. */
export function serviceCommand(usage: string): Command {
  return new Command(usage)
    .option('--url <address>', 'of the service; else CHAINWARDEN_URL, else http://127.0.0.1:8787')
    .option('--key <key>', 'an API key; better in CHAINWARDEN_KEY');
}

export function serviceApi({ env }: Terminal, flags: ServiceFlags): ServiceApi {
  const address = flags.url ?? env['CHAINWARDEN_URL'] ?? 'http://127.0.0.1:8787';
  const key = flags.key ?? env['CHAINWARDEN_KEY'];
  if (!URL.canParse(address)) throw new ChainwardenError('USAGE', `${address} is no address`);
  if (key === undefined)
    throw new ChainwardenError('USAGE', 'an API key is needed: --key or CHAINWARDEN_KEY');

  async function ask<T>(path: string, init: RequestInit): Promise<T> {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const answer = await fetch(new URL(path, address), { ...init, headers, signal }).catch((cause) => {
      throw new ChainwardenError('DELIVERY_FAILED', `the service at ${address} does not answer`, { cause });
    });
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text) as T;
    throw new ChainwardenError('REQUEST_INVALID', `the service answered ${answer.status}: ${detailOf(text)}`);
  }

  return {
    get: (path) => ask(path, {}),
    post: (path, body) => ask(path, { method: 'POST', body: JSON.stringify(body) }),
  };
}

/** RFC 9457. */
function detailOf(text: string): string {
  try {
    const { detail, title } = JSON.parse(text) as { detail?: string; title?: string };
    return detail ?? title ?? text;
  } catch {
    return text.slice(0, 200);
  }
}
