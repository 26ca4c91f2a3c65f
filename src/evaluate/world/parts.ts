import type { Principal } from '../../domain/event/index.ts';
import { call, callApi, callTool, invoke, type RequestKind, type RequestSpec, request } from './calls.ts';
import {
  agents,
  type Capability,
  humans,
  type Issuer,
  isApi,
  issuers,
  orchestrators,
  read,
  record,
  services,
  systems,
  tool,
  toolsOf,
  write,
} from './cast.ts';
import { type Script, wait } from './script.ts';
import { type ExchangeSpec, exchange, type IssueSpec, issue, type Token } from './tokens.ts';

/** Issuers whose tokens a person's sign-in can start with. */
export const signInIssuers: readonly Issuer[] = [
  issuers.login,
  issuers.sts,
  issuers.opaque,
  issuers.verbFirst,
  issuers.dotted,
  issuers.forge,
];

/** Issuers that spell a grant as calls need it, so that a call can be compared with the token's scope. */
export const comparableIssuers: readonly Issuer[] = [issuers.login, issuers.sts, issuers.opaque];

/** Reading, and sometimes writing, in one to three systems; for some tokens tool by tool. */
export function someCapabilities(script: Script): Capability[] {
  const { random } = script;
  const chosen = random.sample(systems, random.int(1, 3));
  const perTool = random.chance(0.3);
  return chosen.flatMap((system) => {
    const actions = random.chance(0.5) ? [read(system), write(system)] : [read(system)];
    return perTool ? [...actions, ...random.sample(toolsOf(system), random.int(1, 3))] : actions;
  });
}

/** The same authority or less, never none. */
export function narrowed(script: Script, capabilities: readonly Capability[]): Capability[] {
  if (script.random.chance(0.3)) return [...capabilities];
  return script.random.sample(capabilities, script.random.int(1, capabilities.length));
}

/** How many things one step does: most do a few, one in a hundred eleven, none more than 23. */
function fanOut(script: Script): number {
  return script.random.geometric(0.66, 1, 23);
}

/** Calls within what the token grants. */
export function work(script: Script, token: Token, parentCallId?: string, steps = fanOut(script)): void {
  const { random } = script;
  const parent = parentCallId === undefined ? {} : { parentCallId };
  for (let step = 0; step < steps; step += 1) {
    wait(script, 200, 3_000);
    const capability = random.pick(token.capabilities);
    const resource = record(capability.system, random.int(0, 24));
    const namesTools = token.capabilities.some(({ kind }) => kind === 'tool');
    if (!isApi(capability) || namesTools || random.chance(0.5)) {
      call(script, token, capability, { ...parent, resource });
      continue;
    }
    // The token says nothing about tools, so the tool is judged by the API call below it.
    const wrapper = tool(
      capability.system,
      capability.effect === 'read' ? 'get' : 'update',
      capability.effect,
    );
    const callId = callTool(script, token, wrapper, { ...parent, resource });
    callApi(script, token, capability, { parentCallId: callId, resource });
  }
}

export interface Opening {
  readonly human: Principal;
  readonly agent: Principal;
  readonly token: Token;
  /** The agent's run, under which its calls hang. */
  readonly run: string;
  /** The request that set it off. */
  readonly triggerId: string;
}

export type OpeningSpec = Partial<Omit<IssueSpec, 'subject' | 'holder'>> &
  RequestSpec & {
    readonly human?: Principal;
    readonly agent?: Principal;
    readonly kind?: RequestKind;
  };

/** A person asks, signs in, and an agent starts to work with a token of its own. */
export function opening(script: Script, spec: OpeningSpec = {}): Opening {
  const { random } = script;
  const { ticket, task } = spec;
  const human = spec.human ?? random.pick(humans);
  const agent = spec.agent ?? random.pick(agents);
  const triggerId = request(script, human, spec.kind ?? (ticket === undefined ? 'human' : 'ticket'), {
    ...(ticket === undefined ? {} : { ticket }),
    ...(task === undefined ? {} : { task }),
  });
  wait(script, 200, 1_500);
  const token = issue(script, {
    ...spec,
    issuer: spec.issuer ?? random.pick(signInIssuers),
    subject: human,
    holder: agent,
    capabilities: spec.capabilities ?? someCapabilities(script),
  });
  wait(script, 50, 600);
  const run = invoke(script, human, agent, { token });
  return { human, agent, token, run, triggerId };
}

export interface Handed {
  readonly token: Token;
  readonly run: string;
}

/** The holder of `parent` hands work on: the callee gets a token of its own. */
export function handOver(
  script: Script,
  parent: Token,
  parentRun: string,
  spec: Partial<ExchangeSpec> = {},
): Handed {
  wait(script, 100, 1_200);
  const holder = spec.holder ?? nextHolder(script, parent.holder);
  const token = exchange(script, parent, { ...spec, holder });
  wait(script, 50, 400);
  return { token, run: invoke(script, parent.holder, holder, { token, parentCallId: parentRun }) };
}

function nextHolder(script: Script, present: Principal): Principal {
  const others = [...agents, ...orchestrators, ...services].filter(({ id }) => id !== present.id);
  return script.random.pick(others);
}

/** A party that appears in this chain only: what happens to it or through it concerns no other chain. */
export function own(script: Script, principal: Principal): Principal {
  return { ...principal, id: `${principal.id}/${script.name('instance')}` };
}
