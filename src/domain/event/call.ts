import * as z from 'zod';
import { LIST_MAX } from '../limits.ts';
import {
  Binding,
  common,
  effects,
  id,
  instant,
  numericDate,
  Presented,
  Principal,
  Sender,
  sha256,
  smallMap,
  Target,
  Task,
  TokenRef,
  Tool,
  text,
} from './primitives.ts';

const toolCall = {
  ...common,
  callId: id,
  actor: Principal,
  tool: Tool,
  parentCallId: id.optional(),
  token: TokenRef.optional(),
  argsHash: sha256.optional(),
  effect: z.enum(effects).optional(),
  target: Target.optional(),
  decision: id.optional(),
  presented: Presented.optional(),
};

const apiCall = {
  ...common,
  actor: Principal,
  target: Target,
  action: id,
  token: TokenRef.optional(),
  effect: z.enum(effects).optional(),
  status: z.int().min(100).max(599).optional(),
  sender: Sender.optional(),
  callId: id.optional(),
  parentCallId: id.optional(),
  presented: Presented.optional(),
};

const approval = {
  ...common,
  approvalId: id,
  binds: z.array(Binding).max(LIST_MAX),
  exp: numericDate.optional(),
  maxUses: z.int().min(1).max(1_000_000).optional(),
  requester: Principal.optional(),
  ticket: id.optional(),
};

export const callEvents = [
  z.strictObject({
    type: z.literal('agent.invoked'),
    ...common,
    callId: id,
    actor: Principal,
    callee: Principal,
    parentCallId: id.optional(),
    token: TokenRef.optional(),
  }),
  z.strictObject({ type: z.literal('tool.invoked'), ...toolCall }),
  z.strictObject({ type: z.literal('tool.completed'), ...toolCall }),
  z.strictObject({ type: z.literal('tool.denied'), ...toolCall }),
  z.strictObject({ type: z.literal('api.called'), ...apiCall }),
  z.strictObject({ type: z.literal('api.denied'), ...apiCall }),
  z.strictObject({
    type: z.literal('system.changed'),
    ...common,
    target: Target.extend({ resource: text }),
    change: text,
    actor: Principal.optional(),
    token: TokenRef.optional(),
    beforeHash: sha256.optional(),
    afterHash: sha256.optional(),
  }),
] as const;

export const evidenceEvents = [
  z.strictObject({ type: z.literal('approval.requested'), ...approval }),
  z.strictObject({ type: z.literal('approval.granted'), ...approval, approver: Principal }),
  z.strictObject({ type: z.literal('approval.denied'), ...approval, approver: Principal }),
  z.strictObject({ type: z.literal('approval.expired'), ...approval }),
  z.strictObject({ type: z.literal('approval.withdrawn'), ...approval }),
  z.strictObject({
    type: z.literal('request.received'),
    ...common,
    triggerId: id,
    initiator: Principal,
    kind: z.enum(['human', 'ticket', 'alert', 'webhook', 'schedule']),
    provenance: z
      .strictObject({ verified: z.boolean(), method: id.optional(), keyId: id.optional() })
      .optional(),
    task: Task.optional(),
    ticket: id.optional(),
  }),
  z.strictObject({
    type: z.literal('request.closed'),
    ...common,
    triggerId: id,
    reason: z.enum(['done', 'cancelled', 'withdrawn']),
    ticket: id.optional(),
  }),
  z.strictObject({
    type: z.literal('policy.decision'),
    ...common,
    /** The AuthZEN 1.0 evaluation: subject, action, resource and the decision. */
    subject: z.strictObject({ type: id, id, properties: smallMap.optional() }),
    action: z.strictObject({ name: id, properties: smallMap.optional() }),
    resource: z.strictObject({ type: id, id: text, properties: smallMap.optional() }),
    decision: z.boolean(),
    policy: z.strictObject({ id, version: id.optional(), digest: id.optional() }).optional(),
    token: TokenRef.optional(),
  }),
] as const;

export const identityEvents = [
  z.strictObject({
    type: z.literal('privilege.granted'),
    ...common,
    principal: Principal,
    grants: z.array(id).max(LIST_MAX),
    exp: z.union([numericDate, z.null()]),
    token: TokenRef.optional(),
  }),
  z.strictObject({
    type: z.literal('privilege.expired'),
    ...common,
    principal: Principal,
    grants: z.array(id).max(LIST_MAX),
    exp: z.union([numericDate, z.null()]),
    token: TokenRef.optional(),
  }),
  z.strictObject({
    type: z.literal('identity.changed'),
    ...common,
    principal: Principal,
    change: z.enum([
      'disabled',
      'enabled',
      'offboarded',
      'compromised',
      'credential-changed',
      'session-ended',
      'risk',
    ]),
    session: id.optional(),
  }),
  z.strictObject({
    type: z.literal('identity.registered'),
    ...common,
    principal: Principal,
    sponsor: id.optional(),
    charter: text.optional(),
  }),
  z.strictObject({
    type: z.literal('identity.linked'),
    ...common,
    principals: z.array(Principal).min(2).max(LIST_MAX),
    by: id.optional(),
  }),
  z
    .strictObject({
      type: z.literal('credential.exposed'),
      ...common,
      token: TokenRef.optional(),
      principal: Principal.optional(),
      where: text.optional(),
      at: instant.optional(),
      by: id.optional(),
    })
    .refine(
      (value) => (value.token === undefined) !== (value.principal === undefined),
      'exactly one of token or principal',
    ),
] as const;
