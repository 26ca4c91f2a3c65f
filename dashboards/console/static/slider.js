// Shows the state at the instant of a time slider as soon as it is let go; without this, its button does.
for (const form of document.querySelectorAll('form[data-slider]')) {
  const range = form.querySelector('input[type="range"]');
  const output = form.querySelector('output');
  if (!(range instanceof HTMLInputElement) || !(form instanceof HTMLFormElement)) continue;

  const words = () => `${new Date(Number(range.value)).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  range.addEventListener('input', () => {
    range.setAttribute('aria-valuetext', words());
    if (output !== null) output.textContent = words();
  });
  // A key that is held down changes it again and again: the page is asked for when it rests.
  let pending = 0;
  range.addEventListener('change', () => {
    clearTimeout(pending);
    pending = window.setTimeout(() => {
      sessionStorage.setItem('slider', '1');
      form.requestSubmit();
    }, 350);
  });
  // Whoever moves it by keyboard goes on where they were.
  if (sessionStorage.getItem('slider') === '1') {
    sessionStorage.removeItem('slider');
    range.focus({ preventScroll: true });
  }
}

// A drawing that is wider than its window begins where authority broke, not at its left edge.
for (const chart of document.querySelectorAll('.chart')) {
  const broken = chart.querySelector('.node.is-broken') ?? chart.querySelector('.node');
  if (broken === null || chart.scrollWidth <= chart.clientWidth) continue;
  const [node, frame] = [broken.getBoundingClientRect(), chart.getBoundingClientRect()];
  chart.scrollLeft += node.left + node.width / 2 - frame.left - frame.width / 2;
}
