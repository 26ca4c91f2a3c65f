export { type DemoEvent, demoEvents } from './demo.ts';
export { parseLabels } from './labels.ts';
export { completeFromMs, type Replayed, replayLog } from './replay.ts';
export {
  compareAlerts,
  countingDifferences,
  type Difference,
  type DiffScope,
  isWithin,
  type ReplayDiff,
} from './replay-diff.ts';
export { renderDiff } from './replay-report.ts';
export { renderScore } from './report.ts';
export { type AlertLine, type LabelLine, type Score, type ScoreOptions, score } from './score.ts';
export { worldPolicy } from './world/policy.ts';
export type { SimulatedEvent } from './world/script.ts';
export { type ChainLabel, type Simulated, type SimulateOptions, simulate } from './world/simulate.ts';
export { attackVariants } from './world/variants.ts';
