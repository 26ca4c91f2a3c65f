// Keys that work on every page: "/" for the search, "g" and a letter for a page, "?" for what there is.
const places = {
  o: '/',
  i: '/incidents',
  h: '/hunt',
  d: '/detectors',
  r: '/responses',
  a: '/audit',
  e: '/health',
  p: '/policy',
};
let isGoing = false;

/** @param {KeyboardEvent} event */
function isTyping({ target }) {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  const place = isGoing ? places[event.key] : undefined;
  isGoing = event.key === 'g';
  if (place !== undefined) location.assign(place);
  if (event.key !== '/') return;
  event.preventDefault();
  document.querySelector('#q')?.focus();
});
