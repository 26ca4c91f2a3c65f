// Puts newer content into the page and keeps what the person did to it, of which the server knows nothing.
const kept = ['checkbox', 'radio', 'range'];
const places = '.scroll, .chart';

/** @param {Element & {name?: string}} element */
function keyOf(element) {
  const marks = [element.tagName, element.name, element.getAttribute('value'), element.getAttribute('href')];
  return element.id || marks.join('|');
}

function isTouched(control) {
  if (control.tagName === 'SELECT') {
    const options = [...control.options];
    const first = options.findIndex((one) => one.defaultSelected);
    return control.selectedIndex !== Math.max(0, first);
  }
  return control.type !== 'hidden' && control.value !== control.defaultValue;
}

const controlsIn = (main) => [...main.querySelectorAll('input, textarea, select')];

/** Whether somebody writes or chooses something here, or is being asked something. */
export function isBusy(main) {
  if (document.querySelector('dialog[open]') !== null) return true;
  const active = document.activeElement;
  if (main.contains(active) && /^(TEXTAREA|SELECT)$/.test(active.tagName)) return true;
  return controlsIn(main).some((one) => !kept.includes(one.type) && isTouched(one));
}

/** @param {HTMLElement} main @param {readonly Node[]} next */
export function swap(main, next) {
  const active = main.contains(document.activeElement) ? keyOf(document.activeElement) : undefined;
  const open = [...main.querySelectorAll('details')].map((one) => one.open);
  const before = controlsIn(main).map((one) => [keyOf(one), one.checked, isTouched(one) && one.value]);
  const scrolled = [...main.querySelectorAll(places)].map((one) => [one.scrollLeft, one.scrollTop]);
  const [x, y] = [scrollX, scrollY];

  main.replaceChildren(...next);

  const details = [...main.querySelectorAll('details')];
  if (details.length === open.length) for (const [at, one] of details.entries()) one.open = open[at];
  const controls = new Map(controlsIn(main).map((one) => [keyOf(one), one]));
  for (const [key, checked, value] of before) {
    const one = controls.get(key);
    if (one?.checked === !checked) one.checked = checked;
    if (one !== undefined && value !== false) one.value = value;
  }
  for (const [at, one] of [...main.querySelectorAll(places)].entries()) {
    [one.scrollLeft, one.scrollTop] = scrolled[at] ?? [0, 0];
  }
  const all = main.querySelectorAll('a, button, input, select, textarea, summary, [tabindex]');
  if (active !== undefined) [...all].find((one) => keyOf(one) === active)?.focus({ preventScroll: true });
  scrollTo(x, y);
  document.dispatchEvent(new CustomEvent('console:swapped'));
}
