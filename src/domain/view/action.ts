import type { Effect, EventData, Presented, Principal } from '../event/index.ts';
import type { ApprovalView } from './context.ts';
import type { TokenView } from './token.ts';

/** `facts` of its reports: what actions and approvals are compared by, such as amount, record, rows. */
export type Details = NonNullable<EventData['facts']>;

/** One tool call, API call or system change. Several events that report the same call are one action. */
export interface ActionView {
  readonly id: string;
  readonly kind: 'tool' | 'api' | 'change';
  /** Event time of the start. */
  readonly atMs: number;
  /** Event time at which a tool's completion was reported last; undefined: nobody reported one. */
  readonly endedMs?: number | undefined;
  readonly actor: Principal | undefined;
  readonly token: TokenView | undefined;
  readonly tool: ToolUsed | undefined;
  readonly target: { readonly system: string; readonly resource?: string | undefined } | undefined;
  /** The verb of an API call or the change of a system; the tool's name for tool calls. */
  readonly action: string;
  readonly effect: Effect;
  /** What the target said: denied beats accepted; `unknown` means nobody reported a refusal. */
  readonly outcome: 'accepted' | 'denied' | 'failed' | 'unknown';
  /** The grant it needs: `tool:<name>` or `<system>:<action>`; undefined for system changes. */
  readonly needs: string | undefined;
  readonly presented: Presented | undefined;
  /** The key that the caller proved to hold, and the proof's own id (RFC 9449, RFC 8705). */
  readonly sender:
    | {
        readonly jkt?: string | undefined;
        readonly x5t?: string | undefined;
        readonly jti?: string | undefined;
      }
    | undefined;
  readonly argsHash: string | undefined;
  readonly details: Details;
  readonly task: string | undefined;
  /** The approval that it names. */
  readonly approvalId: string | undefined;
  readonly approval: ApprovalView | undefined;
  /** Ids of the HTTP requests that its reports name, sorted. */
  readonly httpRequestIds: readonly string[];
  /** Tokens that other reports of the same call name. */
  readonly otherTokens: readonly TokenView[];
  readonly txn: string | undefined;
  readonly eventIds: readonly string[];
  /** True when the platform itself acted (an AWS service, the console, a service-linked role): never pages. */
  readonly platform: boolean;
}

export interface ToolUsed {
  readonly name: string;
  readonly server?: string | undefined;
  /** Digest of its definition as the caller saw it. */
  readonly definitionHash?: string | undefined;
}
