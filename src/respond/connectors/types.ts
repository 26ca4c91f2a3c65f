import type { JWK } from 'jose';
import type { ConnectorDeclaration, ResponseTarget } from '../../domain/response.ts';
import type { Channel } from '../types.ts';

/** `unknown`: nobody could say; asking again later may tell. */
export type Confirmation = 'ended' | 'alive' | 'unknown';

/** As much of a response as is needed to ask whether it took effect. */
export interface Confirmable {
  readonly tenant: string;
  readonly target: ResponseTarget;
}

/** A way to end authority. Carries entries whose body is a revocation order (see `order.ts`). */
export interface Connector extends Channel {
  readonly declaration: ConnectorDeclaration;
  /** Whether it can do anything about the target: its issuers, and what it can name. */
  handles(target: ResponseTarget): boolean;
  /** Asks the system that would know. Never rejects. Absent where `declaration.confirms` is not introspection. */
  confirm?(order: Confirmable): Promise<Confirmation>;
  /** With which receivers verify what it signs as a JWT. */
  publicKey?(): Promise<JWK>;
}
