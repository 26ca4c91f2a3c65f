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
