import { isBusy, swap } from './swap.js';

// Looks at the page again when something that it shows has changed; offers to, while somebody is writing in it.
const main = document.querySelector('main[data-live]');
const topics = main.dataset.live.split(' ');
const SETTLE_MS = 400;
const APART_MS = 2_000;
/** Chains grow all the time: numbers may be a little older. */
const SLOW_MS = 10_000;
const LOST_MS = 20_000;
const AGAIN_MS = 10_000;
const ANNOUNCE_MS = 15_000;

const bar = document.createElement('aside');
bar.className = 'live no-print';
bar.ariaLabel = 'Live updates';
const said = document.createElement('p');
const show = document.createElement('button');
const spoken = document.createElement('p');
spoken.className = 'hidden';
spoken.setAttribute('role', 'status');
show.hidden = true;
bar.append(said, show, spoken);
const sheet = document.createElement('link');
sheet.rel = 'stylesheet';
sheet.href = '/static/live.css';
document.head.append(sheet);
main.after(bar);

let source;
let pending = 0;
let timer;
let dueMs = 0;
let lastMs = 0;
let earliestMs = 0;
let announcedMs = 0;
let isLooking = false;
let lostMs;
let lostTimer;

const clock = (ms = Date.now()) => `${new Date(ms).toISOString().slice(11, 16)} UTC`;
function speak(text) {
  if (Date.now() - announcedMs < ANNOUNCE_MS) return;
  announcedMs = Date.now();
  spoken.textContent = text;
}

async function look() {
  isLooking = true;
  const startedMs = Date.now();
  const count = pending;
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
    if (answer.redirected && new URL(answer.url).pathname === '/login') return location.reload();
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main');
    if (!answer.ok || page === null) throw new Error(`answered ${answer.status}`);
    pending -= count;
    lastMs = Date.now();
    // A service that answers slowly has enough to do.
    earliestMs = lastMs + Math.max(APART_MS, 5 * (lastMs - startedMs));
    said.textContent = `Live, as of ${clock(lastMs)}`;
    show.hidden = true;
    // What was told once is told until the person goes on.
    const notices = [...main.querySelectorAll(':scope > .notice[role="status"]')];
    const next = [...page.childNodes].map((node) => document.importNode(node, true));
    swap(main, [...notices, ...next]);
    if (count > 0) speak('The page has news and was updated.');
  } catch {
    said.textContent = `Could not be updated at ${clock()}; trying again`;
    earliestMs = Date.now() + AGAIN_MS;
  } finally {
    isLooking = false;
    if (pending > 0) soon(SETTLE_MS);
  }
}

/** However many news there are, the page is asked for once in a while. */
function soon(gapMs) {
  const atMs = Math.max(Date.now() + gapMs, earliestMs);
  if (timer !== undefined && dueMs <= atMs) return;
  clearTimeout(timer);
  dueMs = atMs;
  timer = setTimeout(wake, atMs - Date.now());
}

function wake() {
  timer = undefined;
  if (isLooking || document.hidden) return;
  if (!isBusy(main)) return look();
  if (pending === 0) return;
  show.textContent = `${pending} news: show`;
  show.hidden = false;
  speak('There is news. It is shown when you press Show, so that nothing you wrote is lost.');
}

function hear(topic) {
  if (topic === 'chains') return soon(SLOW_MS);
  pending += 1;
  soon(SETTLE_MS);
}

function lost() {
  lostMs ??= Date.now();
  lostTimer ??= setTimeout(() => {
    said.textContent = `Stale since ${clock(lostMs)}: no connection, trying again`;
    bar.classList.add('stale');
    speak('The page is not live any more.');
  }, LOST_MS);
  // The browser itself comes back after a cut; after a refusal it gives up.
  if (source.readyState === EventSource.CLOSED) setTimeout(() => document.hidden || follow(), AGAIN_MS);
}

function follow() {
  source?.close();
  source = new EventSource('/live');
  source.onerror = lost;
  source.onopen = () => {
    clearTimeout(lostTimer);
    bar.classList.remove('stale');
    said.textContent = `Live, as of ${clock(lastMs || Date.now())}`;
    if (lostMs !== undefined) hear('gone');
    lostMs = lostTimer = undefined;
  };
  source.addEventListener('news', ({ data }) => {
    const { topic } = JSON.parse(data);
    if (topics.includes(topic)) hear(topic);
  });
  source.addEventListener('reset', () => hear('reset'));
  source.addEventListener('closed', ({ data }) => {
    if (JSON.parse(data).reason === 'signed out' && !isBusy(main)) location.reload();
  });
}

show.addEventListener('click', look);
// A page that nobody sees holds no connection: browsers have six for all tabs.
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return source.close();
  lostMs ??= Date.now();
  follow();
});
follow();
