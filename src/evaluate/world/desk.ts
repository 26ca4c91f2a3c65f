import type { Principal } from '../../domain/event/index.ts';
import { api, tool } from './cast.ts';

/**
 * Parties with a duty of their own, beside the ones that do anything. Policy draws boundaries around these, so they
 * never stand in for another.
 */
const party = (kind: Principal['kind'], name: string): Principal => ({
  id: `spiffe://acme.example/${kind}/${name}`,
  kind,
  name,
});

export const desk = {
  helpdesk: party('agent', 'helpdesk'),
  ops: party('agent', 'ops'),
  developer: party('agent', 'developer'),
  procurement: party('agent', 'procurement'),
  refunds: party('agent', 'refunds'),
  responder: party('agent', 'incident-responder'),
  containment: party('workload', 'containment-function'),
  rotator: party('agent', 'rotator'),
  provisioner: party('agent', 'provisioner'),
  intake: party('agent', 'ticket-intake'),
  itsm: party('service', 'itsm-writer'),
  clerk: party('agent', 'finance-clerk'),
  exporter: party('service', 'privileged-exporter'),
  release: party('service', 'release-pipeline'),
  deployer: party('workload', 'deployer'),
  codeReview: party('agent', 'code-review'),
  mailroom: party('agent', 'mailroom'),
  hooks: party('service', 'webhook-worker'),
  ledger: party('agent', 'ledger-keeper'),
} as const;

/** People who may agree to what others ask for. None of them asks for anything. */
export const approvers: readonly Principal[] = ['ulla', 'viktor', 'wanda', 'xaver'].map((name) => ({
  id: `user:${name}`,
  kind: 'human',
  name,
}));

/** What the desk does at target systems. */
export const duty = {
  file: api('itsm', 'write', 'write'),
  searchLogs: api('logs', 'search', 'read'),
  restart: api('cluster', 'restart', 'write'),
  deploy: api('cluster', 'deploy', 'write'),
  pushConfig: api('cluster', 'configure', 'write'),
  export: api('exports', 'export', 'read'),
  refund: api('erp', 'refund', 'write'),
  onboard: api('erp', 'onboard-vendor', 'write'),
  pay: api('banking', 'pay', 'write'),
  rotate: api('vault', 'rotate', 'write'),
  readSecret: api('vault', 'read-secret', 'read'),
  storeObject: api('storage', 'write', 'write'),
  grantRole: api('iam', 'grant', 'admin'),
  announce: api('messaging', 'send', 'write'),
  isolate: api('edr', 'isolate', 'write'),
  enrich: api('edr', 'lookup', 'read'),
  comment: api('code', 'comment', 'write'),
  inspect: api('code', 'read', 'read'),
  book: api('ledger', 'book', 'write'),
  bill: api('charges', 'write', 'write'),
  ingest: api('intake', 'write', 'write'),
} as const;

/** The desk's tools. */
export const instrument = {
  ticket: tool('itsm', 'open_ticket', 'write'),
  attach: tool('itsm', 'attach_evidence', 'write'),
  customer: tool('customers', 'get', 'read'),
  plan: tool('cluster', 'plan', 'read'),
  payBack: tool('erp', 'pay_back', 'write'),
  quote: tool('suppliers', 'quote', 'read'),
  draft: tool('erp', 'draft_order', 'write'),
  integrate: tool('integrations', 'add', 'write'),
  inbox: tool('mailbox', 'read', 'read'),
  send: tool('mailbox', 'send', 'write'),
  account: tool('customers', 'account', 'read'),
} as const;

/** Environments; `batch` may be changed in the first half of every hour only, `archive` is frozen. */
export const environments = {
  dev: 'dev',
  staging: 'staging',
  prod: 'prod',
  batch: 'batch',
  archive: 'archive',
} as const;

export const repositories = ['acme/shop', 'acme/search', 'acme/mobile'] as const;
