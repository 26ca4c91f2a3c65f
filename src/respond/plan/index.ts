export type { ApprovalContext, ApprovalOutcome } from './approval.ts';
export { judgeApproval } from './approval.ts';
export { planCascade } from './cascade.ts';
export { responseId, tokenTarget } from './ids.ts';
export { judge } from './judge.ts';
export { noUsage, ResponseLimits, type Usage } from './limits.ts';
export { makePlans } from './make.ts';
export type {
  Cascade,
  CascadeInput,
  CascadeOptions,
  EffectiveMode,
  JudgeContext,
  PlanningConfig,
  PlanningConnector,
  Source,
} from './types.ts';
