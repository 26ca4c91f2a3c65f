import type { ToolDefinition, ToolView } from '../domain/chain.ts';
import type { AdmittedEvent } from '../domain/event/index.ts';
import { DEFINITIONS_PER_TOOL_MAX, TOOLS_WATCHED_MAX } from '../domain/limits.ts';
import { tellingKey } from './call-names.ts';
import { compareStrings } from './fact.ts';

/** One tool of one server, with every definition under which it was ever called. */
export class Tool implements ToolView {
  readonly key: string;
  readonly server: string | undefined;
  readonly name: string;
  readonly #definitions = new Map<string, ToolDefinition>();

  constructor(server: string | undefined, name: string) {
    this.key = toolKey(server, name);
    this.server = server;
    this.name = name;
  }

  /** Returns true when it is news. Minima only: noting one again changes nothing. */
  note({ hash, firstMs, eventId, callId }: ToolDefinition): boolean {
    const known = this.#definitions.get(hash);
    if (known === undefined && this.#definitions.size >= DEFINITIONS_PER_TOOL_MAX) return false;
    if (known !== undefined && compareShows(known, { firstMs, eventId }) <= 0) return false;
    this.#definitions.set(hash, { hash, firstMs, eventId, callId });
    return true;
  }

  get definitions(): readonly ToolDefinition[] {
    return [...this.#definitions.values()].sort(
      (a, b) => compareShows(a, b) || compareStrings(a.hash, b.hash),
    );
  }
}

/** The tools of one tenant whose callers say which definition they saw. */
export class Tools {
  readonly #tools = new Map<string, Tool>();

  get(key: string): Tool | undefined {
    return this.#tools.get(key);
  }

  values(): Iterable<Tool> {
    return this.#tools.values();
  }

  /** Returns the tool when the call shows a definition of it that is news. */
  observe({ data, source, timeMs, id }: AdmittedEvent): Tool | undefined {
    if (!('tool' in data) || data.tool.definitionHash === undefined) return undefined;
    const tool = this.#ensure(data.tool.server, data.tool.name);
    const callId = tellingKey(source, id, data);
    const shown = { hash: data.tool.definitionHash, firstMs: timeMs, eventId: id, callId };
    return tool?.note(shown) === true ? tool : undefined;
  }

  restore(key: string, definitions: readonly ToolDefinition[]): Tool | undefined {
    const [server, name] = JSON.parse(key) as [string | null, string];
    const tool = this.#ensure(server ?? undefined, name);
    for (const definition of definitions) tool?.note(definition);
    return tool;
  }

  #ensure(server: string | undefined, name: string): Tool | undefined {
    const key = toolKey(server, name);
    const known = this.#tools.get(key);
    if (known !== undefined || this.#tools.size >= TOOLS_WATCHED_MAX) return known;
    const tool = new Tool(server, name);
    this.#tools.set(key, tool);
    return tool;
  }
}

function toolKey(server: string | undefined, name: string): string {
  return JSON.stringify([server ?? null, name]);
}

type Shown = Pick<ToolDefinition, 'firstMs' | 'eventId'>;

function compareShows(a: Shown, b: Shown): number {
  return a.firstMs - b.firstMs || compareStrings(a.eventId, b.eventId);
}
