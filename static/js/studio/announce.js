// What screen readers are told of things that happen elsewhere than where the focus is.

// Things that happen together are said together: the later would cut off the earlier.
const TOGETHER = 60;
let region = null;
let isOdd = false;
let waiting = [];

export function startAnnouncing(element) {
  region = element;
}

export function announce(text) {
  if (!region) return;
  if (!waiting.length) setTimeout(say, TOGETHER);
  waiting.push(text.trim());
}

// The same words twice in a row are still two events: a trailing blank makes them different.
function say() {
  isOdd = !isOdd;
  region.textContent = waiting.join(" ") + (isOdd ? "" : "\u00a0");
  waiting = [];
}
