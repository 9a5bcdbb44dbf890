// Reordering the steps of a flow by dragging their signs, and by Alt with the arrow keys on a step's heading.
// Both press what the buttons beside each step press; without this file the buttons do.

const FAR = 6;

function steps(list) {
  return [...list.querySelectorAll("[data-step]")];
}

function moveTo(step, to) {
  const form = step.querySelector("form[data-move]");
  const place = document.createElement("input");
  Object.assign(place, { type: "hidden", name: "to", value: String(to) });
  form.append(place);
  form.requestSubmit();
}

function placeUnder(list, dragged, y) {
  const others = steps(list).filter((step) => step !== dragged);
  const next = others.findIndex((step) => {
    const box = step.getBoundingClientRect();
    return y < box.top + box.height / 2;
  });
  return { others, to: next < 0 ? others.length : next };
}

function drag(event, handle) {
  const step = handle.closest("[data-step]");
  const list = step.closest("[data-steps]");
  const from = steps(list).indexOf(step);
  const startY = event.clientY;
  let to = from;
  let isMoving = false;

  function follow(moved) {
    if (!isMoving && Math.abs(moved.clientY - startY) < FAR) return;
    isMoving = true;
    step.classList.add("is-dragged");
    const { others, to: place } = placeUnder(list, step, moved.clientY);
    if (place === to) return;
    to = place;
    if (place < others.length) others[place].before(step);
    else others.at(-1)?.after(step);
  }

  function finish(isKept) {
    handle.removeEventListener("pointermove", follow);
    step.classList.remove("is-dragged");
    if (!isMoving) return;
    if (isKept && to !== from) moveTo(step, to);
    else putBack();
  }

  function putBack() {
    const others = steps(list).filter((other) => other !== step);
    if (from < others.length) others[from].before(step);
    else others.at(-1)?.after(step);
  }

  handle.setPointerCapture(event.pointerId);
  handle.addEventListener("pointermove", follow);
  handle.addEventListener("pointerup", () => finish(true), { once: true });
  handle.addEventListener("pointercancel", () => finish(false), { once: true });
}

document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest("[data-handle]");
  if (!handle || event.button !== 0) return;
  event.preventDefault();
  drag(event, handle);
});

document.addEventListener("keydown", (event) => {
  if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
  const step = event.target.closest("[data-step] summary")?.closest("[data-step]");
  if (!step) return;
  event.preventDefault();
  const button = step.querySelector(event.key === "ArrowUp" ? "[id^=up-]" : "[id^=down-]");
  if (!button.disabled) button.click();
});
