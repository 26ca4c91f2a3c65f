import * as z from 'zod';
import { effects, Presented, type Principal, principalKinds, TokenRef } from '../domain/event/index.ts';
import { Facts, Sender, sha256, Task } from '../domain/event/primitives.ts';
import { ID_CHARS_MAX, TEXT_CHARS_MAX } from '../domain/limits.ts';
import type { StepData, StepQuestion } from '../domain/step.ts';
import { withPlainHash } from './present/common.ts';
import { id } from './query.ts';

// AuthZEN Authorization API 1.0, section 5: members that nobody knows are passed over, here as everywhere.
const text = z.string().min(1).max(TEXT_CHARS_MAX);

const Subject = z.object({
  type: id.describe('A kind of principal, or `user`'),
  id,
  properties: z.object({ iss: id.optional(), owner: id.optional(), token: TokenRef.optional() }).optional(),
});

const Action = z.object({
  name: id,
  properties: z.object({ effect: z.enum(effects).optional(), argsHash: sha256.optional() }).optional(),
});

const Resource = z.object({
  type: id.describe('`tool` for a tool, else the system that is called, unless the properties name it'),
  id: text.describe('The tool, or the resource within the system'),
  properties: z
    .object({ system: id.optional(), server: id.optional(), definitionHash: sha256.optional() })
    .optional(),
});

const Context = z
  .object({
    token: TokenRef.optional().describe('The credential that the step would use, by reference'),
    txn: id.optional(),
    task: Task.optional(),
    approvalId: id.optional(),
    callId: id.optional(),
    parentCallId: id.optional(),
    target: z
      .object({ system: id, resource: text.optional() })
      .optional()
      .describe('Where a tool leads, when the caller knows'),
    facts: Facts.optional().describe('Amount, record, rows and the like, as an event would state them'),
    presented: Presented.optional().describe('What the caller read in the credential'),
    sender: Sender.optional(),
  })
  .describe('Everything that an event of the step would state beside its subject, action and resource');

/** One question, or the defaults of several. */
export const EvaluationBody = z.object({
  subject: Subject,
  action: Action,
  resource: Resource,
  context: Context.optional(),
});
export type EvaluationBody = z.infer<typeof EvaluationBody>;

export const PartialEvaluation = EvaluationBody.partial();

const toolTypes: ReadonlySet<string> = new Set(['tool', 'mcp_tool', 'mcp:tool']);
const kinds: ReadonlySet<string> = new Set(principalKinds);

/** The step as an event would tell of it. */
export function questionOf(
  { subject, action, resource, context = {} }: EvaluationBody,
  { tenant, nowMs }: { readonly tenant: string; readonly nowMs: number },
): StepQuestion {
  const named = context.token ?? subject.properties?.token;
  const { txn, task, approvalId, facts, presented, parentCallId } = context;
  const common = defined({
    v: 1 as const,
    actor: actorOf(subject),
    token: named === undefined ? undefined : withPlainHash(named),
    outcome: 'success' as const,
    effect: action.properties?.effect,
    ...{ txn, task, approvalId, facts, presented, parentCallId },
  });
  const { server, definitionHash, system } = resource.properties ?? {};
  const data: StepData = toolTypes.has(resource.type)
    ? {
        type: 'tool.invoked',
        ...common,
        callId: context.callId ?? 'step',
        tool: defined({ name: clipped(resource.id), server, definitionHash }),
        ...defined({ target: context.target, argsHash: action.properties?.argsHash }),
      }
    : {
        type: 'api.called',
        ...common,
        action: action.name,
        target: { system: system ?? resource.type, resource: resource.id },
        ...defined({ sender: context.sender, callId: context.callId }),
      };
  return { tenant, atMs: nowMs, data };
}

function actorOf({ type, id: name, properties }: EvaluationBody['subject']): Principal {
  const kind = type === 'user' ? 'human' : kinds.has(type) ? type : 'unknown';
  return defined({
    id: name,
    kind: kind as Principal['kind'],
    iss: properties?.iss,
    owner: properties?.owner,
  });
}

/** A name longer than any that an event may bear is no name of a tool that anybody knows. */
function clipped(name: string): string {
  return name.slice(0, ID_CHARS_MAX);
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Without the members that are not there. */
function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Defined<T>;
}
