// Keys of a queue: one row is the current one; what is done is sent with the form that works without script, too.
const form = () => /** @type {HTMLFormElement | null} */ (document.querySelector('#bulk'));
const rows = () => [...document.querySelectorAll('tr[data-row]')];
const boxOf = (row) => row?.querySelector('input[type="checkbox"][name="id"]');
const linkOf = (row) => row?.querySelector('a.opens');
let current = -1;
/** After "g" a letter names a page. */
let isGoing = false;

function count() {
  const output = document.querySelector('[data-chosen]');
  const chosen = rows().filter((row) => boxOf(row)?.checked);
  for (const row of rows()) row.classList.toggle('chosen', chosen.includes(row));
  if (output !== null) output.textContent = chosen.length === 0 ? '' : `${chosen.length} chosen`;
  return chosen.length;
}

/** @param {number} step */
function move(step) {
  const all = rows();
  if (all.length === 0) return;
  current = Math.min(all.length - 1, Math.max(0, current + step));
  for (const [index, row] of all.entries()) row.classList.toggle('current', index === current);
  const row = all[current];
  // The focus goes along, so that a screen reader says where one is and Enter opens it.
  linkOf(row)?.focus({ preventScroll: true });
  row.scrollIntoView({ block: 'nearest' });
}

/** What is chosen, or else the current row. */
function chooseSome() {
  const box = boxOf(rows()[current]);
  if (count() === 0 && box) box.checked = true;
  return count() > 0;
}

/** @param {string} verb */
function send(verb) {
  const target = form();
  if (target === null) return;
  target.elements.namedItem('verb').value = verb;
  target.requestSubmit();
}

function close() {
  const dialog = document.querySelector('#close-chosen');
  const target = form();
  if (dialog === null || target === null || !chooseSome()) return;
  dialog.returnValue = '';
  dialog.addEventListener(
    'close',
    () => {
      if (dialog.returnValue !== 'close') return;
      for (const name of ['reason', 'words'])
        target.elements.namedItem(name).value = dialog.querySelector(`[name="${name}"]`).value;
      send('close');
    },
    { once: true },
  );
  dialog.showModal();
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  x() {
    const box = boxOf(rows()[current]);
    if (!box) return;
    box.checked = !box.checked;
    count();
  },
  o: () => linkOf(rows()[current])?.click(),
  a: () => chooseSome() && send('acknowledge'),
  c: close,
  '?': () => document.querySelector('#queue-keys')?.showModal(),
};

document.addEventListener('keydown', (event) => {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
  // A box is no text: keys work on it as on the row that it stands in.
  if (target instanceof Element && target.matches('input:not([type="checkbox"]), textarea, select')) return;
  const act = !isGoing && Object.hasOwn(keys, key) ? keys[key] : undefined;
  isGoing = key === 'g';
  if (act === undefined) return;
  event.preventDefault();
  act();
});
document.addEventListener('change', count);
document.addEventListener('console:swapped', () => {
  current = Math.min(current, rows().length - 1);
  rows()[current]?.classList.add('current');
  count();
});
// Whoever tabs or clicks into a row is in it.
document.addEventListener('focusin', ({ target }) => {
  const at = target instanceof Element ? rows().indexOf(target.closest('tr[data-row]')) : -1;
  if (at >= 0 && at !== current) {
    current = at;
    for (const [index, row] of rows().entries()) row.classList.toggle('current', index === at);
  }
});
count();
