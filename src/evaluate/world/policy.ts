import type * as z from 'zod';
import type { Policy } from '../../domain/policy.ts';
import { canaries } from './canaries.ts';
import { type Issuer, issuers, payout, systems } from './cast.ts';
import { desk, duty, environments, instrument, repositories } from './desk.ts';
import { pinned } from './evidence.ts';
import { exportedFields } from './stories/finance.ts';
import { helpdeskFields, helpdeskTask } from './stories/front-desk.ts';
import { audienceOf } from './tokens.ts';

/** What a policy file may say. */
export type PolicyInput = z.input<typeof Policy>;

const all: readonly Issuer[] = Object.values(issuers);
const ofDomain = (domain: Issuer['domain']): string[] =>
  all.filter((issuer) => issuer.domain === domain).map(({ iss }) => iss);
const grants = (...capabilities: readonly { readonly grant: string }[]): string[] =>
  capabilities.map(({ grant }) => grant);
const ids = (...parties: readonly { readonly id: string }[]): string[] => parties.map(({ id }) => id);

/** The policy that belongs to the generated world: without it nobody knows which absences mean something. */
export function worldPolicy(): PolicyInput {
  return {
    version: 1,
    name: 'the simulated world',
    expects: {
      issuers: all.filter(({ expected }) => expected).map(({ iss }) => iss),
      trails: ['charges', 'erp', 'vault', 'cluster'],
      chains: ['cluster', 'vault', 'banking', 'exports'],
    },
    humanRequired: [payout.grant, 'tool:payments.*'],
    scopes: [{ issuer: issuers.forge.iss, dialect: 'hierarchical', separator: ':', direction: 'prefix' }],
    ...authority(),
    ...tasks(),
    ...places(),
    ...checks(),
  };
}

/** Whom the organisation trusts, and for how long. */
function authority(): PolicyInput {
  const named = new Set<string>([...systems, 'payments']);
  for (const { system } of [...Object.values(duty), ...Object.values(instrument)]) named.add(system);
  named.delete('ledger');
  return {
    trust: {
      issuers: all.map(({ iss }) => iss),
      roots: ['user:*', 'mail:*', 'acme/*', 'partner/*', 'spiffe://acme.example/*'],
      domains: [
        { name: 'acme', issuers: ofDomain('acme') },
        { name: 'partner', issuers: ofDomain('partner') },
      ],
      delegates: [{ from: 'user:treasurer*', to: ['spiffe://acme.example/agent/finance*'] }],
    },
    audiences: [
      { system: 'ledger', audiences: [audienceOf('ledger')], askedBy: ids(desk.ledger, desk.ops) },
      ...[...named].sort().map((system) => ({ system, audiences: [audienceOf(system)] })),
    ],
    lifetimes: {
      max: [
        { kinds: ['personal_access_token'], maxSeconds: 30 * 86_400 },
        { kinds: ['id-jag'], maxSeconds: 300 },
        { kinds: ['*'], maxSeconds: 14_400 },
      ],
      standingDays: 60,
    },
    depth: { max: 8, replacements: 5 },
    aliases: [['user:quentin', 'admin:quentin']],
    canaries: { tokens: [...canaries], principals: ['acme/canary/*'] },
    limits: { grantsPerChain: 60 },
  };
}

/** What the parties of the desk may do. */
function tasks(): PolicyInput {
  const pinnedPolicy = { ...pinned };
  return {
    agents: [
      {
        agent: desk.helpdesk.id,
        task: helpdeskTask.id,
        taskRequired: true,
        actions: grants(instrument.customer, instrument.ticket, instrument.attach),
        fields: [...helpdeskFields],
        limits: { rows: 50 },
        maxSessionSeconds: 1_800,
      },
      {
        agent: desk.release.id,
        actions: grants(duty.deploy, duty.pushConfig, instrument.plan),
        repositories: [...repositories],
        pinnedPolicy,
      },
      {
        agent: desk.deployer.id,
        actions: grants(duty.deploy),
        repositories: [...repositories],
        pinnedPolicy,
      },
      { agent: desk.ops.id, actions: ['logs:*', 'tool:itsm.*', 'ledger:*', ...grants(duty.restart)] },
      {
        agent: desk.procurement.id,
        actions: grants(instrument.quote, instrument.draft, duty.pay, duty.onboard),
        limits: { amount: 5_000 },
      },
      {
        agent: desk.refunds.id,
        actions: grants(instrument.customer, instrument.payBack, duty.refund),
        targets: ['customers*', 'erp*'],
        limits: { amount: 500 },
      },
      {
        agent: desk.exporter.id,
        targets: ['exports*'],
        fields: [...exportedFields, 'country'],
        limits: { rows: 1_000, bytes: 10_000_000 },
      },
      { agent: desk.intake.id, actions: grants(instrument.ticket) },
    ],
  };
}

/** Where and when, and what weighs more. */
function places(): PolicyInput {
  const halfHours = Array.from({ length: 24 }, (_, hour) => `${hour}`.padStart(2, '0'));
  return {
    environments: [
      { environment: environments.dev },
      { environment: environments.staging },
      { environment: environments.prod, principals: ids(desk.deployer, desk.release, desk.ops) },
      {
        environment: environments.batch,
        principals: ids(desk.ops),
        windows: halfHours.map((hour) => ({ from: `${hour}:00`, to: `${hour}:30` })),
      },
    ],
    changeFreezes: [
      {
        environments: [environments.archive],
        during: { from: '2020-01-01T00:00:00Z', to: '2099-12-31T00:00:00Z' },
        except: ids(desk.ledger),
      },
    ],
    tickets: { required: grants(duty.pushConfig) },
    stopOnError: grants(duty.rotate),
    sensitive: { targets: ['vault*', 'banking*', 'payments*'] },
    labels: [
      { actions: grants(instrument.inbox), labels: ['untrusted-input'] },
      { actions: grants(instrument.account), labels: ['sensitive-read'] },
      { actions: grants(instrument.send), labels: ['external-send'] },
      { actions: grants(duty.readSecret), labels: ['secret-read'] },
    ],
  };
}

/** What has to be agreed to, decided or checked before it is done. */
function checks(): PolicyInput {
  const { refund, onboard, grantRole, storeObject, announce, isolate, rotate, file } = duty;
  return {
    approvals: {
      required: [
        { actions: grants(refund, instrument.payBack, onboard, grantRole, storeObject, announce) },
        { actions: grants(isolate, rotate, file) },
        { actions: grants(duty.pay), fromAmount: 100 },
        { actions: grants(duty.restart), environments: [environments.prod, environments.batch] },
      ],
    },
    validation: [
      { actions: grants(duty.deploy, duty.export, file), by: 'decision', withinSeconds: 300 },
      { actions: grants(duty.deploy, rotate, isolate), by: 'fresh', withinSeconds: 300 },
    ],
  };
}
