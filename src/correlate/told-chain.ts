import type {
  ActionView,
  ApprovalView,
  DecisionView,
  InvocationView,
  Privilege,
  RequestView,
  TokenView,
} from '../domain/chain.ts';
import type { Evidence } from './evidence.ts';
import type { Place } from './place.ts';
import { Story } from './story.ts';

/** The places of a chain, and what happened in it as detectors read it. */
export class ToldChain {
  readonly members = new Set<Place>();
  readonly #evidence: Evidence;
  #told: Story | undefined;

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
  }

  /** What hangs together in it, put in order once for all who look at it. */
  get #story(): Story {
    this.#told ??= new Story(this.members, this.#evidence);
    return this.#told;
  }

  /** Something in it may have changed since it was looked at. */
  forgetStory(): void {
    this.#told = undefined;
  }

  get tokens(): readonly TokenView[] {
    return this.#story.tokens;
  }

  get actions(): readonly ActionView[] {
    return this.#story.actions;
  }

  get requests(): readonly RequestView[] {
    return this.#story.requests;
  }

  get approvals(): readonly ApprovalView[] {
    return this.#story.approvals;
  }

  get decisions(): readonly DecisionView[] {
    return this.#story.decisions;
  }

  get privileges(): readonly Privilege[] {
    return this.#story.privileges;
  }

  get invocations(): readonly InvocationView[] {
    return this.#story.invocations;
  }
}
