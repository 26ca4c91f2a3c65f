import { createAlertBook, noticeBody } from '../../../src/alert/index.ts';
import type { AlertWithLife } from '../../../src/domain/alert.ts';
import type { Hop } from '../../../src/domain/chain.ts';
import type { LiveFinding } from '../../../src/domain/finding.ts';
import { Policy } from '../../../src/domain/policy.ts';
import type { ConfirmationWay } from '../../../src/domain/response.ts';
import type { OwnRecord } from '../../../src/respond/carry.ts';
import type { Connector } from '../../../src/respond/connectors/index.ts';
import { createResponder, type ResponderOptions } from '../../../src/respond/responder.ts';
import { findingOf } from '../alert/findings.ts';
import {
  acting,
  connectorOn,
  createMemoryResponses,
  createScripted,
  createTime,
  endpointOf,
  silent,
  startMs,
} from './support.ts';

export const minute = 60_000;
export const keyOf = (jti: string) => `tok:["iss","${jti}"]`;

/** A token of the finding's chain, made from another one. */
export function tokenHop(jti: string, parent: string | undefined, over: Partial<Hop> = {}): Hop {
  return {
    tenant: 'acme',
    chainId: 'chn_1',
    key: keyOf(jti),
    parentKey: parent === undefined ? undefined : keyOf(parent),
    kind: 'token',
    level: 1,
    depth: 0,
    from: undefined,
    to: { id: `holder of ${jti}`, kind: 'agent' },
    label: jti,
    token: { iss: 'iss', jti },
    tokenKind: 'access',
    grant: undefined,
    scope: undefined,
    addedScope: [],
    audience: [],
    issuedMs: startMs,
    expiresMs: startMs + 60 * minute,
    revokedMs: undefined,
    firstUsedMs: undefined,
    lastUsedMs: undefined,
    useCount: 0,
    alternatives: [],
    ancestorKey: undefined,
    late: false,
    version: 1,
    ...over,
  };
}

export function createWorld(over: Partial<Connector> & { readonly confirms?: ConfirmationWay } = {}) {
  // A chain of three: the finding is about the one in the middle.
  const time = createTime();
  const store = createMemoryResponses();
  const network = createScripted(time.clock);
  const records: OwnRecord[] = [];
  const { confirms = 'none', ...rest } = over;
  const connector = connectorOn(network, { ...rest, declared: { confirms } });
  store.hops.push(tokenHop('root', undefined), tokenHop('t1', 'root'), tokenHop('t2', 't1'));

  /** One process over what is kept; by default it acts only when a person says so. */
  function boot(config = acting({ mode: 'propose' }), more: Partial<ResponderOptions> = {}) {
    const book = createAlertBook();
    const responder = createResponder({
      store,
      channels: network.channels([endpointOf('ops')]),
      connectors: [connector],
      subscriptions: [],
      config,
      policy: () => Policy.parse({}),
      record: async (record) => void records.push(record),
      clock: time.clock,
      timer: time.timer,
      random: () => 0,
      log: silent,
      body: noticeBody,
      ...more,
    });
    return {
      responder,
      desk: responder.desk,
      handle: async (findings: readonly LiveFinding[]) => {
        await responder.handle(book.apply(findings));
        await time.advance(5);
      },
    };
  }
  return { time, store, network, records, boot };
}

export type World = ReturnType<typeof createWorld>;

/** The store's view of the alert that the finding makes. */
export function withAlert({ store }: World, over: Partial<AlertWithLife> = {}): AlertWithLife {
  const [made] = createAlertBook().apply([findingOf()]).alerts;
  if (made === undefined) throw new Error('no alert');
  const life = { state: 'open', assignee: '', closedReason: '', stateChangedMs: undefined } as const;
  const alert = { ...made, ...life, ...over };
  store.alerts.push(alert);
  return alert;
}

/** Orders that left, in order. */
export function sent({ network }: World): string[] {
  return network.sent.map(({ body }) => {
    const { type, data } = JSON.parse(body);
    return `${type} ${data.target.ref?.jti ?? data.target.key}`;
  });
}

/** Rows of responses: of what, its state, who approved. */
export function rows({ store }: World): string[] {
  return store.responses.map(({ target, state, approvedBy }) =>
    [target.kind === 'token' ? refOf(target.ref) : target.kind, state, ...approvedBy].join(' '),
  );
}

function refOf(ref: object): string {
  return 'jti' in ref ? String(ref.jti) : '?';
}
