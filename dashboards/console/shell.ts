import { type Html, html } from './html.ts';
import type { Page, PageContext, Place } from './page.ts';

const places: readonly { readonly place: Place; readonly path: string; readonly name: string }[] = [
  { place: 'overview', path: '/', name: 'Overview' },
  { place: 'incidents', path: '/incidents', name: 'Incidents' },
  { place: 'hunt', path: '/hunt', name: 'Hunt' },
  { place: 'detectors', path: '/detectors', name: 'Detectors' },
  { place: 'responses', path: '/responses', name: 'Responses' },
  { place: 'audit', path: '/audit', name: 'Audit' },
  { place: 'health', path: '/health', name: 'Health' },
  { place: 'policy', path: '/policy', name: 'Policy' },
];

export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export interface Frame {
  readonly theme: Theme;
  /** Absent on pages for people who are not signed in. */
  readonly context?: Pick<PageContext, 'who' | 'url' | 'nowMs'> | undefined;
  readonly notices?: readonly string[];
}

/** What stands around every page. */
export function shell(page: Page, { theme, context, notices = [] }: Frame): Html {
  return html`<!doctype html>
<html lang="en" data-theme="${theme}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="same-origin">
<title>${page.title} · Chainwarden</title>
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
${['style.css', ...(page.styles ?? [])].map((name) => html`<link rel="stylesheet" href="/static/${name}">`)}
${modulesOf(page, context !== undefined).map((name) => html`<script type="module" src="/static/${name}"></script>`)}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
${context === undefined ? undefined : header(page, context, theme)}
<main id="main" tabindex="-1"${live(page)}>
${notices.map((notice) => html`<p class="notice" role="status">${notice}</p>`)}
${page.body}
</main>
</body>
</html>
`;
}

function live({ live: on = [] }: Page): Html | undefined {
  return on.length === 0 ? undefined : html` data-live="${on.join(' ')}"`;
}

function modulesOf({ live: on = [], modules = [] }: Page, isSignedIn: boolean): readonly string[] {
  return [...(isSignedIn ? ['keys.js'] : []), ...(on.length > 0 ? ['live.js'] : []), ...modules];
}

function header(page: Page, { who, url }: NonNullable<Frame['context']>, theme: Theme): Html {
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'auto';
  return html`<header class="bar">
<a class="brand" href="/">Chainwarden</a>
<nav aria-label="Pages"><ul>
${places.map(
  ({ place, path, name }) =>
    html`<li><a href="${path}"${place === page.place ? html` aria-current="page"` : undefined}>${name}</a></li>`,
)}
</ul></nav>
<form class="search" role="search" action="/search" method="get">
<label class="hidden" for="q">Find a token, principal, chain, transaction, alert or incident</label>
<input id="q" name="q" type="search" placeholder="Find an id ( / )" autocomplete="off" spellcheck="false" maxlength="2048" required>
</form>
<div class="me">
<span class="who" title="tenant ${who.tenant}">${who.name} <span class="muted">${who.role}</span></span>
<form method="post" action="/theme"><input type="hidden" name="theme" value="${next}"><input type="hidden" name="from" value="${url.pathname}${url.search}">
<button class="quiet">Theme: ${theme}</button></form>
<form method="post" action="/logout"><button class="quiet">Sign out</button></form>
</div>
</header>`;
}
