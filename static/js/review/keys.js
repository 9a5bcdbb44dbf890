// The keys of the review. They come before those of every page, which may be switched off (WCAG 2.1.4) as these are.
import { areKeysOff, isTyping } from "../keyboard.js";

const KEYS = {
  j: (desk) => desk.move(1),
  ArrowDown: (desk) => desk.move(1),
  k: (desk) => desk.move(-1),
  ArrowUp: (desk) => desk.move(-1),
  l: (desk) => desk.toPanel(),
  ArrowRight: (desk) => desk.toPanel(),
  h: (desk) => desk.toLines(),
  ArrowLeft: (desk) => desk.toLines(),
  a: (desk) => desk.accept(),
  r: (desk) => desk.reject(),
  n: (desk) => desk.notOurs(),
  s: (desk) => desk.split(),
  g: (desk) => desk.group(),
  u: (desk) => desk.undo(),
  x: (desk) => desk.pick(),
  y: (desk) => desk.showHistory(),
  Escape: (desk) => desk.escape(),
  "/": (desk) => desk.find(),
  "?": () => document.getElementById("review-keys").showModal(),
};

// Enter on the line in hand accepts; on a button or link of its own it does what that says.
function actOf(event) {
  if (event.key === "Enter") return event.target.matches("[data-row-link], [data-item]") ? KEYS.a : null;
  return Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : null;
}

// `deskOf` gives the desk that is there; an act that answers false leaves the key to the browser.
export function startKeys(deskOf) {
  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (areKeysOff() && event.key.length === 1 && event.key !== "?") return;
    const act = actOf(event);
    const desk = deskOf();
    if (!act || !desk || event.target.closest("summary, .side") || act(desk) === false) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }
  document.addEventListener("keydown", onKey, { capture: true });
}
