import type { EventData, Principal } from '../../src/domain/event/index.ts';
import { refKey } from '../../src/domain/token.ts';
import type { Random } from '../../src/evaluate/random.ts';
import { callApi, callTool, request } from '../../src/evaluate/world/calls.ts';
import {
  type ApiCapability,
  type Capability,
  type Issuer,
  issuers,
  read,
  systems,
  tool,
  write,
} from '../../src/evaluate/world/cast.ts';
import { type Line, type Script, wait } from '../../src/evaluate/world/script.ts';
import { exchange, type IssueSpec, issue, type Token } from '../../src/evaluate/world/tokens.ts';

/** An alert that must page in the end, by what it is about. Everything else must not. */
export interface Planted {
  readonly detector: string;
  readonly subject: string;
  /** Of events that are told in two ways: planted only if this is so of the tellings with the smaller digests. */
  readonly onlyIf?: {
    readonly ids: readonly string[];
    readonly holds: (inForce: readonly EventData[]) => boolean;
  };
}

/** What a story is told with. Every person and machine in it is its own, so that stories cannot add up. */
export interface Kit {
  readonly script: Script;
  readonly random: Random;
  /** Whether a part of the story is to arrive hours late. */
  readonly late: boolean;
}

/** A story writes its lines into the script and says what it planted. */
export type Story = (kit: Kit) => readonly Planted[];

const MINUTE_MS = 60_000;

export function principal({ script }: Kit, kind: Principal['kind']): Principal {
  return { id: `${kind}:${script.name(kind)}`, kind };
}

export function planted(detector: string, token: Token): Planted {
  return { detector, subject: refKey(token.ref) };
}

/** Issuers whose grants are spelt as calls need them, one for each way of naming tokens. */
export function someIssuer({ random }: Kit): Issuer {
  return random.pick([issuers.login, issuers.sts, issuers.opaque]);
}

export { read, write };

/** A person asks, an agent gets a token. */
export function open(
  kit: Kit,
  spec: Partial<IssueSpec> = {},
): { readonly human: Principal; readonly token: Token } {
  const { script, random } = kit;
  const human = principal(kit, 'human');
  if (random.chance(0.8)) request(script, human);
  wait(script, 50, 900);
  const system = random.pick(systems);
  const token = issue(script, {
    issuer: someIssuer(kit),
    subject: human,
    holder: principal(kit, 'agent'),
    capabilities: [read(system), write(system), tool(system, 'get', 'read')],
    ...spec,
  });
  wait(script, 50, 900);
  return { human, token };
}

/** Hands on the same authority, or less. */
export function hand(
  kit: Kit,
  parent: Token,
  capabilities: readonly Capability[] = parent.capabilities,
): Token {
  wait(kit.script, 100, 2_000);
  return exchange(kit.script, parent, { holder: principal(kit, 'agent'), capabilities });
}

/** Calls within what the token grants. */
export function work(kit: Kit, token: Token, calls: number, parentCallId?: string): void {
  const { script, random } = kit;
  const parent = parentCallId === undefined ? {} : { parentCallId };
  for (let left = calls; left > 0; left -= 1) {
    wait(script, 100, 2_500);
    const capability = random.pick(token.capabilities);
    const spec = { ...parent, resource: `${capability.system}/${random.int(1, 3)}` };
    if (capability.kind === 'tool') callTool(script, token, capability, spec);
    else callApi(script, token, capability as ApiCapability, spec);
  }
}

/** Signs of life of an issuer around now: absence is judged only against a feed that was alive. */
export function alive(kit: Kit, issuer: Issuer): void {
  const { script } = kit;
  const nowMs = script.nowMs;
  for (const offsetMs of [-2 * MINUTE_MS, 3 * MINUTE_MS]) {
    script.nowMs = nowMs + offsetMs;
    const subject = principal(kit, 'service');
    issue(script, {
      issuer,
      subject,
      holder: subject,
      capabilities: [read('crm')],
      grant: 'client_credentials',
      withoutTxn: true,
    });
  }
  script.nowMs = nowMs;
}

/** Delays the arrival of the lines that are chosen: hours in which their chain is over and forgotten. */
export function delay(kit: Kit, chooses: (line: Line) => boolean): void {
  const { script, random } = kit;
  const hours = random.int(2 * 3_600_000, 5 * 3_600_000);
  script.lines.forEach((line, index) => {
    if (chooses(line)) script.lines[index] = { ...line, delayMs: hours };
  });
}

export function names(line: Line, token: Token): boolean {
  return (
    'token' in line.data && line.data.token !== undefined && refKey(line.data.token) === refKey(token.ref)
  );
}
