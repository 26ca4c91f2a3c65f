import type { TenantGraph } from './graph.ts';
import type { StreamState } from './stream.ts';

/** Marks one sighting to be looked at again, by the name under which detection holds it. */
export function touchSighting(
  instance: string,
  { touched, tokens, calls, places }: TenantGraph,
  stream: StreamState,
): void {
  const at = instance.indexOf(':');
  const key = instance.slice(at + 1);
  const add = <T>(set: Set<T>, thing: T | undefined): void => {
    if (thing !== undefined) set.add(thing);
  };
  switch (instance.slice(0, at)) {
    case 'token':
      add(touched.tokens, tokens.get(key));
      break;
    case 'call':
      add(touched.calls, calls.get(key));
      break;
    case 'chain': {
      const cell = places.get(key)?.chain;
      if (cell?.rootKey === key) touched.cells.add(cell);
      break;
    }
    case 'source':
      add(touched.sources, stream.conflicts.get(key));
      break;
    case 'tool':
      add(touched.tools, stream.tools.get(key));
      break;
    case 'issuer':
      add(touched.issuers, stream.issuers.get(key));
      break;
    default:
      break;
  }
}

/** The rules have changed: everything is looked at again. */
export function touchEverything(graph: TenantGraph, stream: StreamState): void {
  graph.touchAll();
  stream.renewFeeds();
  for (const window of stream.windows.values()) graph.touched.windows.add(window);
  for (const source of stream.conflicts.values()) graph.touched.sources.add(source);
  for (const issuer of stream.issuers.values()) graph.touched.issuers.add(issuer);
  for (const tool of stream.tools.values()) graph.touched.tools.add(tool);
}
