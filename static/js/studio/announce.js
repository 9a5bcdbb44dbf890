// What screen readers are told of things that happen elsewhere than where the focus is.

let region = null;
let isOdd = false;

export function startAnnouncing(element) {
  region = element;
}

// The same words twice in a row are still two events: a trailing blank makes them different.
export function announce(text) {
  if (!region) return;
  isOdd = !isOdd;
  region.textContent = isOdd ? text : `${text}\u00a0`;
}
