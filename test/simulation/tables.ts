import type { Alert } from '../../src/domain/alert.ts';
import type { Action, Chain, Hop } from '../../src/domain/chain.ts';
import type { DeadLetter } from '../../src/domain/dead-letter.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { LoggedEvent } from '../../src/domain/ports.ts';
import type { Filing, StateRow } from '../../src/domain/recall.ts';
import type { LogRecord } from '../../src/domain/record.ts';
import type { OutboxEntry, Plan, PlanDecision, Response } from '../../src/domain/response.ts';

type Control = Exclude<LogRecord, { kind: 'event' }>;

/** What survives. Rows as the real store keeps them: by key, of two the newest version, of equal ones the later. */
export interface Tables {
  readonly events: Map<number, LoggedEvent>;
  readonly controls: Map<number, Control>;
  readonly letters: Map<string, DeadLetter>;
  readonly chains: Map<string, Chain>;
  readonly hops: Map<string, Hop>;
  readonly actions: Map<string, Action>;
  readonly alerts: Map<string, Alert>;
  readonly incidents: Map<string, Incident>;
  readonly responses: Map<string, Response>;
  readonly plans: Map<string, Plan>;
  readonly decisions: PlanDecision[];
  readonly outbox: Map<string, OutboxEntry>;
  readonly positions: Map<string, number>;
  readonly state: Map<string, StateRow>;
  /** By name, then by role, seq and alias. */
  readonly filings: Map<string, Map<string, Filing>>;
}

export function createTables(): Tables {
  return {
    events: new Map(),
    controls: new Map(),
    letters: new Map(),
    chains: new Map(),
    hops: new Map(),
    actions: new Map(),
    alerts: new Map(),
    incidents: new Map(),
    responses: new Map(),
    plans: new Map(),
    decisions: [],
    outbox: new Map(),
    positions: new Map(),
    state: new Map(),
    filings: new Map(),
  };
}
