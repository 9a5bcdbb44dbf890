// What is selected on both sides, and what remains. Settlements stay selected when another line is taken in hand.
import { difference, listed, summed, written } from "./sums.js";

export class Picks {
  constructor(root, rows, panel, exponents) {
    Object.assign(this, { root, rows, panel, exponents });
    this.settlements = new Map();
    this.bar = root.querySelector("[data-bar]");
  }

  get lines() {
    return this.rows.shown.filter((row) => row.querySelector("[data-pick-line]").checked);
  }

  get isEmpty() {
    return this.lines.length === 0 && this.settlements.size === 0;
  }

  toggleLine(row) {
    const box = row.querySelector("[data-pick-line]");
    box.checked = !box.checked;
    this.draw();
  }

  toggleSettlement(item) {
    const { settlement, minor, currency, name } = item.dataset;
    if (!settlement) return;
    if (!this.settlements.delete(settlement)) this.settlements.set(settlement, { minor: Number(minor), currency, name });
    this.draw();
  }

  clear() {
    for (const row of this.rows.shown) row.querySelector("[data-pick-line]").checked = false;
    this.settlements.clear();
    this.draw();
  }

  drop(settlements) {
    for (const each of settlements) this.settlements.delete(String(each));
  }

  draw() {
    const { lines, settlements } = this;
    for (const row of this.rows.shown) row.classList.toggle("is-picked", row.querySelector("[data-pick-line]").checked);
    for (const box of this.panel.element.querySelectorAll("[data-pick-settlement]")) box.checked = settlements.has(box.value);
    const isPicked = !this.isEmpty;
    const inHand = this.rows.current ? [this.rows.facts(this.rows.current)] : [];
    const left = summed(isPicked && lines.length ? lines.map(this.rows.facts) : inHand);
    const right = summed(isPicked && settlements.size ? settlements.values() : inHand.filter(({ match }) => match).map(({ settled, currency }) => ({ minor: settled, currency })));
    this.#say("lines", lines.length ? `${lines.length} selected, ${listed(left, this.exponents)}` : inHand.length ? `In hand ${listed(left, this.exponents)}` : "Nothing in hand");
    this.#say("settlements", settlements.size ? `${settlements.size} selected, ${listed(right, this.exponents)}` : right.size ? `Suggested ${listed(right, this.exponents)}` : "Nothing suggested");
    this.#remaining(left, right);
    this.bar.classList.toggle("has-picks", isPicked);
    for (const button of this.bar.querySelectorAll("[data-needs-picks]")) button.disabled = !isPicked;
  }

  #remaining(left, right) {
    const gap = difference(left, right);
    const element = this.bar.querySelector("[data-remaining]");
    const text = [...gap].map(([currency, minor]) => written(minor, currency, this.exponents)).join(" + ");
    element.textContent = right.size && left.size ? text : "—";
    element.classList.toggle("is-even", right.size > 0 && left.size > 0 && [...gap.values()].every((minor) => minor === 0));
  }

  #say(part, text) {
    this.bar.querySelector(`[data-sum="${part}"]`).textContent = text;
  }
}
