/** What Grafana knows when it asks. */
export interface Surroundings {
  readonly fromMs: number;
  readonly toMs: number;
  readonly intervalMs: number;
  readonly variables: ReadonlyMap<string, VariableValue>;
}

export interface VariableValue {
  readonly values: readonly string[];
  /** "All" is chosen; `values` are then all there are. */
  readonly all: boolean;
}

type Macro = (args: readonly string[], surroundings: Surroundings) => string;

const seconds = (ms: number): string => `toDateTime(${Math.floor(ms / 1000)})`;
const millis = (ms: number): string => `fromUnixTimestamp64Milli(${ms})`;
const day = (ms: number): string => `toDate('${new Date(ms).toISOString().slice(0, 10)}')`;
const stepOf = (intervalMs: number): number => Math.max(1, Math.floor(intervalMs / 1000));

function between(column: string, at: (ms: number) => string, { fromMs, toMs }: Surroundings): string {
  return `${column} >= ${at(fromMs)} AND ${column} <= ${at(toMs)}`;
}

/** Every macro of the plug-in that works on an expression, with the number of its arguments. */
const macros: Readonly<Record<string, readonly [arity: number, expand: Macro]>> = {
  fromTime: [0, (_, { fromMs }) => seconds(fromMs)],
  toTime: [0, (_, { toMs }) => seconds(toMs)],
  fromTime_ms: [0, (_, { fromMs }) => millis(fromMs)],
  toTime_ms: [0, (_, { toMs }) => millis(toMs)],
  timeFilter: [1, ([column = ''], around) => between(column, seconds, around)],
  timeFilter_ms: [1, ([column = ''], around) => between(column, millis, around)],
  dateFilter: [1, ([column = ''], around) => between(column, day, around)],
  timeInterval: [
    1,
    ([column], { intervalMs }) =>
      `toStartOfInterval(toDateTime(${column}), INTERVAL ${stepOf(intervalMs)} second)`,
  ],
  timeInterval_ms: [
    1,
    ([column], { intervalMs }) =>
      `toStartOfInterval(toDateTime64(${column}, 3), INTERVAL ${Math.max(1, intervalMs)} millisecond)`,
  ],
  interval_s: [0, (_, { intervalMs }) => String(stepOf(intervalMs))],
};

/**
 * The text that reaches ClickHouse: conditions on "All" and variables first, in the browser, then macros, in the
 * plug-in's backend, the longest name first. What either would leave as it is, and ClickHouse would not understand or
 * misunderstand, is an error here.
 */
export function expand(sql: string, around: Surroundings): string {
  const filled = fillVariables(dropConditions(sql, around.variables), around.variables);
  const names = Object.keys(macros).sort((a, b) => b.length - a.length);
  const expanded = names.reduce((text, name) => expandMacro(text, name, around), filled);
  const left = /\$__\w+/.exec(expanded);
  if (left !== null) throw new Error(`unknown macro ${left[0]}`);
  return expanded;
}

/** `$__conditionalAll(condition, $variable)`: true for everything while "All" is chosen. */
function dropConditions(sql: string, variables: Surroundings['variables']): string {
  const token = '$__conditionalAll';
  const at = sql.lastIndexOf(`${token}(`);
  if (at === -1) return sql;
  const { args, end } = argumentsAt(sql, at + token.length);
  const [condition = '', variable = ''] = args;
  const value = variables.get(/^\$(\w+)$/.exec(variable)?.[1] ?? '');
  if (args.length !== 2 || value === undefined) throw new Error(`${token} of ${args.join(', ')}`);
  return dropConditions(sql.slice(0, at) + (value.all ? '1=1' : condition) + sql.slice(end), variables);
}

const formats: Readonly<Record<string, (values: readonly string[]) => string>> = {
  singlequote: (values) => values.map((value) => `'${value.replaceAll("'", "\\'")}'`).join(','),
  percentencode: (values) => {
    if (values.length !== 1) throw new Error('several values in one percent-encoded text');
    return encodeURIComponent(values[0] ?? '').replace(
      /[!'()*]/g,
      (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  },
};

function fillVariables(sql: string, variables: Surroundings['variables']): string {
  return sql.replace(/\$\{([^}]*)\}|\$(?!__)\w+|\[\[.*?\]\]/g, (text, inner: string | undefined) => {
    const [name = '', format = ''] = inner?.split(':') ?? [];
    const [value, write] = [variables.get(name), formats[format]];
    if (value === undefined || write === undefined)
      throw new Error(`unformatted or unknown variable ${text}`);
    return write(value.values);
  });
}

function expandMacro(sql: string, name: string, around: Surroundings): string {
  const found = new RegExp(`\\$__${name}(?!\\w)`).exec(sql);
  const macro = macros[name];
  if (found === null || macro === undefined) return sql;
  const after = found.index + found[0].length;
  const { args, end } = sql[after] === '(' ? argumentsAt(sql, after) : { args: [], end: after };
  const [arity, write] = macro;
  if (args.length !== arity) throw new Error(`${found[0]} takes ${arity} arguments, not ${args.join(', ')}`);
  return expandMacro(sql.slice(0, found.index) + write(args, around) + sql.slice(end), name, around);
}

/** What stands between the bracket at `open` and its partner, cut at the commas that no bracket or quote holds. */
function argumentsAt(sql: string, open: number): { args: readonly string[]; end: number } {
  const args: string[] = [];
  let depth = 0;
  let start = open + 1;
  for (let i = open; i < sql.length; i++) {
    const char = sql[i];
    if (char === "'" || char === '"') i = closingQuote(sql, i);
    else if (char === '(') depth += 1;
    else if (char === ')') depth -= 1;
    if ((char === ',' && depth === 1) || depth === 0) {
      args.push(sql.slice(start, i).trim());
      start = i + 1;
    }
    if (depth === 0) return { args: args.length === 1 && args[0] === '' ? [] : args, end: i + 1 };
  }
  throw new Error('unbalanced brackets');
}

/** As the plug-in's parser has it: a doubled quote stands for itself, a backslash means nothing. */
function closingQuote(sql: string, open: number): number {
  const quote = sql[open] ?? '';
  for (let i = open + 1; i < sql.length; i++) {
    if (sql[i] !== quote) continue;
    if (sql[i + 1] !== quote) return i;
    i += 1;
  }
  return sql.length;
}
