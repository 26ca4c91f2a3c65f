import { ACT_DEPTH_MAX, EVENT_BYTES_MAX, JSON_DEPTH_MAX } from '../domain/limits.ts';

/** Values looked at in one walk: an event of the largest size cannot hold more. */
const nodesMax = EVENT_BYTES_MAX;

interface Step {
  readonly value: unknown;
  readonly name: string;
  readonly path: string;
  readonly depth: number;
}

/**
 * Walks a JSON value without recursion and gives the path of the first text (value or member name) for which
 * `found` is true. Bounded in depth and number, so that a value with a cycle ends too.
 */
export function visit(root: unknown, found: (name: string, text: string) => boolean): string | undefined {
  const steps: Step[] = [{ value: root, name: '', path: '', depth: 0 }];
  for (let at = 0; at < steps.length; at += 1) {
    const { value, name, path, depth } = steps[at] as Step;
    if (typeof value === 'string' && found(name, value)) return path;
    if (typeof value !== 'object' || value === null || depth > JSON_DEPTH_MAX) continue;
    for (const [key, member] of Object.entries(value)) {
      if (steps.length >= nodesMax) break;
      const inArray = Array.isArray(value);
      if (!inArray && found('', key)) return join(path, '*');
      // A list's items go by the list's name: `parents: ["<token>"]`.
      steps.push({ value: member, name: inArray ? name : key, path: join(path, key), depth: depth + 1 });
    }
  }
  return undefined;
}

/** True when `value` is nested deeper than JSON_DEPTH_MAX or holds more values than an event can. */
export function isTooDeep(root: unknown): boolean {
  let level: unknown[] = [root];
  let nodes = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > JSON_DEPTH_MAX) return true;
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      for (const member of Object.values(value)) {
        nodes += 1;
        if (nodes > nodesMax) return true;
        if (typeof member === 'object' && member !== null) next.push(member);
      }
    }
    level = next;
  }
  return false;
}

/** False when a JSON text has too few brackets to be nested deeply; most events never need the walk. */
export function mayBeDeep(text: string): boolean {
  let brackets = 0;
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      brackets += 1;
      if (brackets > JSON_DEPTH_MAX) return true;
    }
  }
  return false;
}

/** Path of the first `act` claim nested deeper than ACT_DEPTH_MAX; runs before any schema does. */
export function deepAct(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { act, mayAct, presented } = data as { act?: unknown; mayAct?: unknown; presented?: unknown };
  if (act !== undefined && isDeepAct(act)) return 'data.act';
  if (mayAct !== undefined && isDeepAct(mayAct)) return 'data.mayAct';
  if (typeof presented !== 'object' || presented === null) return undefined;
  return isDeepAct((presented as { act?: unknown }).act) ? 'data.presented.act' : undefined;
}

function isDeepAct(outermost: unknown): boolean {
  let act = outermost;
  for (let depth = 0; typeof act === 'object' && act !== null; depth += 1) {
    if (depth === ACT_DEPTH_MAX) return true;
    act = (act as { act?: unknown }).act;
  }
  return false;
}

/** Member names come from the sender: one that is not a plain name is shown as `*`. */
export function join(path: string, key: string): string {
  const shown = /^[A-Za-z0-9_$-]{1,40}$/.test(key) ? key : '*';
  return path === '' ? shown : `${path}.${shown}`;
}
