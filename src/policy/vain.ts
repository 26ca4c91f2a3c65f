import { matchesAny, type Policy } from '../domain/policy.ts';
import type { Path } from './path.ts';
import type { Unplaced } from './say.ts';

/** Rows that say something which nothing can ever meet, as far as the text alone shows it. */
export function neverMatching(policy: Policy): readonly Unplaced[] {
  return [
    ...actionLists(policy).flatMap(([path, patterns]) => unnamed(path, patterns)),
    ...expectedAndNotTrusted(policy),
  ];
}

/** Every list of patterns over actions. */
function actionLists(policy: Policy): readonly (readonly [Path, readonly string[]])[] {
  return [
    [['humanRequired'], policy.humanRequired],
    [['stopOnError'], policy.stopOnError],
    [['tickets', 'required'], policy.tickets.required],
    ...policy.agents.map(({ actions = [] }, row) => [['agents', row, 'actions'], actions] as const),
    ...policy.labels.map(({ actions }, row) => [['labels', row, 'actions'], actions] as const),
    ...policy.validation.map(({ actions }, row) => [['validation', row, 'actions'], actions] as const),
    ...policy.approvals.required.map(
      ({ actions }, row) => [['approvals', 'required', row, 'actions'], actions] as const,
    ),
  ];
}

/** The usual slip: a tool's name without its `tool:`. */
function unnamed(path: Path, patterns: readonly string[]): readonly Unplaced[] {
  return patterns.flatMap((pattern, index): readonly Unplaced[] =>
    /[:*]/.test(pattern)
      ? []
      : [
          {
            path: [...path, index],
            of: 'value',
            message: `fits nothing: actions are named tool:<name> or <system>:<action>; did you mean "tool:${pattern}"?`,
          },
        ],
  );
}

function expectedAndNotTrusted({ expects, trust }: Policy): readonly Unplaced[] {
  if (trust.issuers.length === 0) return [];
  return expects.issuers.flatMap((issuer, index): readonly Unplaced[] =>
    issuer.includes('*') || matchesAny(trust.issuers, issuer)
      ? []
      : [
          {
            path: ['expects', 'issuers', index],
            of: 'value',
            message: 'this issuer is expected to report its tokens, and trust.issuers does not trust it',
          },
        ],
  );
}
