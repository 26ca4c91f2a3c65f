import type { Exposure, Introspection, Privilege, Rejection, TokenView } from '../domain/chain.ts';
import type { Act, TokenRef } from '../domain/event/index.ts';
import type { Fact } from './fact.ts';
import { exposureIn, introspectionsIn, privilegesIn, rejectionsIn } from './said.ts';
import type { TokenState } from './token-state.ts';

/** What is told of one credential, as detectors read it: its folded state, and what was said beside its mint. */
export class ToldToken {
  readonly facts: Fact[] = [];
  state: TokenState;

  constructor(state: TokenState) {
    this.state = state;
  }

  get issuer(): string | undefined {
    return this.state.issuer;
  }

  get issued(): boolean {
    return this.state.issued;
  }

  get tokenKind(): string | undefined {
    return this.state.tokenKind;
  }

  get grant(): string | undefined {
    return this.state.grant;
  }

  get client(): string | undefined {
    return this.state.client;
  }

  get act(): Act | undefined {
    return this.state.act;
  }

  get mayAct(): Act | undefined {
    return this.state.mayAct;
  }

  get cnf(): TokenState['cnf'] {
    return this.state.cnf;
  }

  get authorizationDetails(): TokenView['authorizationDetails'] {
    return this.state.authorizationDetails;
  }

  get requestedScope(): readonly string[] | undefined {
    return this.state.requestedScope;
  }

  get requestedAudience(): readonly string[] | undefined {
    return this.state.requestedAudience;
  }

  get actorToken(): TokenRef | undefined {
    return this.state.actorToken;
  }

  get maxUses(): number | undefined {
    return this.state.maxUses;
  }

  get environment(): string | undefined {
    return this.state.environment;
  }

  get iatMs(): number | undefined {
    return this.state.iatMs;
  }

  get nbfMs(): number | undefined {
    return this.state.nbfMs;
  }

  get expMs(): number | null | undefined {
    return this.state.expMs;
  }

  get family(): string | undefined {
    return this.state.family;
  }

  get standing(): boolean {
    return this.state.standing;
  }

  get eventIds(): readonly string[] {
    return this.state.eventIds;
  }

  get introspections(): readonly Introspection[] {
    return introspectionsIn(this.facts);
  }

  get rejections(): readonly Rejection[] {
    return rejectionsIn(this.facts);
  }

  get exposure(): Exposure | undefined {
    return exposureIn(this.facts);
  }

  get privileges(): readonly Privilege[] {
    return privilegesIn(this.facts);
  }
}
