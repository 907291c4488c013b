// Work for later.

/** whenIdle does some work while the page has nothing else to do. Safari cannot tell when that is. */
export function whenIdle(work: () => void) {
  if (window.requestIdleCallback) window.requestIdleCallback(work);
  else setTimeout(work, 30);
}
