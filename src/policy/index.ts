export { type CheckedPolicy, checkParsedPolicy, checkPolicy, type PolicyContext } from './check.ts';
export {
  createPolicyKeeper,
  documentOf,
  firstReading,
  isInForce,
  type KeeperObserver,
  type PolicyKeeper,
  type PutPolicy,
  refusalOf,
} from './keeper.ts';
export { createCollector, draftPolicy, observedSince } from './learn/index.ts';
export { sayProblem } from './say.ts';
export { policyJsonSchema } from './schema.ts';
export { digestOf, type PinnedKey, readPublicKey, signerOf, signPolicy } from './signature.ts';
