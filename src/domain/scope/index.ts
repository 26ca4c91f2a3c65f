export { createScopeAlgebra, createScopeAlgebras, type ScopeAlgebra } from './algebra.ts';
export { addedScopes, type Drift, driftOf, isPlainlyHeld } from './drift.ts';
export { refusedExcess } from './request.ts';
export { stepUpOf } from './step-up.ts';
export { grantWeight, type TierWeights, tierWeights } from './weight.ts';
