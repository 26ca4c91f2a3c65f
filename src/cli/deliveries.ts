import { Command } from 'commander';
import { wholeNumber } from './options.ts';
import { type ServiceFlags, serviceApi, serviceCommand } from './service-api.ts';
import type { Terminal } from './terminal.ts';

interface Listed {
  readonly id: string;
  readonly channel: string;
  readonly type: string;
  readonly state: string;
  readonly attempts: number;
  readonly createdAt: string;
  readonly lastError?: string;
}

interface ListFlags extends ServiceFlags {
  readonly state: string;
  readonly channel?: string;
  readonly limit: number;
}

/** Messages that left or were to leave, and those that were given up. */
export function deliveriesCommand(terminal: Terminal): Command {
  const command = new Command('deliveries').description('messages that a running service sent or gave up');
  command.addCommand(
    serviceCommand('list')
      .description('messages, latest first')
      .option('--state <state>', 'pending, delivered or dead', 'dead')
      .option('--channel <name>', 'of one endpoint or connector')
      .option('--limit <n>', 'at most so many', wholeNumber, 50)
      .action((flags: ListFlags) => list(terminal, flags)),
  );
  command.addCommand(
    serviceCommand('replay')
      .description('sends dead messages again, under their old ids')
      .argument('<id...>')
      .requiredOption('--reason <text>', 'for whoever asks later why')
      .action((ids: string[], flags: ServiceFlags & { reason: string }) => replay(terminal, ids, flags)),
  );
  return command;
}

async function list(terminal: Terminal, flags: ListFlags): Promise<void> {
  const { state, channel, limit } = flags;
  const query = new URLSearchParams({ state, limit: String(limit), ...(channel && { channel }) });
  const page = await serviceApi(terminal, flags).get<{ items: Listed[]; next?: string }>(
    `/v1/deliveries?${query}`,
  );
  for (const { id, createdAt, type, attempts, lastError = '', ...of } of page.items) {
    terminal.out(
      `${createdAt} ${id} ${of.state} ${of.channel} ${type} ${attempts} attempts ${lastError}`.trimEnd(),
    );
    terminal.out('\n');
  }
  if (page.items.length === 0) terminal.err(`no ${state} messages\n`);
  if (page.next !== undefined) terminal.err('there are more\n');
}

async function replay(
  terminal: Terminal,
  ids: readonly string[],
  flags: ServiceFlags & { reason: string },
): Promise<void> {
  const api = serviceApi(terminal, flags);
  for (const id of ids) {
    const path = `/v1/deliveries/${encodeURIComponent(id)}/replay`;
    const { channel } = await api.post<{ channel: string }>(path, { reason: flags.reason });
    terminal.out(`${id} leaves again by ${channel}\n`);
  }
}
