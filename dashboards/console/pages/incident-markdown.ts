import type { ChainDetail } from '../chart/detail.ts';
import { hopOf, lineageOf } from '../chart/lineage.ts';
import { holderOf, hopWord } from '../chart/words.ts';
import type { ShownAlert, ShownIncident } from '../parts/case.ts';
import { stateOf } from '../parts/case.ts';
import { linkWord } from '../parts/case-facts.ts';
import { markdownCode, markdownText } from '../parts/markdown.ts';
import type { ShownResponse } from '../parts/plan.ts';
import { scopeDifference } from '../parts/scope-difference.ts';
import { utcOf } from '../parts/time.ts';
import { actionWords } from '../parts/words.ts';

export interface Told {
  readonly incident: ShownIncident;
  readonly alerts: readonly ShownAlert[];
  readonly lead: ShownAlert | undefined;
  readonly chain: ChainDetail | undefined;
  readonly responses: readonly ShownResponse[];
  readonly madeMs: number;
}

/** The incident for a ticket: what a reader needs who cannot sign in here. Every string of it may be an attacker's. */
export function incidentMarkdown(told: Told): string {
  const { incident, alerts, responses, lead, madeMs } = told;
  return [
    `# Incident: ${markdownText(incident.title)}`,
    `${markdownText(incident.nextStep)}`,
    ...section('Who, what, until when', factsOf(incident)),
    ...section('Where it broke', whereOf(told)),
    ...section(
      'Alerts',
      alerts.map(
        ({ severity, state, title, detector, id }) =>
          `- ${severity}, ${state}: ${markdownText(title)} (${markdownText(detector)}, ${markdownCode(id)})`,
      ),
    ),
    ...section('Evidence of its cause', lead === undefined ? [] : evidenceOf(lead)),
    ...section(
      'Responses',
      responses.map(
        ({ at, state, action, target, mode, reason }) =>
          `- ${utcOf(at)} ${state}${mode === 'dry_run' ? ' (dry run)' : ''}: ${actionWords(action)} ${markdownCode(target.label)}${reason === undefined ? '' : `, ${markdownText(reason)}`}`,
      ),
    ),
    `Runbook: ${markdownCode(incident.runbook)}. As of ${utcOf(new Date(madeMs).toISOString())}.`,
  ]
    .join('\n\n')
    .concat('\n');
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`## ${title}`, lines.join('\n')];
}

function factsOf(incident: ShownIncident): readonly string[] {
  const { initiator, approver, actor, owner, target, environment, outcome, weakestLink } = incident;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Incident', markdownCode(incident.id)],
    ['Severity', incident.severity],
    ['State', stateOf(incident)],
    ['Initiator', textOf(initiator)],
    ['Approver', textOf(approver)],
    ['Actor', textOf(actor)],
    ['Owner', textOf(owner)],
    ['Target', textOf(target)],
    ['Environment', textOf(environment)],
    ['Outcome', textOf(outcome)],
    ['Writes since', incident.writesSince.toLocaleString('en')],
    ['Live until', liveOf(incident.liveUntil)],
    ['Weakest link', weakestLink === undefined ? undefined : linkWord(weakestLink)],
    ['Chain', incident.chainId === undefined ? undefined : markdownCode(incident.chainId)],
    ['First seen', utcOf(incident.firstAt)],
    ['Last seen', utcOf(incident.lastAt)],
  ];
  return facts.map(([name, value]) => `- **${name}**: ${value ?? 'not reported'}`);
}

function textOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : markdownText(text);
}

function liveOf(until: string | null | undefined): string {
  if (until === null) return 'never ends by itself';
  return until === undefined ? 'unknown' : utcOf(until);
}

function whereOf({ lead, chain }: Told): readonly string[] {
  const lineage = chain === undefined ? undefined : lineageOf(chain.hops);
  const broken = lead === undefined || lineage === undefined ? undefined : hopOf(lead, lineage);
  if (lineage === undefined || broken === undefined) return [];
  const difference = scopeDifference(broken, lineage.parentOf(broken));
  const scopes = (word: string, list: readonly string[]) =>
    list.map((scope) => `- ${word} ${markdownCode(scope)}`);
  return [
    ...lineage
      .pathUp(broken.key)
      .toReversed()
      .map(
        (hop, index) =>
          `${index + 1}. ${markdownText(holderOf(hop))}: ${markdownText(hopWord(hop))}${hop === broken ? ' **broke here**' : ''}`,
      ),
    ...(difference === undefined
      ? []
      : ['', ...scopes('added', difference.added), ...scopes('not passed on', difference.removed)]),
  ];
}

function evidenceOf({ evidence }: ShownAlert): readonly string[] {
  return Object.entries(evidence).flatMap(([fact, seen]) => [
    `- ${markdownText(fact)}`,
    ...Object.entries(seen as object).map(
      ([name, value]) => `  - ${markdownText(name)}: ${markdownCode(JSON.stringify(value))}`,
    ),
  ]);
}
