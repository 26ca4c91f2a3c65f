import type { NewsTopic } from '../../src/domain/news.ts';
import type { Access } from '../../src/serve/index.ts';
import type { Api } from './api.ts';
import type { Html } from './html.ts';

/** Where a page stands in the navigation. */
export type Place =
  | 'overview'
  | 'incidents'
  | 'hunt'
  | 'detectors'
  | 'responses'
  | 'audit'
  | 'health'
  | 'policy';

export interface Page {
  /** Of the window; the page says the same in its only `h1`. */
  readonly title: string;
  readonly place?: Place | undefined;
  readonly body: Html;
  /** News that make it look at itself again: topics of the stream. */
  readonly live?: readonly NewsTopic[];
  readonly status?: number;
  /** Stylesheets and modules beside those of every page, by their names in `static`. */
  readonly styles?: readonly string[];
  readonly modules?: readonly string[];
}

/** Instead of a page: the address of another one in the console, to which the browser goes. */
export interface Elsewhere {
  readonly goTo: string;
}

/** Who is looking, at what, and what they may do. */
export interface PageContext {
  readonly api: Api;
  readonly who: { readonly name: string; readonly role: string; readonly tenant: string };
  may(access: Access): boolean;
  /** Wall clock, milliseconds since the epoch. */
  readonly nowMs: number;
  /** As it was asked for; its origin means nothing. */
  readonly url: URL;
  /** Where the person's browser reaches the service. */
  readonly origin: string;
  /** To be told once, at the top of the next page that is shown. */
  say(notice: string): void;
}

export type Params = Readonly<Record<string, string>>;
/** A form as it was sent: names to one or more values. */
export type Form = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Download {
  readonly type: string;
  /** As the browser is to save it. */
  readonly name: string;
  readonly body: string;
}

/** Where pages are registered. */
export interface ConsoleApp {
  page(path: string, render: (context: PageContext, params: Params) => Promise<Page | Elsewhere>): void;
  download(path: string, make: (context: PageContext, params: Params) => Promise<Download>): void;
  /** Changes something, then goes elsewhere in the console. What the API refuses is told on the page it came from. */
  action(
    path: string,
    access: Access,
    act: (context: PageContext, params: Params, form: Form) => Promise<string>,
  ): void;
}

/** One value of a form; undefined when there is none, or nothing in it. */
export function fieldOf(form: Form, name: string): string | undefined {
  const value = form[name];
  const first = typeof value === 'string' ? value : value?.[0];
  return first === undefined || first.trim() === '' ? undefined : first.trim();
}

/** All values of a form by one name. */
export function fieldsOf(form: Form, name: string): readonly string[] {
  const value = form[name];
  return typeof value === 'string' ? [value] : (value ?? []);
}
