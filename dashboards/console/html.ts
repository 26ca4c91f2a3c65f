/** Markup that is safe to send: made by `html` alone, so nothing that came from outside is in it unescaped. */
export class Html {
  readonly #markup: string;

  private constructor(markup: string) {
    this.#markup = markup;
  }

  /** The only way to markup: the literal parts are ours, what stands between them is escaped unless it is markup. */
  static of(literals: TemplateStringsArray, values: readonly Content[]): Html {
    let markup = literals[0] ?? '';
    for (const [index, value] of values.entries()) markup += textOf(value) + (literals[index + 1] ?? '');
    return new Html(markup);
  }

  toString(): string {
    return this.#markup;
  }
}

/** What may stand in markup. Nothing is shown for what is absent or false, so that conditions read as they are. */
export type Content = Html | string | number | false | null | undefined | readonly Content[];

/**
 * Every string in a page may come from an attacker. Text and attribute values are escaped alike; attributes must be
 * in double quotes, and no value may stand in a tag's or an attribute's name, in a script or in a style.
 */
export function html(literals: TemplateStringsArray, ...values: readonly Content[]): Html {
  return Html.of(literals, values);
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Controls, and marks that turn the direction of what follows: a name must not rearrange the line it stands in. */
const unprintable = /(?![\t\n])[\p{Cc}\p{Bidi_Control}\ufeff]/gu;

function textOf(value: Content): string {
  if (value instanceof Html) return value.toString();
  if (Array.isArray(value)) return value.map(textOf).join('');
  if (value === undefined || value === null || value === false) return '';
  return String(value)
    .replace(unprintable, '\ufffd')
    .replace(/[&<>"'`]/g, (mark) => entities[mark] ?? mark);
}
