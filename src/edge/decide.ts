import type { DenyListView } from '../domain/deny-list.ts';
import type { Engine } from '../domain/record.ts';
import type { Objection, StepDecision, StepDecisions, StepQuestion } from '../domain/step.ts';
import { refLabel } from '../domain/token.ts';
import type { EvaluationConfig } from './config.ts';
import type { AlertLives } from './lives.ts';
import { alertsAmong, type StepSettings, settingsFor, type Weighed, weigh } from './weigh.ts';

export interface StepDecisionsOptions {
  readonly engine: Pick<Engine, 'foresee'>;
  readonly denyList: Pick<DenyListView, 'find'>;
  readonly lives: AlertLives;
  readonly config: EvaluationConfig;
  /** Monotonic, milliseconds. */
  readonly now: () => number;
  readonly observer: StepObserver;
}

export interface StepObserver {
  decided(question: StepQuestion, decision: StepDecision, durationMs: number): void;
  failed(error: unknown): void;
}

/** Looks for reasons that people have not closed; whatever is found after that many counts. */
const ROUNDS_MAX = 4;

/**
 * Answers whether steps may be taken. The engine is asked between two of its batches or at a pause of one, in the same
 * turn of the event loop: nothing is locked, and a question waits for the next pause.
 */
export function createStepDecisions(options: StepDecisionsOptions): StepDecisions {
  const { engine, denyList, lives, config, now, observer } = options;

  function look(question: StepQuestion, settings: StepSettings, untilMs: number): Weighed {
    let late = false;
    const denied = deniedBy(question);
    if (denied !== undefined)
      return { known: true, chainId: undefined, objections: [denied], failed: [], late };
    const seen = engine.foresee(question, {
      minSeverity: settings.minSeverity,
      isLate: () => {
        late = late || now() >= untilMs;
        return late;
      },
      isClosed: (id) => lives.isClosed(question.tenant, id),
    });
    return { ...seen, late };
  }

  function deniedBy({ tenant, data: { token } }: StepQuestion): Objection | undefined {
    const entry = token === undefined ? undefined : denyList.find(tenant, token);
    if (entry === undefined) return undefined;
    const says = `${refLabel(entry.ref)} is on the deny list`;
    return { code: 'denied', severity: 'high', says, firm: true, key: entry.key };
  }

  async function answer(question: StepQuestion, settings: StepSettings): Promise<StepDecision> {
    const { tenant } = question;
    const asked = new Set<string>();
    for (let round = 1; ; round += 1) {
      const seen = look(question, settings, now() + config.budgetMs);
      const news = alertsAmong(seen.objections).filter((id) => !asked.has(id));
      if (news.length === 0 || round > ROUNDS_MAX) return weigh(seen, settings);
      await lives.learn(tenant, news);
      for (const id of news) asked.add(id);
      // Of a closed alert's neighbours nobody was asked: one reason had been enough.
      if (!news.some((id) => lives.isClosed(tenant, id))) return weigh(seen, settings);
    }
  }

  return {
    async decide(question) {
      const startMs = now();
      const settings = settingsFor(question.data, config);
      let decision: StepDecision;
      try {
        decision = await answer(question, settings);
      } catch (error) {
        observer.failed(error);
        const nothing = { known: true, chainId: undefined, objections: [], late: false };
        decision = weigh({ ...nothing, failed: ['engine'] }, settings);
      }
      observer.decided(question, decision, now() - startMs);
      return decision;
    },
  };
}
