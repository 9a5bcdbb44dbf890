// Lists put in order by dragging their handles, or with the arrow keys on a handle. Works with mouse, pen and touch.
//   <ol> items with a button[data-handle]; `move(from, to)` is asked to do it, and to draw the list again.
import { announce } from "./announce.js";

function itemOf(list, element) {
  return [...list.children].find((child) => child.contains(element)) ?? null;
}

// Where the pointer would put the item: before the first one whose middle is below it.
function placeAt(list, y) {
  const items = [...list.children];
  const at = items.findIndex((item) => {
    const box = item.getBoundingClientRect();
    return y < box.top + box.height / 2;
  });
  return at < 0 ? items.length : at;
}

function mark(list, place) {
  [...list.children].forEach((item, index) => {
    item.classList.toggle("is-before", index === place);
    item.classList.toggle("is-after", place === list.children.length && index === place - 1);
  });
}

function unmark(list) {
  for (const item of list.children) item.classList.remove("is-before", "is-after", "is-dragged");
}

function drag(list, handle, event, move) {
  const item = itemOf(list, handle);
  const from = [...list.children].indexOf(item);
  const leaving = new AbortController();
  const options = { signal: leaving.signal };
  let place = from;
  handle.setPointerCapture(event.pointerId);
  item.classList.add("is-dragged");
  const end = (isDropped) => {
    leaving.abort();
    unmark(list);
    const to = place > from ? place - 1 : place;
    if (isDropped && to !== from) move(from, to);
  };
  handle.addEventListener("pointermove", ({ clientY }) => {
    place = placeAt(list, clientY);
    mark(list, place);
  }, options);
  handle.addEventListener("pointerup", () => end(true), options);
  handle.addEventListener("pointercancel", () => end(false), options);
  document.addEventListener("keydown", (key) => key.key === "Escape" && end(false), options);
}

export function sortable(list, move) {
  const shift = (handle, step) => {
    const from = [...list.children].indexOf(itemOf(list, handle));
    const to = from + step;
    if (to < 0 || to >= list.children.length) return announce(step < 0 ? "Already the first." : "Already the last.");
    const count = list.children.length;
    const { key } = list.children[to].querySelector("[data-handle]").dataset;
    move(from, to);
    // Lists that are drawn anew give the handle at the new place the key that was there before.
    (key ? document.querySelector(`[data-key="${CSS.escape(key)}"]`) : handle)?.focus();
    announce(`Moved to place ${to + 1} of ${count}.`);
  };
  list.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-handle]");
    if (!handle || event.button !== 0 || itemOf(list, handle)?.parentElement !== handle.closest("[data-sortable]")) return;
    event.preventDefault();
    handle.focus();
    drag(list, handle, event, move);
  });
  list.addEventListener("keydown", (event) => {
    const handle = event.target.closest("[data-handle]");
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!handle || !step || handle.closest("[data-sortable]") !== list) return;
    event.preventDefault();
    shift(handle, step);
  });
  list.dataset.sortable = "";
}

export function moved(list, from, to) {
  const rest = list.filter((_, index) => index !== from);
  rest.splice(to, 0, list[from]);
  return rest;
}
