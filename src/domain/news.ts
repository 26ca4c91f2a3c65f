import type { Severity } from './finding.ts';

export const newsTopics = ['alerts', 'incidents', 'responses', 'chains', 'health', 'policy'] as const;
export type NewsTopic = (typeof newsTopics)[number];

/** That something changed, and where to look: never what it says. */
export interface News {
  readonly topic: NewsTopic;
  /** Undefined: of the whole service, for every tenant. */
  readonly tenant: string | undefined;
  /** Absent when more changed at once than is worth naming. */
  readonly id?: string | undefined;
  readonly version?: number | undefined;
  readonly severity?: Severity | undefined;
  readonly state?: string | undefined;
}

/** News with its place in the order in which this process told them. */
export interface NumberedNews extends News {
  /** Opaque: what a follower that comes back says it heard last. */
  readonly at: string;
}

export interface NewsSink {
  /** Never throws and never waits. */
  tell(news: readonly News[]): void;
}

/** Whoever wants to know at once what changed, within this process. */
export interface NewsSource {
  follow(
    tenant: string,
    /** What was heard last, by an earlier connection. */
    after: string | undefined,
    hear: (news: readonly NumberedNews[]) => void,
  ): {
    /** What was told since `after`; undefined when that is not known any more: look at everything again. */
    readonly missed: readonly NumberedNews[] | undefined;
    stop(): void;
  };
}
