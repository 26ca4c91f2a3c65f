/** Addresses of the console's pages. Ids come from outside: each is one segment of a path, whatever is in it. */
const pageOf =
  (place: string) =>
  (id: string): string =>
    `/${place}/${encodeURIComponent(id)}`;

export const incidentHref = pageOf('incidents');
export const alertHref = pageOf('alerts');
export const chainHref = pageOf('chains');
/** `ref` as every TokenSummary holds it. */
export const tokenHref = pageOf('tokens');
/** The opaque id by which the API names a principal. */
export const principalHref = pageOf('principals');
export const planHref = pageOf('plans');
export const responseHref = pageOf('responses');
export const detectorHref = pageOf('detectors');

type Values = Readonly<Record<string, string | number | undefined>>;

/** This page with other parameters; what is undefined or empty is left out. */
export function hrefWith(url: URL, values: Values): string {
  const params = new URLSearchParams(url.search);
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === '') params.delete(name);
    else params.set(name, String(value));
  }
  const text = params.toString();
  return text === '' ? url.pathname : `${url.pathname}?${text}`;
}
