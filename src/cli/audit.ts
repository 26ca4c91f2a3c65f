import { Command } from 'commander';
import { PAGE_ROWS_MAX } from '../domain/limits.ts';
import { type ServiceApi, type ServiceFlags, serviceApi, serviceCommand } from './service-api.ts';
import type { Terminal } from './terminal.ts';

interface Heads {
  readonly items: readonly { readonly writer: string }[];
}

/** What a running service can show: for `verify`, on another machine and years later. */
export function auditCommand(terminal: Terminal): Command {
  const command = new Command('audit').description(
    'what a running service decided and did, to keep and to verify',
  );
  const show = (value: unknown) => terminal.out(`${JSON.stringify(value, null, 2)}\n`);
  command.addCommand(
    serviceCommand('export')
      .description('every entry as NDJSON, in the order of its chain')
      .action((flags: ServiceFlags) => exportAll(terminal, serviceApi(terminal, flags))),
  );
  command.addCommand(
    serviceCommand('head')
      .description('the ends of the chains: nothing before what you keep can be changed unnoticed')
      .action(async (flags: ServiceFlags) => show(await serviceApi(terminal, flags).get('/v1/audit/head'))),
  );
  command.addCommand(
    serviceCommand('key')
      .description('the public key that evidence is signed with')
      .action(async (flags: ServiceFlags) => show(await serviceApi(terminal, flags).get('/v1/evidence-key'))),
  );
  command.addCommand(
    serviceCommand('evidence')
      .description('all about one chain in one signed document')
      .argument('<chain>')
      .action(async (chain: string, flags: ServiceFlags) =>
        show(await serviceApi(terminal, flags).get(`/v1/chains/${encodeURIComponent(chain)}/evidence`)),
      ),
  );
  return command;
}

async function exportAll(terminal: Terminal, api: ServiceApi): Promise<void> {
  const { items } = await api.get<Heads>('/v1/audit/head');
  // Two ends of one writer are two entries that claim one place: its chain is told once, with both.
  for (const writer of new Set(items.map((head) => head.writer))) {
    for (let after: number | undefined = 0; after !== undefined; ) {
      const path = `/v1/audit/chains/${writer}?limit=${PAGE_ROWS_MAX}&after=${after}`;
      const page: { items: readonly object[]; next?: number } = await api.get(path);
      for (const entry of page.items) terminal.out(`${JSON.stringify(entry)}\n`);
      after = page.next;
    }
  }
}
