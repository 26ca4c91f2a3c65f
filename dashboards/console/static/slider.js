// Shows the state at the instant of a time slider as soon as it is let go; without this, its button does. Listens at
// the document, because a page that is live takes its parts anew.
const words = (range) => `${new Date(Number(range.value)).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
const rangeOf = (event) =>
  event.target instanceof HTMLInputElement && event.target.closest('form[data-slider]') !== null
    ? event.target
    : undefined;

document.addEventListener('input', (event) => {
  const range = rangeOf(event);
  if (range === undefined) return;
  range.setAttribute('aria-valuetext', words(range));
  const output = range.form?.querySelector('output');
  if (output) output.textContent = words(range);
});

// A key that is held down changes it again and again: the page is asked for when it rests.
const REST_MS = 350;
let pending = 0;
document.addEventListener('change', (event) => {
  const range = rangeOf(event);
  if (range === undefined) return;
  clearTimeout(pending);
  pending = setTimeout(() => {
    // Whoever moves it goes on where they were; a fragment in the address would take the focus away.
    sessionStorage.setItem('slider', '1');
    range.form.action = location.pathname;
    range.form.requestSubmit();
  }, REST_MS);
});
if (sessionStorage.getItem('slider') === '1') {
  sessionStorage.removeItem('slider');
  document.querySelector('form[data-slider] input[type="range"]')?.focus();
}

// A drawing that is wider than its window begins where authority broke, not at its left edge.
for (const chart of document.querySelectorAll('.chart')) {
  const broken = chart.querySelector('.node.is-broken') ?? chart.querySelector('.node');
  if (broken === null || chart.scrollWidth <= chart.clientWidth) continue;
  const [node, frame] = [broken.getBoundingClientRect(), chart.getBoundingClientRect()];
  chart.scrollLeft += node.left + node.width / 2 - frame.left - frame.width / 2;
}
