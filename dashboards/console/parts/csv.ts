/**
 * Rows as CSV (RFC 4180). Cells come from attackers and are opened in spreadsheets: what one of these would take for a
 * formula becomes a text by the apostrophe that they take for its sign.
 */
export function csvOf(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return [columns, ...rows].map((row) => `${row.map(cellOf).join(',')}\r\n`).join('');
}

/** Also behind blanks and quotes, which some programs cut off, and for the wide forms that others fold. */
const formula = /^[\s"'\0]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

function cellOf(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
