import type {
  ActionView,
  ApprovalView,
  ChainView,
  IssuerView,
  PeopleView,
  PrincipalWindow,
  Revocation,
  SourceView,
  TokenView,
  ToolView,
} from '../../src/domain/chain.ts';
import type { Detector, FeedHealth, FeedView, Sighting } from '../../src/domain/detector.ts';
import type { Principal } from '../../src/domain/event/index.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { Policy } from '../../src/domain/policy.ts';
import { principalKey } from '../../src/domain/principal.ts';
import { refKey } from '../../src/domain/token.ts';

/** Hand-built views for detector tests: every builder gives a harmless object, a test names what differs. */

export const issuer = 'https://as.example';
/** 2026-01-05T08:00:00Z, when every story starts. */
export const startMs = Date.UTC(2026, 0, 5, 8);
export const minuteMs = 60_000;

const ann: Principal = { id: 'ann@example', kind: 'human' };
export const bot: Principal = { id: 'agent/crm', kind: 'agent', name: 'CRM agent' };

/** A token that lives from the start for an hour. Undefined members are left out, as the engine does. */
export function token(jti: string, differs: Partial<TokenView> = {}): TokenView {
  const ref = { iss: issuer, jti };
  return {
    key: refKey(ref),
    ref,
    issuer,
    issued: true,
    tokenKind: 'access_token',
    grant: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject: ann,
    actor: bot,
    client: 'crm-client',
    act: undefined,
    mayAct: undefined,
    cnf: undefined,
    authorizationDetails: undefined,
    scope: ['crm:read'],
    requestedScope: undefined,
    requestedAudience: undefined,
    aud: undefined,
    iatMs: startMs,
    nbfMs: undefined,
    expMs: startMs + 60 * minuteMs,
    maxUses: undefined,
    session: undefined,
    family: undefined,
    txn: undefined,
    environment: undefined,
    standing: false,
    firstSeenMs: startMs,
    eventIds: [`issued-${jti}`],
    parent: undefined,
    parentLevel: differs.parent === undefined ? undefined : 1,
    otherParents: [],
    actorToken: undefined,
    childCount: 0,
    children: [],
    uses: [],
    approvals: [],
    revocation: undefined,
    tombstone: undefined,
    unconfirmed: [],
    introspections: [],
    rejections: [],
    exposure: undefined,
    privileges: [],
    contradiction: undefined,
    cutParent: undefined,
    ...differs,
  };
}

/** A line of tokens, root first, each derived from the one before it; returns the last. */
export function lineOf(...links: readonly Partial<TokenView>[]): TokenView {
  const [root = {}, ...rest] = links;
  return rest.reduce<TokenView>(
    (parent, differs, index) => token(`hop-${index + 1}`, { parent, ...differs }),
    token('root', root),
  );
}

export function revocation(differs: Partial<Revocation> = {}): Revocation {
  return { atMs: startMs, via: 'token', reason: 'compromised', by: 'soc', eventId: 'revoked-1', ...differs };
}

/** A write through a tool, accepted, ten minutes after the start. */
export function action(differs: Partial<ActionView> = {}): ActionView {
  return {
    id: 'call-1',
    kind: 'tool',
    atMs: startMs + 10 * minuteMs,
    actor: bot,
    token: token('root'),
    tool: { name: 'send_mail' },
    target: undefined,
    action: 'send_mail',
    effect: 'write',
    outcome: 'accepted',
    needs: 'tool:send_mail',
    presented: undefined,
    sender: undefined,
    argsHash: undefined,
    details: {},
    task: undefined,
    approvalId: undefined,
    approval: undefined,
    httpRequestIds: [],
    otherTokens: [],
    txn: undefined,
    eventIds: ['call-event-1'],
    platform: false,
    ...differs,
  };
}

export function chain(differs: Partial<ChainView> = {}): ChainView {
  const rootToken = token('root');
  return {
    id: 'chn_1',
    tenant: 'acme',
    rootToken,
    rootKey: rootToken.key,
    startedMs: startMs,
    lastEventMs: startMs + 10 * minuteMs,
    initiator: ann,
    txns: [],
    targets: [],
    tools: [],
    needs: [],
    targetCount: 0,
    toolCount: 0,
    actionCount: 1,
    completeness: { request: true, authority: true, context: true, impact: true },
    humans: [ann],
    machineRoot: false,
    eventIds: ['request-1'],
    platform: false,
    circles: [],
    tokens: [rootToken],
    actions: [],
    requests: [],
    approvals: [],
    decisions: [],
    privileges: [],
    invocations: [],
    ...differs,
  };
}

export function principalWindow(differs: Partial<PrincipalWindow> = {}): PrincipalWindow {
  return {
    principal: bot,
    key: 'prn:agent/crm',
    hourMs: startMs,
    targets: [],
    tools: [],
    targetCount: 0,
    toolCount: 0,
    approvalCount: 0,
    approvalsPerMinute: 0,
    chainId: undefined,
    eventIds: ['call-event-1'],
    lastMs: startMs + 10 * minuteMs,
    ...differs,
  };
}

export function sourceView(differs: Partial<SourceView> = {}): SourceView {
  return {
    source: '//as.example',
    conflicts: [{ id: 'event-1', atMs: startMs }],
    count: 1,
    lastMs: startMs,
    ...differs,
  };
}

/** A feed that speaks, in use since the start. */
export function feedHealth(differs: Partial<FeedHealth> = {}): FeedHealth {
  return { issuer, lastMs: startMs, sinceMs: startMs, inUse: true, silent: false, ...differs };
}

export const silentFeeds: FeedView = { aliveAround: () => false };
export const livelyFeeds: FeedView = { aliveAround: () => true };

/** Nobody is known under two names, and nothing ever happened to anybody. */
export const strangers: PeopleView = {
  of: () => ({ changes: [], exposure: undefined }),
  same: (a, b) => principalKey(a) === principalKey(b),
};

export function approval(id: string, differs: Partial<ApprovalView> = {}): ApprovalView {
  return {
    id,
    requests: [],
    grants: [],
    denials: [],
    withdrawals: [],
    expiries: [],
    txns: [],
    uses: [],
    ...differs,
  };
}

export function issuerView(differs: Partial<IssuerView> = {}): IssuerView {
  return { issuer, owners: [], strangers: [], refused: [], ...differs };
}

export function toolView(differs: Partial<ToolView> = {}): ToolView {
  return { key: 'mail send_mail', server: 'mail', name: 'send_mail', definitions: [], ...differs };
}

export function policy(differs: object = {}): Policy {
  return Policy.parse(differs);
}

/** A sighting in which people are strangers unless a test says otherwise. */
type Shown = Sighting extends infer One
  ? One extends { readonly people: PeopleView }
    ? Omit<One, 'people'> & { readonly people?: PeopleView }
    : One
  : never;

/** Lets a detector look at one thing, with its configuration's defaults. */
export function look<Config>(
  detector: Detector<Config>,
  sighting: Shown,
  config: object = {},
): readonly Finding[] {
  return detector.evaluate({ people: strangers, ...sighting } as Sighting, detector.config.parse(config));
}
