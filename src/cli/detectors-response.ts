import { Argument, type Command } from 'commander';
import { responseModes } from '../domain/mode.ts';
import { printable } from './draw.ts';
import { type ServiceFlags, serviceApi, serviceCommand } from './service-api.ts';
import type { Terminal } from './terminal.ts';

interface Report {
  readonly id: string;
  readonly detector: string;
  readonly detectorVersion: number;
  readonly from: string;
  readonly to: string;
  readonly isCut: boolean;
  readonly isSupposed: boolean;
  readonly counts: Readonly<Record<string, number>>;
  readonly cases: readonly Case[];
  readonly openedBy: readonly { readonly by: string; readonly role: string }[];
}

interface Case {
  readonly alertId: string;
  readonly title: string;
  readonly verdict: string;
  readonly reasons: readonly string[];
  readonly state: string;
  readonly closedReason: string;
  readonly wasFalse: boolean;
  readonly stepCount: number;
  readonly steps: readonly {
    readonly label: string;
    readonly holder?: string;
    readonly production: readonly string[];
    readonly usedAfter?: string;
  }[];
}

interface BacktestFlags extends ServiceFlags {
  readonly open?: string;
  readonly json?: boolean;
}

interface ModeFlags extends ServiceFlags {
  readonly reason: string;
  readonly backtest?: string;
}

/** Cases of a report that a terminal shows. */
const CASES_SHOWN = 20;

/** What a detector of a running service may do without a person, and what that would have meant. */
export function responseCommands(terminal: Terminal): readonly Command[] {
  return [
    serviceCommand('backtest')
      .description('what a detector, acting alone, would have done in the last 30 days')
      .argument('<id>')
      .option('--open <backtest>', 'show an earlier one instead of making one')
      .option('--json', 'as JSON')
      .action((id: string, flags: BacktestFlags) => backtest(terminal, id, flags)),
    serviceCommand('mode')
      .description('let a detector be watched, be shown, propose, or act alone')
      .argument('<id>')
      .addArgument(new Argument('<mode>').choices(responseModes))
      .requiredOption('--reason <text>', 'for whoever asks later why')
      .option('--backtest <id>', 'of auto: a fresh one that an admin has looked at')
      .action((id: string, mode: string, flags: ModeFlags) => setMode(terminal, id, mode, flags)),
  ];
}

/** Whoever is shown it has looked at it: it is read back by its id, and the service notes by whom. */
async function backtest(terminal: Terminal, id: string, flags: BacktestFlags): Promise<void> {
  const api = serviceApi(terminal, flags);
  const made =
    flags.open ?? (await api.post<Report>(`/v1/detectors/${encodeURIComponent(id)}/backtest`, {})).id;
  const report = await api.get<Report>(`/v1/backtests/${encodeURIComponent(made)}`);
  terminal.out(flags.json === true ? `${JSON.stringify(report, null, 2)}\n` : describe(report));
}

async function setMode(terminal: Terminal, id: string, mode: string, flags: ModeFlags): Promise<void> {
  const { reason, backtest: looked } = flags;
  const body = { mode, reason, ...(looked === undefined ? {} : { backtest: looked }) };
  const set = await serviceApi(terminal, flags).post<{ mode: string; inForce: string }>(
    `/v1/detectors/${encodeURIComponent(id)}/mode`,
    body,
  );
  const less = set.mode === set.inForce ? '' : `; the configuration allows no more than ${set.inForce}`;
  terminal.out(`${id}: ${set.mode}${less}\n`);
}

function describe(report: Report): string {
  const { id, detector, detectorVersion, from, to, counts, cases, openedBy } = report;
  const n = (name: string): string => String(counts[name] ?? 0);
  const lines = [
    `${id}: ${detector} v${detectorVersion}, ${from} to ${to}, ${n('alerts')} alerts`,
    `acted on ${n('acted')}, left ${n('proposed')} to a person, refused ${n('refused')}`,
    `${n('tokens')} credentials of ${n('holders')} holders, at most ${n('mostInAnHour')} in one hour`,
    `in production ${n('production')}, used afterwards ${n('usedAfter')}`,
    `acted on and later closed as false ${n('falseActed')}, withdrawn ${n('withdrawnActed')}`,
    ...(report.isCut ? ['there was more than could be looked at'] : []),
    ...(report.isSupposed ? ['no connector is configured: told as if one could end everything'] : []),
    ...cases.slice(0, CASES_SHOWN).flatMap(caseLines),
    ...(cases.length > CASES_SHOWN ? [`… and ${cases.length - CASES_SHOWN} more: --json`] : []),
    `opened by ${openedBy.map(({ by, role }) => `${by} (${role})`).join(', ')}`,
  ];
  return `${lines.join('\n')}\n`;
}

function caseLines({ alertId, title, verdict, reasons, steps, stepCount, ...rest }: Case): string[] {
  const became = rest.wasFalse ? `closed as false: ${printable(rest.closedReason)}` : rest.state;
  const more = stepCount > steps.length ? [`        … and ${stepCount - steps.length} more`] : [];
  return [
    `${verdict.padEnd(8)}${alertId} ${printable(title)} (${became})`,
    ...reasons.map((reason) => `        because ${printable(reason)}`),
    ...steps.map(({ label, holder, production, usedAfter }) =>
      [
        `        ${printable(label)}`,
        ...(holder === undefined ? [] : [`of ${printable(holder)}`]),
        ...(usedAfter === undefined ? [] : [`used until ${usedAfter}`]),
        ...production.map(printable),
      ].join(', '),
    ),
    ...more,
  ];
}
