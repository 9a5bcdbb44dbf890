// The review: one line in hand after the other. A decision is shown at once and taken back, with the reason, if it is refused.
import { Asking } from "./asking.js";
import { Panel } from "./panel.js";
import { Picks } from "./picks.js";
import { Rows } from "./rows.js";
import { written } from "./sums.js";
import { Together } from "./together.js";

const AHEAD = 3;

export class Desk {
  #undos;

  constructor(root) {
    this.root = root;
    this.mayDecide = root.hasAttribute("data-may-decide");
    this.exponents = JSON.parse(document.getElementById("exponents").textContent);
    this.store = `tillbridge.review.${document.body.dataset.pair}`;
    this.#undos = JSON.parse(sessionStorage.getItem(this.store) ?? "[]");
    this.panel = new Panel(root, { onShown: () => this.picks?.draw() });
    this.rows = new Rows(root, { onTotals: (facts, sign) => this.#count(facts, sign), onMore: () => this.#drawDone() });
    this.picks = new Picks(root, this.rows, this.panel, this.exponents);
    this.asking = new Asking(root.dataset.decideUrl, (count) => root.classList.toggle("is-asking", count > 0));
    this.together = new Together(root, { onDecide: (asked) => this.#decideTogether(asked) });
    this.#listen();
    this.#drawUndo();
    const named = this.rows.find(root.dataset.current);
    if (named) this.rows.take(named, { focus: !document.activeElement || document.activeElement === document.body });
    this.picks.draw();
    this.#drawDone();
  }

  #listen() {
    const { root } = this;
    root.addEventListener("click", (event) => this.#onClick(event));
    root.addEventListener("change", (event) => this.#onChange(event));
    root.addEventListener("submit", (event) => this.#onSubmit(event));
    root.addEventListener("focusin", (event) => {
      const row = event.target.closest(".bline");
      if (row && !row.classList.contains("is-current")) this.take(row, { focus: false });
    });
    root.addEventListener("input", (event) => {
      if (!event.target.matches("[data-find-settlement]")) return;
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.panel.search(event.target.value).catch((error) => this.say(error.message, { isBad: true })), 200);
    });
  }

  #onClick(event) {
    const link = event.target.closest("[data-row-link]");
    if (link && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.take(link.closest(".bline"));
    }
    const button = event.target.closest("[data-do]");
    if (button) this[button.dataset.do](button);
  }

  #onChange(event) {
    if (event.target.matches("[data-pick-settlement]")) this.picks.toggleSettlement(event.target.closest("[data-item]"));
    else if (event.target.matches("[data-pick-line]")) this.picks.draw();
  }

  // The forms of the right column work without scripts too; with them the page stays.
  #onSubmit(event) {
    if (!event.target.matches("[data-decision]")) return;
    event.preventDefault();
    const item = event.target.closest("[data-item]");
    const act = event.submitter.value;
    if (act === "accept" || act === "group") this.accept(item);
    else if (act === "reject") this.reject(item);
    else if (act === "not_ours") this.notOurs();
    else this.#decide({ act, ...(act === "undo" ? { match: item.dataset.match } : { line: this.panel.line }) }, []);
  }

  // Which line

  take(row, { focus = true } = {}) {
    this.rows.take(row, { focus });
    if (!row) return;
    this.panel.show(row.dataset.line);
    this.panel.ahead(this.rows.ahead(row, AHEAD).map((each) => each.dataset.line));
    const url = new URL(location);
    url.searchParams.set("line", row.dataset.line);
    history.replaceState(history.state, "", url);
    this.picks.draw();
  }

  move(by) {
    if (this.panel.focused) return this.#moveInPanel(by);
    this.take(this.rows.step(by));
  }

  #moveInPanel(by) {
    const { items } = this.panel;
    const here = items.indexOf(this.panel.focused);
    items[Math.min(Math.max(here + by, 0), items.length - 1)]?.focus();
  }

  toPanel() {
    if (!this.panel.items.length) return this.say("There is nothing on the right to choose from.");
    this.panel.items[0].focus();
  }

  toLines() {
    this.rows.current?.querySelector("a").focus();
  }

  find() {
    const box = this.panel.focused ? this.panel.element.querySelector("[data-find-settlement]") : document.querySelector("[data-search]");
    box?.focus();
    box?.select();
  }

  pick() {
    const item = this.panel.focused;
    if (item) this.picks.toggleSettlement(item);
    else if (this.rows.current) this.picks.toggleLine(this.rows.current);
  }

  escape() {
    if (document.querySelector("dialog[open]")) return false;
    if (this.panel.focused) return this.toLines();
    if (this.picks.isEmpty) return false;
    this.picks.clear();
    this.say("Nothing is selected.");
  }

  showHistory() {
    const details = this.panel.element.querySelector("[data-history]");
    if (details) details.open = !details.open;
  }

  // What is decided

  #mayNot() {
    if (!this.mayDecide) this.say("Your role lets you look. Operators decide.");
    return !this.mayDecide;
  }

  accept(item = this.panel.focused) {
    if (this.#mayNot()) return;
    if (!this.picks.isEmpty) return this.group();
    const row = this.rows.current;
    const chosen = item?.dataset ?? (row && { match: row.dataset.match, gap: row.dataset.gap });
    if (!row || !(chosen.match || chosen.settlement)) return this.say("Nothing is suggested for this line. Choose on the right, or press n if it is not ours.");
    const isSettlement = !chosen.match;
    if (Number(chosen.gap)) return this.#open(isSettlement ? { line: row.dataset.line, settlement: chosen.settlement } : { match: chosen.match });
    if (isSettlement) return this.#decide({ act: "group", line: row.dataset.line, settlement: chosen.settlement }, [row]);
    this.#decide({ act: "accept", match: chosen.match }, new Set([row, ...this.rows.ofMatch(chosen.match)]));
  }

  reject(item = this.panel.focused) {
    if (this.#mayNot()) return;
    const match = item?.dataset.match || this.rows.current?.dataset.match;
    if (!match) return this.say("Nothing is suggested for this line, so there is nothing to reject.");
    const isLast = this.panel.items.filter((each) => each.dataset.match).length <= 1;
    this.#decide({ act: "reject", match }, [], { goes: isLast });
  }

  notOurs() {
    if (this.#mayNot()) return;
    const rows = this.picks.lines.length ? this.picks.lines : [this.rows.current].filter(Boolean);
    if (rows.length) this.#decide({ act: "not_ours", line: rows.map((row) => row.dataset.line) }, rows);
  }

  group() {
    if (this.#mayNot()) return;
    const lines = this.picks.lines.length ? this.picks.lines : [this.rows.current].filter(Boolean);
    const chosen = [...this.picks.settlements.keys()];
    const settlements = chosen.length ? chosen : [this.panel.focused?.dataset.settlement].filter(Boolean);
    const matches = settlements.length ? [] : lines.map((row) => row.dataset.match).filter(Boolean);
    if (!lines.length) return this.say("Select bank lines first.");
    if (!settlements.length && !matches.length) return this.say("Select settlements on the right first: l goes there, x selects.");
    this.#open({ line: lines.map((row) => row.dataset.line), settlement: settlements, match: matches });
  }

  split() {
    if (this.#mayNot()) return;
    const row = this.rows.current;
    if (!row) return;
    const match = this.panel.focused?.dataset.match || row.dataset.match || row.dataset.standing;
    this.#open(match ? { match } : { line: row.dataset.line });
  }

  clearPicks() {
    this.picks.clear();
  }

  #open(asked) {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(asked)) for (const each of [value].flat()) query.append(name, each);
    this.together.open(query).catch((error) => this.say(error.message, { isBad: true }));
  }

  #decideTogether(asked) {
    const rows = (asked.line ?? []).map((line) => this.rows.find(line)).filter(Boolean);
    this.#decide(asked, rows);
  }

  undo() {
    if (this.#mayNot()) return;
    if (!this.#undos.length) return this.say("There is nothing of yours to undo.");
    this.say("Taking it back…");
    this.#send(() => {
      const [kind, ids] = (this.#undos.pop() ?? "").split(":");
      return ids ? { act: "take_back", [kind]: ids.split(",") } : null;
    }, (answer) => {
      if (!answer) return;
      this.#apply(answer);
      const back = answer.rows.map(({ line }) => this.rows.find(line)).find((row) => row && !row.hidden);
      if (back) this.take(back);
      this.say(answer.said);
    }, []);
  }

  // Shown at once: the lines leave, the next is in hand.
  #decide(asked, leaving, { goes = false } = {}) {
    const rows = new Set(leaving);
    const { current } = this.rows;
    const next = this.rows.next(current, rows);
    if (rows.has(current) || goes) this.#goOn(next, rows);
    if (!this.rows.states.includes(asked.act === "not_ours" ? "not_ours" : "matched")) this.rows.hide([...rows]);
    this.picks.drop([asked.settlement ?? []].flat());
    this.#send(() => ({ ...asked, query: this.#query() }), (answer) => {
      this.#apply(answer);
      if (answer.undo) this.#remember(answer.undo);
      this.say(answer.said);
    }, rows);
  }

  #goOn(next, leaving) {
    if (next) return this.take(next);
    this.rows.take(null);
    this.picks.draw();
    this.panel.clear(this.rows.after ? "The next lines are on their way." : "Everything in this list is decided.");
    if (this.rows.after) this.rows.more().then(() => this.take(this.rows.shown.find((row) => !leaving.has(row)) ?? null));
  }

  #send(make, done, rows) {
    this.asking.decide(make).then(done).catch((error) => {
      this.rows.show([...rows]);
      if (error.answer) this.#apply(error.answer);
      this.#drawDone();
      const row = [...rows].map((each) => this.rows.find(each.dataset.line)).find((each) => each && !each.hidden);
      row?.classList.add("is-refused");
      const which = row ? `${this.#named(row)}: ` : "";
      this.say(which + error.message, { isBad: true });
    });
  }

  #apply(answer) {
    this.panel.outdate();
    for (const row of answer.rows) this.rows.put(row);
    this.panel.again();
    document.getElementById("progress").outerHTML = answer.progress;
    document.getElementById("awaited").outerHTML = answer.awaited;
    this.picks.draw();
    this.#drawDone();
  }

  #named(row) {
    const { minor, currency } = this.rows.facts(row);
    return `${written(minor, currency, this.exponents)} on ${row.querySelector("time").textContent}`;
  }

  #query() {
    const query = new URLSearchParams(location.search);
    query.delete("line");
    return query.toString();
  }

  #remember(undo) {
    this.#undos = [...this.#undos, undo].slice(-50);
    this.#drawUndo();
  }

  #drawUndo() {
    sessionStorage.setItem(this.store, JSON.stringify(this.#undos));
    const button = this.root.querySelector("[data-do=undo]");
    if (button) button.disabled = this.#undos.length === 0;
  }

  #count({ minor, currency }, sign) {
    const total = this.root.querySelector(`[data-total="${currency}"]`);
    if (!total) return;
    total.dataset.count = Number(total.dataset.count) + sign;
    total.dataset.minor = Number(total.dataset.minor) + sign * minor;
    total.textContent = `${Number(total.dataset.count).toLocaleString("en-GB")} · ${written(Number(total.dataset.minor), currency, this.exponents)}`;
  }

  #drawDone() {
    this.root.querySelector("[data-done]").hidden = this.rows.shown.length > 0 || Boolean(this.rows.after);
  }

  say(text, { isBad = false } = {}) {
    const place = this.root.querySelector("[data-said]");
    place.textContent = text;
    place.classList.toggle("is-bad", isBad);
    this.#drawUndo();
  }
}
