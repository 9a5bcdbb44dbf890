// The left column: bank lines, of which windows are fetched as they are needed, and the one in hand.
import { fetchJson } from "./asking.js";

const NEAR = 30;

function facts(row) {
  const { line, minor, currency, match = "", gap = "0", settled = "0", state } = row.dataset;
  return { line, minor: Number(minor), currency, match, gap: Number(gap), settled: Number(settled), state };
}

export class Rows {
  #isLoading = false;

  constructor(root, { onTotals, onMore }) {
    this.root = root;
    this.list = root.querySelector("[data-lines]");
    this.states = root.dataset.states.split(" ");
    this.after = root.dataset.after;
    this.onTotals = onTotals;
    this.onMore = onMore;
    this.#watchEnd();
  }

  get shown() {
    return [...this.list.children].filter((row) => !row.hidden);
  }

  get current() {
    return this.list.querySelector(".bline.is-current:not([hidden])");
  }

  find(line) {
    return this.list.querySelector(`[data-line="${CSS.escape(String(line))}"]`);
  }

  ofMatch(match) {
    return this.shown.filter((row) => match && row.dataset.match === String(match));
  }

  facts(row) {
    return facts(row);
  }

  // The next one that is not in `without`, else the one before.
  next(row, without = new Set()) {
    const free = (each) => !each.hidden && !without.has(each);
    for (let each = row?.nextElementSibling; each; each = each.nextElementSibling) if (free(each)) return each;
    for (let each = row?.previousElementSibling; each; each = each.previousElementSibling) if (free(each)) return each;
    return null;
  }

  step(by) {
    const { shown } = this;
    const here = shown.indexOf(this.current);
    return shown[Math.min(Math.max(here + by, 0), shown.length - 1)] ?? null;
  }

  take(row, { focus = true } = {}) {
    const before = this.list.querySelector(".bline.is-current");
    before?.classList.remove("is-current");
    before?.querySelector("a").removeAttribute("aria-current");
    if (!row) return;
    row.classList.add("is-current");
    const link = row.querySelector("a");
    link.setAttribute("aria-current", "true");
    if (focus) link.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    if (this.shown.indexOf(row) > this.shown.length - NEAR) this.more();
  }

  ahead(row, count) {
    const found = [];
    for (let each = row?.nextElementSibling; each && found.length < count; each = each.nextElementSibling) if (!each.hidden) found.push(each);
    return found;
  }

  hide(rows) {
    for (const row of rows) {
      if (row.hidden) continue;
      row.hidden = true;
      this.onTotals(facts(row), -1);
    }
  }

  show(rows) {
    for (const row of rows) {
      if (!row.hidden) continue;
      row.hidden = false;
      this.onTotals(facts(row), 1);
    }
  }

  // A line as the server says that it stands: shown if this list is of such lines.
  put({ line, state, html }) {
    const old = this.find(line);
    if (!old) return null;
    const isListed = this.states.includes(state);
    if (!isListed) {
      this.hide([old]);
      return null;
    }
    const made = this.#made(html);
    const hadFocus = old.contains(document.activeElement);
    const isCurrent = old.classList.contains("is-current");
    made.querySelector("[data-pick-line]").checked = old.querySelector("[data-pick-line]").checked;
    made.hidden = old.hidden;
    old.replaceWith(made);
    this.show([made]);
    if (isCurrent) this.take(made, { focus: hadFocus });
    return made;
  }

  #made(html) {
    const template = document.createElement("template");
    template.innerHTML = html.trim();
    return template.content.firstElementChild;
  }

  // The next window; lines that are there already stay as they are.
  async more() {
    if (!this.after || this.#isLoading) return;
    this.#isLoading = true;
    try {
      const query = new URLSearchParams(location.search);
      query.delete("line");
      query.set("after", this.after);
      const answer = await fetchJson(`${this.root.dataset.rowsUrl}?${query}`);
      this.after = answer.after;
      this.list.append(...answer.rows.filter(({ line }) => !this.find(line)).map(({ html }) => this.#made(html)));
      this.onMore();
    } finally {
      this.#isLoading = false;
    }
  }

  #watchEnd() {
    const end = this.root.querySelector("[data-end]");
    new IntersectionObserver((seen) => seen.some((each) => each.isIntersecting) && this.more(), { root: this.list.parentElement, rootMargin: "600px" }).observe(end);
  }
}
