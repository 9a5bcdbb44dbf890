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

// Where the step would stand if it were let go at that height, among the others.
function placeAt(others, y) {
  const next = others.findIndex((step) => {
    const box = step.getBoundingClientRect();
    return y < box.top + box.height / 2;
  });
  return next < 0 ? others.length : next;
}

function mark(others, to) {
  for (const [place, step] of others.entries()) {
    step.classList.toggle("is-under-drop", place === to);
    step.classList.toggle("is-over-drop", to === others.length && place === to - 1);
  }
}

// Nothing in the list moves while dragging, so that the pointer is never lost: the step follows it, a line shows where.
function drag(event, handle) {
  const step = handle.closest("[data-step]");
  const all = steps(step.closest("[data-steps]"));
  const others = all.filter((other) => other !== step);
  const from = all.indexOf(step);
  const startY = event.clientY;
  let to = from;
  let isMoving = false;

  function follow(moved) {
    const far = moved.clientY - startY;
    if (!isMoving && Math.abs(far) < FAR) return;
    isMoving = true;
    step.classList.add("is-dragged");
    step.style.translate = `0 ${far}px`;
    to = placeAt(others, moved.clientY);
    mark(others, to === from ? -1 : to);
  }

  function finish(isKept) {
    handle.removeEventListener("pointermove", follow);
    handle.removeEventListener("pointerup", keep);
    handle.removeEventListener("pointercancel", leave);
    step.classList.remove("is-dragged");
    step.style.translate = "";
    mark(others, -1);
    if (isKept && isMoving && to !== from) moveTo(step, to);
  }

  const keep = () => finish(true);
  const leave = () => finish(false);
  handle.setPointerCapture(event.pointerId);
  handle.addEventListener("pointermove", follow);
  handle.addEventListener("pointerup", keep);
  handle.addEventListener("pointercancel", leave);
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
