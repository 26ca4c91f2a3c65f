import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { detectors } from '../../../../detectors/registry.ts';
import type { Action, Chain, Hop } from '../../../../src/domain/chain.ts';
import type {
  AdmittedEvent,
  EventData,
  EventOf,
  Principal,
  TokenRef,
} from '../../../../src/domain/event/index.ts';
import type { LiveFinding } from '../../../../src/domain/finding.ts';
import { Policy } from '../../../../src/domain/policy.ts';
import type { EngineOutput, LogRecord } from '../../../../src/domain/record.ts';
import { refKey } from '../../../../src/domain/token.ts';
import { createEngine } from '../../../../src/engine.ts';
import { admitted, START_MS } from '../worlds.ts';

export const iss = 'https://as.example';

/** Who tells it and when; everything else of an event is its data. */
export interface Telling {
  /** Seconds after the story begins. */
  readonly at?: number;
  readonly id?: string;
  readonly source?: string;
  /** Whether the publisher's key is bound to the issuer: then a parent that it names is at level 1, else 4. */
  readonly bound?: boolean;
  /** The format it came in; `cloudtrail` names parents by the platform's own ids. */
  readonly adapter?: string;
}

export type Told = Telling & { readonly data: EventData };

type Rest<T extends EventData['type']> = Partial<Omit<EventOf<T>, 'type' | 'v'>> & Telling;

/** A token by a short name: its jti, or `#name` for its hash alone. */
export function ref(name: string): TokenRef {
  return name.startsWith('#') ? { hash: hashOf(name.slice(1)) } : { iss, jti: name };
}

/** One token by both of its names. */
export function both(jti: string, hash: string): TokenRef {
  return { iss, jti, hash: hashOf(hash) };
}

export function hashOf(name: string): string {
  return `sha256:${createHash('sha256').update(name).digest('base64url')}`;
}

/** The key of a token, as hops and subjects carry it. */
export function keyOf(name: string): string {
  return refKey(ref(name));
}

export const person = (id: string): Principal => ({ id, kind: 'human' });
export const agent = (id: string): Principal => ({ id, kind: 'agent' });

const seconds = START_MS / 1000;

function told<T extends EventData['type']>(type: T, data: object, rest: Rest<T>): Told {
  const { at = 0, id, source, bound, adapter, ...more } = rest as Telling;
  const telling = { at, id, source, bound, adapter };
  const given = Object.fromEntries(Object.entries(telling).filter(([, value]) => value !== undefined));
  return { ...given, data: { v: 1, type, ...data, ...more } as unknown as EventData };
}

/** The issuer minted a token for ana that lives ten minutes. */
export function mint(token: string | TokenRef, rest: Rest<'token.issued'> = {}): Told {
  return told('token.issued', { ...minted(token, rest.at), grant: 'authorization_code' }, rest);
}

export function exchange(
  token: string | TokenRef,
  parents: string | readonly (string | TokenRef)[],
  rest: Rest<'token.exchanged'> = {},
): Told {
  const named = (typeof parents === 'string' ? [parents] : parents).map(refOf);
  return told(
    'token.exchanged',
    { ...minted(token, rest.at), grant: 'token-exchange', actor: agent('worker'), parents: named },
    rest,
  );
}

export function refresh(
  token: string | TokenRef,
  previous: string | TokenRef,
  rest: Rest<'token.refreshed'> = {},
): Told {
  const iat = seconds + (rest.at ?? 0);
  return told(
    'token.refreshed',
    { token: refOf(token), previous: refOf(previous), family: 'family', iat, exp: iat + 600 },
    rest,
  );
}

export function revoke(what: Rest<'token.revoked'>): Told {
  return told('token.revoked', {}, what);
}

/** What Chainwarden itself did. */
export function own(state: EventOf<'response.recorded'>['state'], what: Rest<'response.recorded'>): Told {
  return told('response.recorded', { state, response: 'rsp' }, what);
}

export function invoke(callId: string, rest: Rest<'agent.invoked'> = {}): Told {
  return told('agent.invoked', { callId, actor: agent('planner'), callee: agent(`${callId}-agent`) }, rest);
}

export function tool(callId: string, rest: Rest<'tool.invoked'> = {}): Told {
  return told('tool.invoked', { callId, actor: agent('worker'), tool: { name: 'get' } }, rest);
}

export function completed(callId: string, rest: Rest<'tool.completed'> = {}): Told {
  return told('tool.completed', { callId, actor: agent('worker'), tool: { name: 'get' } }, rest);
}

export function call(token: string | undefined, rest: Rest<'api.called'> = {}): Told {
  return told(
    'api.called',
    {
      actor: agent('worker'),
      target: { system: 'crm' },
      action: 'read',
      ...(token === undefined ? {} : { token: ref(token) }),
    },
    rest,
  );
}

export function request(txn: string, rest: Rest<'request.received'> = {}): Told {
  return told('request.received', { triggerId: 'r', initiator: person('ana'), kind: 'human', txn }, rest);
}

function refOf(token: string | TokenRef): TokenRef {
  return typeof token === 'string' ? ref(token) : token;
}

function minted(token: string | TokenRef, at = 0): object {
  return {
    token: refOf(token),
    tokenKind: 'access_token',
    subject: person('ana'),
    scope: ['crm:read'],
    iat: seconds + at,
    exp: seconds + at + 600,
  };
}

export function eventsOf(story: readonly Told[]): AdmittedEvent[] {
  return story.map(({ data, at = 0, id, source, bound, adapter }, index) => {
    const event = admitted(data, {
      id: id ?? `e${index}`,
      atMs: START_MS + at * 1000,
      ...(source === undefined ? {} : { source }),
      ...(bound === undefined ? {} : { bound }),
    });
    return adapter === undefined ? event : { ...event, origin: { ...event.origin, adapter } };
  });
}

export interface Linked {
  /** Without those that merged into another one. */
  readonly chains: readonly Chain[];
  readonly hops: readonly Hop[];
  readonly actions: readonly Action[];
  readonly findings: readonly LiveFinding[];
  /** Names of the tokens of each chain, sorted. */
  readonly families: readonly (readonly string[])[];
  /** The only chain. */
  readonly chain: Chain;
  hop(key: string): Hop;
  /** Findings by fact. */
  facts(): readonly string[];
}

export const policy = Policy.parse({});

/** Plays the story in the order told, backwards and shuffled, one event at a time and twice over: one outcome. */
export function chainsOf(
  story: readonly Told[],
  options: { policy?: Policy; shuffles?: number } = {},
): Linked {
  const events = eventsOf(story);
  const play = (order: readonly AdmittedEvent[]): Linked => settle(order, options.policy ?? policy);
  const linked = play(events);
  const orders = [[...events].reverse(), [...events, ...events]];
  for (let seed = 1; seed <= (options.shuffles ?? 12); seed += 1) orders.push(shuffle(events, seed));
  for (const order of orders) {
    const names = order.map((event) => `${event.id} ${event.data.type}`).join(', ');
    const { chains, hops, actions, findings } = play(order);
    expect({ chains, hops, actions, findings }, `in the order ${names}`).toEqual({
      chains: linked.chains,
      hops: linked.hops,
      actions: linked.actions,
      findings: linked.findings,
    });
  }
  return linked;
}

/** Everything the engine holds once the stream has ended. */
function settle(order: readonly AdmittedEvent[], rules: Policy): Linked {
  const engine = createEngine({ detectors, policy: rules });
  order.forEach((event, index) => {
    engine.apply([{ kind: 'event', seq: index + 1, event }]);
  });
  const end = order.length + 1;
  engine.apply([{ kind: 'watermark', seq: end, watermarkMs: Number.POSITIVE_INFINITY }]);
  return linkedOf(engine.apply([{ kind: 'policy', seq: end + 1, policy: rules }]));
}

/** The newest row of everything that was ever reported, merged chains and withdrawn findings included. */
export interface Stored {
  readonly chains: ReadonlyMap<string, Chain>;
  readonly hops: ReadonlyMap<string, Hop>;
  readonly actions: ReadonlyMap<string, Action>;
  readonly findings: ReadonlyMap<string, LiveFinding>;
}

/** A step of a stream: an event, or a watermark in seconds after the story begins. */
export type Step = Told | number;

/** What a store would hold after each step of a stream. */
export function stream(steps: readonly Step[], rules: Policy = policy): Stored[] {
  const engine = createEngine({ detectors, policy: rules });
  const chains = new Map<string, Chain>();
  const hops = new Map<string, Hop>();
  const actions = new Map<string, Action>();
  const findings = new Map<string, LiveFinding>();
  return steps.map((step, index) => {
    const seq = index + 1;
    const record: LogRecord =
      typeof step === 'number'
        ? { kind: 'watermark', seq, watermarkMs: START_MS + step * 1000 }
        : { kind: 'event', seq, event: eventsOf([{ id: `e${index}`, ...step }])[0] as AdmittedEvent };
    const output = engine.apply([record]);
    for (const row of output.chains) chains.set(row.id, row);
    for (const row of output.hops) hops.set(row.key, row);
    for (const row of output.actions) actions.set(row.id, row);
    for (const row of output.findings) findings.set(row.id, row);
    return {
      chains: new Map(chains),
      hops: new Map(hops),
      actions: new Map(actions),
      findings: new Map(findings),
    };
  });
}

function linkedOf(output: EngineOutput): Linked {
  const sorted = <T extends { version: number }>(rows: readonly T[], key: (row: T) => string): T[] =>
    rows.map((row) => ({ ...row, version: 0 })).sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const chains = sorted(
    output.chains.filter((chain) => chain.state !== 'merged'),
    (chain) => chain.id,
  );
  const hops = sorted(output.hops, (hop) => hop.key);
  const findings = sorted(
    output.findings.filter(({ state }) => state !== 'withdrawn' && state !== 'merged'),
    (finding) => finding.id,
  );
  const families = chains.map((chain) =>
    hops
      .filter((hop) => hop.chainId === chain.id && hop.token !== undefined)
      .map((hop) => hop.label)
      .sort(),
  );
  return {
    chains,
    hops,
    actions: sorted(output.actions, (action) => action.id),
    findings,
    families: families.sort((a, b) => (String(a) < String(b) ? -1 : 1)),
    get chain() {
      const [only, ...others] = chains;
      if (only === undefined || others.length > 0) throw new Error(`${chains.length} chains, not one`);
      return only;
    },
    hop(key) {
      const found = hops.find((hop) => hop.key === key);
      if (found === undefined) throw new Error(`no hop ${key} among ${hops.map((hop) => hop.key).join(' ')}`);
      return found;
    },
    facts: () => findings.map((finding) => finding.fact).sort(),
  };
}

function shuffle<T>(list: readonly T[], seed: number): T[] {
  const shuffled = [...list];
  let state = seed * 2_654_435_761;
  for (let at = shuffled.length - 1; at > 0; at -= 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = state % (at + 1);
    [shuffled[at], shuffled[other]] = [shuffled[other] as T, shuffled[at] as T];
  }
  return shuffled;
}
