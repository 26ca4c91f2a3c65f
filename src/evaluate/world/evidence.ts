import type { EventOf, Principal } from '../../domain/event/index.ts';
import type { Capability } from './cast.ts';
import { digestOf, emit, type Script } from './script.ts';
import { keyOf, type Token } from './tokens.ts';

const POLICY = 'https://policy.acme.example';
const ACCESS = 'https://access.acme.example';
const DIRECTORY = 'https://people.acme.example';
const SCANNER = 'https://scanner.acme.example';

type Decision = EventOf<'policy.decision'>;

/** The policy that release decisions are pinned to, as the world's own policy has it. */
export const pinned = {
  id: 'release-rules',
  version: '7',
  digest: digestOf('release-rules 7'),
} as const;

export interface DecisionSpec {
  readonly allowed?: boolean;
  /** What exactly was asked for: rows, fields, record, amount. */
  readonly properties?: NonNullable<Decision['resource']['properties']>;
  readonly policy?: Decision['policy'] | null;
  readonly resource?: string;
}

/** An AuthZEN evaluation: may the holder of `token` do this? */
export function decide(script: Script, token: Token, capability: Capability, spec: DecisionSpec = {}): void {
  const { properties, policy = pinned } = spec;
  emit(script, POLICY, 'policy.decision', {
    txn: script.txn,
    subject: { type: token.holder.kind, id: token.holder.id },
    action: { name: capability.grant },
    resource: {
      type: capability.system,
      id: spec.resource ?? capability.system,
      ...(properties === undefined ? {} : { properties }),
    },
    decision: spec.allowed ?? true,
    policy: policy ?? undefined,
    token: token.ref,
  });
}

/** Somebody asks the issuer whether a token is still good (RFC 7662). */
export function introspect(script: Script, token: Token, by: Principal, active = true): void {
  emit(script, token.issuer.source, 'token.introspected', {
    txn: script.txn,
    token: token.ref,
    active,
    by: by.id,
  });
}

/** What the target system itself says was changed, by which request. */
export function changed(
  script: Script,
  token: Token | undefined,
  action: Capability,
  resource: string,
  spec: { readonly httpRequestId?: string; readonly approvalId?: string; readonly actor?: Principal } = {},
): void {
  emit(script, `https://api.acme.example/${action.system}`, 'system.changed', {
    txn: script.callsCarryTxn ? script.txn : undefined,
    target: { system: action.system, resource },
    change: action.action,
    actor: spec.actor ?? token?.holder,
    token: token?.ref,
    beforeHash: digestOf(`${resource} before ${script.name('state')}`),
    afterHash: digestOf(`${resource} after ${script.name('state')}`),
    httpRequestId: spec.httpRequestId,
    approvalId: spec.approvalId,
  });
}

/** A privilege for a while; null: for ever. Returns the instant at which it ends. */
export function grantPrivilege(
  script: Script,
  token: Token,
  grants: readonly string[],
  forS: number | null,
  approvalId?: string,
): number | null {
  const exp = forS === null ? null : Math.floor(script.nowMs / 1000) + forS;
  emit(script, ACCESS, 'privilege.granted', {
    txn: script.txn,
    principal: token.holder,
    grants: [...grants],
    exp,
    token: token.ref,
    approvalId,
  });
  return exp;
}

export function endPrivilege(
  script: Script,
  token: Token,
  grants: readonly string[],
  exp: number | null,
): void {
  emit(script, ACCESS, 'privilege.expired', {
    txn: script.txn,
    principal: token.holder,
    grants: [...grants],
    exp,
    token: token.ref,
  });
}

/** Something becomes of a principal. The directory knows nothing of transactions. */
export function identity(
  script: Script,
  principal: Principal,
  change: EventOf<'identity.changed'>['change'],
  session?: string,
): void {
  emit(script, DIRECTORY, 'identity.changed', { principal, change, session });
}

export function register(script: Script, principal: Principal, sponsor: Principal, charter: string): void {
  emit(script, DIRECTORY, 'identity.registered', { principal, sponsor: sponsor.id, charter });
}

/** Two names of one party. */
export function link(script: Script, ...principals: readonly Principal[]): void {
  emit(script, DIRECTORY, 'identity.linked', { principals: [...principals], by: 'user:identity-desk' });
}

/** A credential was found where everybody can read it. */
export function expose(
  script: Script,
  what: { readonly token: Token } | { readonly principal: Principal },
): void {
  emit(script, SCANNER, 'credential.exposed', {
    token: 'token' in what ? what.token.ref : undefined,
    principal: 'principal' in what ? what.principal : undefined,
    where: 'a public repository',
    by: 'secret scanning',
  });
}

/** A proof of possession by the holder of `party`'s key. */
export function proofOf(party: Principal, jti: string): { jkt: string; jti: string } {
  return { jkt: keyOf(party), jti };
}
