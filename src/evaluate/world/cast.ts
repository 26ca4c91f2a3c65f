import type { Effect, Principal } from '../../domain/event/index.ts';

/** Something a token may allow: a call of a tool, or an action at a target system. */
export interface Capability {
  /** What the call needs, as the contract says it: `tool:<name>` or `<system>:<action>`. */
  readonly grant: string;
  readonly kind: 'tool' | 'api';
  readonly system: string;
  /** The tool's name, or the verb of the API. */
  readonly action: string;
  readonly effect: Effect;
}

/** A capability of an API: what `callApi` takes, so that no tool is ever called as one. */
export type ApiCapability = Capability & { readonly kind: 'api' };

export function isApi(capability: Capability): capability is ApiCapability {
  return capability.kind === 'api';
}

/** An authorization server of the generated world. */
export interface Issuer {
  readonly iss: string;
  /** CloudEvents source of its feed. */
  readonly source: string;
  /** How its feed names tokens. */
  readonly refs: 'jti' | 'jti+hash' | 'hash';
  /** How it spells an API grant. */
  readonly spell: (capability: Capability) => string;
  /** Whether policy expects it to log all issuance. */
  readonly expected: boolean;
  /** Issuers of one domain trust each other; between domains a federation grant is needed. */
  readonly domain: 'acme' | 'partner';
}

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** Scope naming differs from issuer to issuer, as it does in the field. */
export const issuers = {
  login: {
    iss: 'https://login.acme.example',
    source: 'https://login.acme.example/events',
    refs: 'jti',
    spell: ({ grant }) => grant,
    expected: true,
    domain: 'acme',
  },
  sts: {
    iss: 'https://sts.acme.example',
    source: 'https://sts.acme.example/events',
    refs: 'jti+hash',
    spell: ({ grant }) => grant,
    expected: true,
    domain: 'acme',
  },
  /** Opaque tokens: nobody ever sees an identifier, only digests. */
  opaque: {
    iss: 'urn:acme:opaque-as',
    source: 'urn:acme:opaque-as',
    refs: 'hash',
    spell: ({ grant }) => grant,
    expected: false,
    domain: 'acme',
  },
  verbFirst: {
    iss: 'https://acme.eu.auth.example',
    source: 'https://acme.eu.auth.example/logs',
    refs: 'jti',
    spell: ({ system, action }) => `${action}:${system}`,
    expected: false,
    domain: 'acme',
  },
  dotted: {
    iss: 'https://directory.acme.example',
    source: 'https://directory.acme.example/audit',
    refs: 'jti+hash',
    spell: ({ system, action }) => `${capitalised(system)}.${capitalised(action)}`,
    expected: false,
    domain: 'acme',
  },
  /** Compared segment by segment: `repo` covers `repo:read` (see worldPolicy). */
  forge: {
    iss: 'https://forge.acme.example',
    source: 'https://forge.acme.example/audit',
    refs: 'jti',
    spell: ({ grant }) => grant,
    expected: false,
    domain: 'acme',
  },
  partner: {
    iss: 'https://id.partner.example',
    source: 'https://id.partner.example/feed',
    refs: 'jti+hash',
    spell: ({ system, action }) => `urn:partner:${system}/${action === 'read' ? 'view' : action}`,
    expected: false,
    domain: 'partner',
  },
  /** Policy expects its feed, but it has never been connected. */
  silent: {
    iss: 'https://legacy-sso.acme.example',
    source: 'https://legacy-sso.acme.example/events',
    refs: 'jti',
    spell: ({ grant }) => grant,
    expected: true,
    domain: 'acme',
  },
} as const satisfies Record<string, Issuer>;

export function scopeOf(issuer: Issuer, capabilities: readonly Capability[]): string[] {
  return [...new Set(capabilities.map((item) => (item.kind === 'tool' ? item.grant : issuer.spell(item))))];
}

/** Systems of the ordinary world. Payments stand apart: policy wants a person behind a payout. */
export const systems = [
  'crm',
  'orders',
  'billing',
  'tickets',
  'mail',
  'calendar',
  'docs',
  'repo',
  'warehouse',
  'deploy',
] as const;

export function api(system: string, action: string, effect: Effect): ApiCapability {
  return { grant: `${system}:${action}`, kind: 'api', system, action, effect };
}

export function tool(system: string, verb: string, effect: Effect): Capability {
  return { grant: `tool:${system}.${verb}`, kind: 'tool', system, action: `${system}.${verb}`, effect };
}

export const read = (system: string): ApiCapability => api(system, 'read', 'read');
export const write = (system: string): ApiCapability => api(system, 'write', 'write');
export const payout: ApiCapability = api('payments', 'payout', 'write');

/** The tools that a system offers. */
export function toolsOf(system: string): Capability[] {
  return [tool(system, 'search', 'read'), tool(system, 'get', 'read'), tool(system, 'update', 'write')];
}

/**
 * Records per system. With ten systems nobody, however busy, touches 400 distinct targets in an hour, so that the
 * policy's ceiling per principal stays out of reach of ordinary work.
 */
const RECORDS_PER_SYSTEM = 25;

export function record(system: string, number: number): string {
  return `${system}/records/${1000 + (number % RECORDS_PER_SYSTEM)}`;
}

const named = (kind: Principal['kind'], prefix: string, names: readonly string[]): Principal[] =>
  names.map((name) => ({ id: `${prefix}${name}`, kind, name }));

export const humans = named('human', 'user:', [
  'amara',
  'bjorn',
  'chiara',
  'dmitri',
  'elena',
  'farid',
  'grace',
  'hiro',
  'ines',
  'jonas',
  'kavya',
  'liam',
  'mei',
  'noor',
  'oskar',
  'priya',
  'quentin',
  'rosa',
  'samir',
  'tova',
]);
export const agents = named('agent', 'spiffe://acme.example/agent/', [
  'support',
  'research',
  'sales',
  'coder',
  'triage',
  'finance',
  'scheduler',
  'reviewer',
  'writer',
  'analyst',
]);
export const orchestrators = named('orchestrator', 'spiffe://acme.example/orchestrator/', [
  'planner',
  'router',
  'workflow',
  'batch',
]);
export const services = named('service', 'spiffe://acme.example/service/', [
  'exporter',
  'indexer',
  'notifier',
  'reconciler',
  'mirror',
  'reporter',
]);
