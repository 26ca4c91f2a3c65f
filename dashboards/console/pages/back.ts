import { type Form, fieldOf } from '../page.ts';

/** Where a form wants to go back to; that it is a page of this site is checked where it is gone to. */
export function backOf(form: Form, otherwise: string): string {
  return fieldOf(form, 'back') ?? otherwise;
}
