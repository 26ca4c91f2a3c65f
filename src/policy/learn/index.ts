export { type Collector, createCollector } from './collect.ts';
export { draftPolicy } from './draft.ts';
export { type Observed, observedSince } from './observed.ts';
