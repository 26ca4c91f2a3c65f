import type * as z from 'zod';
import type { AlertShape } from '../../../src/serve/present/alert.ts';
import type {
  ActionShape,
  ChainShape,
  CrossReferenceShape,
  HopShape,
} from '../../../src/serve/present/chain.ts';
import type { PrincipalSummary } from '../../../src/serve/present/common.ts';
import type { ResponseShape } from '../../../src/serve/present/response.ts';

export type Chain = z.infer<typeof ChainShape>;
export type Hop = z.infer<typeof HopShape>;
export type Action = z.infer<typeof ActionShape>;
export type Alert = z.infer<typeof AlertShape>;
export type Response = z.infer<typeof ResponseShape>;
export type Principal = z.infer<typeof PrincipalSummary>;

/** What `GET /v1/chains/{id}` answers: all that is drawn, told and exported of a chain. */
export interface ChainDetail {
  readonly chain: Chain;
  readonly hops: readonly Hop[];
  readonly actions: { readonly items: readonly Action[]; readonly next?: string | undefined };
  readonly alerts: readonly Alert[];
  readonly responses: readonly Response[];
  readonly crossReferences: readonly z.infer<typeof CrossReferenceShape>[];
}
