/** The resource, as far as it is named: what counts as one target. */
export function targetKey(
  target: { readonly system: string; readonly resource?: string | undefined } | undefined,
): string | undefined {
  if (target === undefined) return undefined;
  return target.resource === undefined ? target.system : `${target.system}/${target.resource}`;
}
