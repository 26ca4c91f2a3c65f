import { Command } from 'commander';
import { printable } from './draw.ts';
import { wholeNumber } from './options.ts';
import { type ServiceFlags, serviceApi, serviceCommand } from './service-api.ts';
import type { Terminal } from './terminal.ts';

interface Shown {
  readonly id: string;
  readonly at: string;
  readonly action: string;
  readonly target: { readonly label: string };
  readonly mode: string;
  readonly state: string;
  readonly endpoint?: string;
  readonly reason?: string;
}

interface ListFlags extends ServiceFlags {
  readonly alert?: string;
  readonly chain?: string;
  readonly plan?: string;
  readonly state?: string;
  readonly limit: number;
}

interface WordFlags extends ServiceFlags {
  readonly reason: string;
}

/** What a running service did about credentials, and a person's word on it. */
export function responsesCommand(terminal: Terminal): Command {
  const command = new Command('responses').description('what a running service did about credentials');
  command.addCommand(
    serviceCommand('list')
      .description('responses, latest first')
      .option('--alert <id>', 'because of this alert')
      .option('--chain <id>', 'in this chain')
      .option('--plan <id>', 'of this plan')
      .option('--state <state>', 'that stand in this state, e.g. proposed, unconfirmed')
      .option('--limit <n>', 'at most so many', wholeNumber, 50)
      .action((flags: ListFlags) => list(terminal, flags)),
  );
  command.addCommand(
    serviceCommand('show')
      .description('one response, every state that it came to')
      .argument('<id>')
      .action(async (id: string, flags: ServiceFlags) => {
        tell(terminal, await serviceApi(terminal, flags).get<{ history: Shown[] }>(pathOf(id)));
      }),
  );
  for (const [verb, description] of [
    ['undo', 'give back what was taken, where the connector can'],
    ['confirm', 'say that the authority has ended'],
  ] as const) {
    command.addCommand(
      serviceCommand(verb)
        .description(description)
        .argument('<id>')
        .requiredOption('--reason <text>', 'for whoever asks later why')
        .action(async (id: string, { reason, ...flags }: WordFlags) => {
          const api = serviceApi(terminal, flags);
          tell(terminal, await api.post<{ history: Shown[] }>(`${pathOf(id)}/${verb}`, { reason }));
        }),
    );
  }
  return command;
}

async function list(terminal: Terminal, flags: ListFlags): Promise<void> {
  const { alert, chain, plan, state, limit } = flags;
  const query = new URLSearchParams({
    limit: String(limit),
    ...(alert && { alert }),
    ...(chain && { chain }),
    ...(plan && { plan }),
    ...(state && { state }),
  });
  const page = await serviceApi(terminal, flags).get<{ items: Shown[]; next?: string }>(
    `/v1/responses?${query}`,
  );
  for (const one of page.items) terminal.out(`${lineOf(one)}\n`);
  if (page.items.length === 0) terminal.err('no responses\n');
  if (page.next !== undefined) terminal.err('there are more\n');
}

function tell(terminal: Terminal, { history }: { readonly history: readonly Shown[] }): void {
  for (const one of history) terminal.out(`${lineOf(one)}\n`);
}

function lineOf({ id, at, action, target, mode, state, endpoint = '-', reason = '' }: Shown): string {
  const rehearsal = mode === 'dry_run' ? ' (dry run)' : '';
  const what = `${action} ${printable(target.label)} by ${endpoint}`;
  return `${at} ${id} ${state}${rehearsal} ${what} ${printable(reason)}`.trimEnd();
}

function pathOf(id: string): string {
  return `/v1/responses/${encodeURIComponent(id)}`;
}
