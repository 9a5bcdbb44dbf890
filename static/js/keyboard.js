// j k x / ? and g h, g n, g m, … Single keys can be switched off in the list of shortcuts (WCAG 2.1.4).

const PAGES = { h: "", n: "attention/", o: "orders/", u: "customers/", p: "payments/", x: "postings/", e: "events/", m: "mapping/", a: "activity/", c: "connections/", s: "settings/" };
const SWITCH = "tillbridge.shortcuts";
let isGoing = false;

export function areKeysOff() {
  return localStorage.getItem(SWITCH) === "off";
}

export function isTyping(target) {
  return target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open]") !== null;
}

function rows() {
  return [...document.querySelectorAll("[data-row-link]")];
}

function move(step) {
  const links = rows();
  if (!links.length) return;
  const row = document.activeElement.closest("tr, li, article");
  const here = links.findIndex((link) => row?.contains(link));
  const next = links[Math.min(Math.max(here + step, 0), links.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function pick() {
  const box = document.activeElement.closest("tr, li, article")?.querySelector("[data-pick]");
  if (!box) return false;
  box.checked = !box.checked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

function reject() {
  const button = document.activeElement.closest("article")?.querySelector("[data-reject]");
  button?.click();
  return Boolean(button);
}

function go(key) {
  const pair = document.body.dataset.pair;
  if (pair && key in PAGES) location.assign(`/${pair}/${PAGES[key]}`);
}

function search() {
  const box = document.querySelector("[data-search]");
  box?.focus();
  box?.select();
  return box !== null;
}

function act(key) {
  if (isGoing) {
    isGoing = false;
    go(key);
    return true;
  }
  switch (key) {
    case "j": move(1); return true;
    case "k": move(-1); return true;
    case "x": return pick();
    case "r": return reject();
    case "/": return search();
    case "?": document.getElementById("shortcuts").showModal(); return true;
    case "g":
      isGoing = true;
      setTimeout(() => { isGoing = false; }, 1500);
      return true;
    default: return false;
  }
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (areKeysOff() && event.key !== "?") return;
  if (act(event.key)) event.preventDefault();
}

export function startKeyboard() {
  if (!document.getElementById("shortcuts")) return;
  document.addEventListener("keydown", onKey);
  const box = document.querySelector("[data-shortcuts-switch]");
  box.checked = !areKeysOff();
  box.addEventListener("change", () => localStorage.setItem(SWITCH, box.checked ? "on" : "off"));
}
