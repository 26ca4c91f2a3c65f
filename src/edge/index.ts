export { EvaluationConfig } from './config.ts';
export { createStepDecisions } from './decide.ts';
export { createDenyList, type LiveDenyList } from './deny-list.ts';
export { createAlertLives } from './lives.ts';
