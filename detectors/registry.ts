import type { Detector } from '../src/domain/detector.ts';
import { actionAfterDeny } from './action-after-deny/detector.ts';
import { approvalMisuse } from './approval-misuse/detector.ts';
import { attributionBreak } from './attribution-break/detector.ts';
import { audienceMismatch } from './audience-mismatch/detector.ts';
import { canaryUsed } from './canary-used/detector.ts';
import { childOutlivesParent } from './child-outlives-parent/detector.ts';
import { continuedAfterError } from './continued-after-error/detector.ts';
import { contradictingReports } from './contradicting-reports/detector.ts';
import { credentialReplay } from './credential-replay/detector.ts';
import { delegationDepth } from './delegation-depth/detector.ts';
import { environmentBoundary } from './environment-boundary/detector.ts';
import { exposedCredential } from './exposed-credential/detector.ts';
import { foreignPublisher } from './foreign-publisher/detector.ts';
import { identityReuse } from './identity-reuse/detector.ts';
import { impersonation } from './impersonation/detector.ts';
import { mayActViolation } from './may-act-violation/detector.ts';
import { missingApproval } from './missing-approval/detector.ts';
import { orphanedChain } from './orphaned-chain/detector.ts';
import { outlivedInitiator } from './outlived-initiator/detector.ts';
import { privilegeOutlivesTask } from './privilege-outlives-task/detector.ts';
import { reuseAfterExpiry } from './reuse-after-expiry/detector.ts';
import { rubberStamp } from './rubber-stamp/detector.ts';
import { createScopeCreep } from './scope-creep/detector.ts';
import { secretToNewTarget } from './secret-to-new-target/detector.ts';
import { selfApproval } from './self-approval/detector.ts';
import { senderConstraint } from './sender-constraint/detector.ts';
import { silentFeed } from './silent-feed/detector.ts';
import { staleTrigger } from './stale-trigger/detector.ts';
import { taskBoundary } from './task-boundary/detector.ts';
import { toolDrift } from './tool-drift/detector.ts';
import { toxicFlow } from './toxic-flow/detector.ts';
import { trustBoundary } from './trust-boundary/detector.ts';
import { unaccountedAction } from './unaccounted-action/detector.ts';
import { unboundedAuthority } from './unbounded-authority/detector.ts';
import { unboundedLifetime } from './unbounded-lifetime/detector.ts';
import { unconfirmedRevocation } from './unconfirmed-revocation/detector.ts';
import { unprovenTrigger } from './unproven-trigger/detector.ts';
import { unusualFanOut } from './unusual-fan-out/detector.ts';
import { unvalidatedAction } from './unvalidated-action/detector.ts';

/** Every detector the product ships, by id. */
export const detectors: readonly Detector[] = [
  actionAfterDeny,
  approvalMisuse,
  attributionBreak,
  audienceMismatch,
  canaryUsed,
  childOutlivesParent,
  continuedAfterError,
  contradictingReports,
  credentialReplay,
  delegationDepth,
  environmentBoundary,
  exposedCredential,
  foreignPublisher,
  identityReuse,
  impersonation,
  mayActViolation,
  missingApproval,
  orphanedChain,
  outlivedInitiator,
  privilegeOutlivesTask,
  reuseAfterExpiry,
  rubberStamp,
  createScopeCreep(),
  secretToNewTarget,
  selfApproval,
  senderConstraint,
  silentFeed,
  staleTrigger,
  taskBoundary,
  toolDrift,
  toxicFlow,
  trustBoundary,
  unaccountedAction,
  unboundedAuthority,
  unboundedLifetime,
  unconfirmedRevocation,
  unprovenTrigger,
  unusualFanOut,
  unvalidatedAction,
];
