/** ES2024 string methods: every supported Node has them, the TypeScript library in use does not know them yet. */
interface WellFormable {
  isWellFormed(): boolean;
  toWellFormed(): string;
}

/** False when the text holds half a character (an unpaired surrogate), which UTF-8 cannot express. */
export function isWellFormed(text: string): boolean {
  return (text as unknown as WellFormable).isWellFormed();
}

/** Half characters become U+FFFD. */
export function toWellFormed(text: string): string {
  return (text as unknown as WellFormable).toWellFormed();
}
