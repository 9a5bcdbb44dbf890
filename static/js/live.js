// Live parts: an element with data-live="seconds" gets a "tick" event, on which htmx fetches it again.
// No tick while the tab is hidden, while somebody works inside the part, or after the server said stop (286).

const STOP = 286;

function isBusy(part) {
  const focused = document.activeElement;
  return part.contains(focused) || part.querySelector("details[open]") !== null || part.matches(".htmx-request");
}

function tick(part) {
  if (!document.hidden && part.isConnected && part.dataset.live && !isBusy(part)) {
    part.dispatchEvent(new CustomEvent("tick"));
  }
}

export function startLive() {
  for (const part of document.querySelectorAll("[data-live]")) {
    setInterval(() => tick(part), Number(part.dataset.live) * 1000);
    document.addEventListener("visibilitychange", () => tick(part));
    part.addEventListener("htmx:beforeSwap", (event) => {
      if (event.detail.xhr.status === STOP) delete part.dataset.live;
    });
  }
}
