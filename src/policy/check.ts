import type { Detector } from '../domain/detector.ts';
import type { PolicyProblem } from '../domain/policy/document.ts';
import { Policy } from '../domain/policy.ts';
import { didYouMean } from './hint.ts';
import { pathText } from './path.ts';
import { rowsNeverReached } from './reach.ts';
import { sayIssues, type Unplaced } from './say.ts';
import { inputSchema } from './schema.ts';
import { whatIsOver } from './stale.ts';
import { neverMatching } from './vain.ts';
import { readYaml, type YamlText } from './yaml.ts';

export interface PolicyContext {
  /** Those that exist: policy names them and configures them. */
  readonly detectors: readonly Pick<Detector, 'id' | 'config'>[];
  /** Wall clock: what is over is said. */
  readonly nowMs: number;
}

export type CheckedPolicy =
  | { readonly policy: Policy; readonly errors: readonly []; readonly warnings: readonly PolicyProblem[] }
  | {
      readonly policy: undefined;
      readonly errors: readonly PolicyProblem[];
      readonly warnings: readonly PolicyProblem[];
    };

/** Reads a policy document and says all that is wrong with it, by line and column. Never throws. */
export function checkPolicy(source: string, context: PolicyContext): CheckedPolicy {
  const { text, ...reading } = readYaml(source);
  if (text === undefined)
    return { policy: undefined, errors: 'problems' in reading ? reading.problems : [], warnings: [] };
  const { value } = text;
  const parsed = Policy.safeParse(value);
  const place = (said: readonly Unplaced[]): readonly PolicyProblem[] =>
    inOrder(said.map((each) => placed(each, text)));
  if (!parsed.success) {
    const said = sayIssues(parsed.error.issues, { value, schema: inputSchema(Policy) });
    return { policy: undefined, errors: place(said), warnings: [] };
  }
  const { errors, warnings } = checkMeaning(parsed.data, context);
  if (errors.length > 0) return { policy: undefined, errors: place(errors), warnings: place(warnings) };
  return { policy: parsed.data, errors: [], warnings: place(warnings) };
}

/** The same for a policy that is not text of its own but a member of the configuration. */
export function checkParsedPolicy(
  policy: Policy,
  context: PolicyContext,
): { readonly errors: readonly PolicyProblem[]; readonly warnings: readonly PolicyProblem[] } {
  const { errors, warnings } = checkMeaning(policy, context);
  const unplaced = ({ path, message }: Unplaced): PolicyProblem => ({
    line: 0,
    column: 0,
    path: pathText(path),
    message,
  });
  return { errors: errors.map(unplaced), warnings: warnings.map(unplaced) };
}

/** What no schema can say. */
function checkMeaning(
  policy: Policy,
  { detectors, nowMs }: PolicyContext,
): { readonly errors: readonly Unplaced[]; readonly warnings: readonly Unplaced[] } {
  return {
    errors: [...detectorErrors(policy, detectors)],
    warnings: [...rowsNeverReached(policy), ...neverMatching(policy), ...whatIsOver(policy, nowMs)],
  };
}

function detectorErrors(policy: Policy, detectors: PolicyContext['detectors']): readonly Unplaced[] {
  const ids = detectors.map(({ id }) => id);
  const unknown = (id: string): string => `no detector is called ${JSON.stringify(id)}${didYouMean(id, ids)}`;
  const configured = Object.entries(policy.detectors).flatMap(([id, { config }]): readonly Unplaced[] => {
    const detector = detectors.find((each) => each.id === id);
    if (detector === undefined) return [{ path: ['detectors', id], of: 'key', message: unknown(id) }];
    if (config === undefined) return [];
    const parsed = detector.config.safeParse(config);
    if (parsed.success) return [];
    const at = ['detectors', id, 'config'];
    return sayIssues(parsed.error.issues, { value: config, schema: inputSchema(detector.config), at });
  });
  const excepted = policy.exceptions.flatMap(({ detector }, index): readonly Unplaced[] =>
    ids.includes(detector)
      ? []
      : [{ path: ['exceptions', index, 'detector'], of: 'value', message: unknown(detector) }],
  );
  return [...configured, ...excepted];
}

function placed({ path, of, message }: Unplaced, text: YamlText): PolicyProblem {
  return { ...text.place(path, of), path: pathText(path), message };
}

function inOrder(problems: readonly PolicyProblem[]): readonly PolicyProblem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}
