import { Command } from 'commander';
import { ChainwardenError } from '../domain/errors.ts';
import { printable } from './draw.ts';
import { planText, type ShownPlan } from './plan-text.ts';
import { type ServiceFlags, serviceApi, serviceCommand } from './service-api.ts';
import type { Terminal } from './terminal.ts';

interface AskFlags extends ServiceFlags {
  readonly alert?: string;
  readonly jti?: string;
  readonly iss?: string;
  readonly hash?: string;
  readonly agent?: string;
  readonly strict?: boolean;
  readonly plan?: boolean;
  readonly reason: string;
  readonly json?: boolean;
}

interface WordFlags extends ServiceFlags {
  readonly digest: string;
  readonly reason: string;
}

interface Detail {
  readonly plan: ShownPlan;
  readonly decisions: readonly { readonly at: string; readonly by: string; readonly verb: string }[];
  readonly responses: readonly {
    readonly id: string;
    readonly state: string;
    readonly target: { readonly label: string };
    readonly reason?: string;
  }[];
}

/** Ends a credential of a running service with all that hangs on it, or shows what that would be. */
export function revokeCommand(terminal: Terminal): Command {
  return serviceCommand('revoke')
    .description('end a credential and what was made from it; --plan shows it before')
    .option('--alert <id>', 'the credential that this alert names')
    .option('--jti <id>', 'a token by its id, with --iss')
    .option('--iss <issuer>', 'issuer of --jti, or of --agent')
    .option('--hash <sha256>', 'a token by its hash, sha256:…')
    .option('--agent <id>', 'all that an agent was given; two persons must agree')
    .option('--strict', 'also what another parent still vouches for')
    .option('--plan', 'show what would end and what would stay, and do nothing')
    .option('--json', 'as JSON')
    .requiredOption('--reason <text>', 'for whoever asks later why')
    .addHelpText('after', '\nExample:\n  chainwarden revoke --alert alr_… --plan --reason "seen in triage"')
    .action((flags: AskFlags) => revoke(terminal, flags));
}

/** Plans of a running service, and a person's word on them. */
export function plansCommand(terminal: Terminal): Command {
  const command = new Command('plans').description('what a running service proposes to end');
  command.addCommand(
    serviceCommand('list')
      .description('plans, latest first')
      .option('--alert <id>', 'because of this alert')
      .action((flags: ServiceFlags & { alert?: string }) => list(terminal, flags)),
  );
  command.addCommand(
    serviceCommand('show')
      .description('one plan, what people said of it and what was done')
      .argument('<id>')
      .action(async (id: string, flags: ServiceFlags) => {
        tell(terminal, await serviceApi(terminal, flags).get<Detail>(pathOf(id)));
      }),
  );
  for (const verb of ['approve', 'deny'] as const) {
    command.addCommand(
      serviceCommand(verb)
        .description(`${verb} a plan as it was shown`)
        .argument('<id>')
        .requiredOption('--digest <digest>', 'of the plan that you have seen')
        .requiredOption('--reason <text>', 'for whoever asks later why')
        .action(async (id: string, { digest, reason, ...flags }: WordFlags) => {
          const api = serviceApi(terminal, flags);
          tell(terminal, await api.post<Detail>(`${pathOf(id)}/${verb}`, { digest, reason }));
        }),
    );
  }
  return command;
}

async function revoke(terminal: Terminal, flags: AskFlags): Promise<void> {
  const { strict, reason, json } = flags;
  const body = { ...subjectOf(flags), ...(strict === true ? { strict } : {}), reason };
  const api = serviceApi(terminal, flags);
  if (flags.plan === true) {
    const plan = await api.post<ShownPlan>('/v1/plans', body);
    terminal.out(json === true ? `${JSON.stringify(plan, null, 2)}\n` : planText(plan));
    return;
  }
  const detail = await api.post<Detail>('/v1/responses', body);
  if (json === true) terminal.out(`${JSON.stringify(detail, null, 2)}\n`);
  else tell(terminal, detail);
}

/** What the service is asked to end: exactly one thing. */
function subjectOf({ alert, jti, iss, hash, agent }: AskFlags): object {
  const named = [alert, jti, hash, agent].filter((one) => one !== undefined);
  if (named.length !== 1) throw usage('name one of --alert, --jti, --hash and --agent');
  if (alert !== undefined) return { alert };
  if (hash !== undefined) return { token: { hash } };
  if (agent !== undefined)
    return { subject: { id: agent, kind: 'agent', ...(iss === undefined ? {} : { iss }) } };
  if (iss === undefined) throw usage('a token id means something only beside its issuer: --iss');
  return { token: { iss, jti } };
}

async function list(terminal: Terminal, flags: ServiceFlags & { alert?: string }): Promise<void> {
  const query = flags.alert === undefined ? '' : `?${new URLSearchParams({ alert: flags.alert })}`;
  const page = await serviceApi(terminal, flags).get<{ items: ShownPlan[]; next?: string }>(
    `/v1/plans${query}`,
  );
  for (const { id, verdict, steps, because, reasons } of page.items) {
    const cause = because.by === undefined ? because.alertId : `asked by ${printable(because.by)}`;
    const [why = ''] = reasons;
    terminal.out(`${id} ${verdict} ${steps.length} targets, ${cause} ${printable(why)}`.trimEnd());
    terminal.out('\n');
  }
  if (page.items.length === 0) terminal.err('no plans\n');
  if (page.next !== undefined) terminal.err('there are more\n');
}

function tell(terminal: Terminal, { plan, decisions, responses }: Detail): void {
  terminal.out(planText(plan));
  for (const { at, by, verb } of decisions) terminal.out(`${at} ${printable(by)}: ${verb}\n`);
  for (const { id, state, target, reason = '' } of responses) {
    terminal.out(`${id} ${state} ${printable(target.label)} ${printable(reason)}`.trimEnd());
    terminal.out('\n');
  }
}

function pathOf(id: string): string {
  return `/v1/plans/${encodeURIComponent(id)}`;
}

function usage(message: string): ChainwardenError {
  return new ChainwardenError('USAGE', message);
}
