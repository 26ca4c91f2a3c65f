import { approvalMisuse } from '../../detectors/approval-misuse/detector.ts';
import type { ActionView, ApprovalGrant, ApprovalView, Binding } from '../../src/domain/chain.ts';
import type { Finding } from '../../src/domain/finding.ts';
import {
  action,
  approval,
  chain,
  livelyFeeds,
  look,
  minuteMs,
  policy,
  startMs,
  type strangers,
} from './views.ts';

/** A chain whose actions rest on one approval, for tests of how it is misused. */

export const ben = { id: 'ben@example', kind: 'human' } as const;
export const mail: Binding = { action: 'tool:send_mail' };

/** Granted one minute after the start. */
export function grant(differs: Partial<ApprovalGrant> = {}): ApprovalGrant {
  return {
    atMs: startMs + minuteMs,
    by: ben,
    eventId: 'granted-1',
    binds: [mail],
    expMs: undefined,
    maxUses: undefined,
    requester: undefined,
    ticket: undefined,
    ...differs,
  };
}

interface Given {
  readonly grants?: readonly Partial<ApprovalGrant>[];
  readonly approval?: Partial<ApprovalView>;
  /** Actions of another chain that name the approval. */
  readonly elsewhere?: readonly ActionView[];
  readonly txns?: readonly string[];
  readonly rules?: object;
  readonly isNamed?: boolean;
  readonly people?: typeof strangers;
}

/** A chain whose actions name one approval, unless they say otherwise. */
export function misuse(actions: readonly Partial<ActionView>[], given: Given = {}): readonly Finding[] {
  const uses: ActionView[] = [...(given.elsewhere ?? [])];
  const grants = (given.grants ?? [{}]).map(grant);
  const held = approval('a1', { grants, uses, ...given.approval });
  const named = given.isNamed === false ? {} : { approvalId: 'a1', approval: held };
  const seen = actions.map((one, index) => action({ id: `call-${index}`, ...named, ...one }));
  uses.push(...seen.filter((one) => one.approvalId === 'a1'));
  uses.sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1));
  return look(approvalMisuse, {
    on: 'chain',
    chain: chain({ actions: seen, approvals: [held], txns: given.txns ?? [] }),
    feeds: livelyFeeds,
    policy: policy(given.rules),
    ...(given.people === undefined ? {} : { people: given.people }),
  });
}
