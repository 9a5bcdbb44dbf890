// The page of business rules: cards in the order they are asked, each tried on the last records while it is edited.
import { announce } from "./announce.js";
import { RuleCard } from "./rule_card.js";
import { contextOptions, sourceOptions } from "./options.js";
import { moved, sortable } from "./reorder.js";
import { say, Sheet } from "./sheet.js";

const TRY_AFTER = 350;

function newId(rules) {
  let number = rules.length + 1;
  while (rules.some((rule) => rule.id === `rule-${number}`)) number += 1;
  return `rule-${number}`;
}

class RulesPage {
  #cards = new Map();
  #timer = 0;
  #asked = null;

  constructor(root) {
    this.root = root;
    this.sheet = new Sheet(root);
    this.list = root.querySelector("[data-part=rules]");
    this.empty = root.querySelector("[data-part=empty]");
    this.count = root.querySelector("[data-part=count]");
    this.schemas = JSON.parse(document.getElementById("rule-schemas").textContent);
    this.trials = {};
  }

  async start() {
    this.store = await this.sheet.open();
    this.fields = [...this.schemas.flatMap((schema) => sourceOptions(schema, schema.title)), ...contextOptions(this.store.state.context)];
    if (this.store.isEditable) sortable(this.list, (from, to) => this.#move(from, to));
    for (const button of this.root.querySelectorAll("[data-add-rule]")) {
      button.hidden = !this.store.isEditable;
      button.addEventListener("click", () => this.add());
    }
    this.store.addEventListener("change", () => this.draw());
    this.draw();
    this.#open(location.hash.slice(1));
  }

  get rules() {
    return this.store.state.blueprint.rules ?? [];
  }

  rule(id) {
    return this.rules.find((rule) => rule.id === id) ?? null;
  }

  put(label, rule, at) {
    const change = { op: "put", item: "rule", id: rule.id, value: rule };
    return this.store.change(label, [at === undefined ? change : { ...change, at }]);
  }

  // Cards stay where their rules stay, so that an open one is not closed by a change elsewhere.
  draw() {
    const wanted = this.rules.map((rule) => this.#card(rule));
    const now = [...this.list.children];
    if (now.length !== wanted.length || now.some((element, index) => element !== wanted[index].element)) {
      const key = this.list.contains(document.activeElement) ? document.activeElement : null;
      this.list.replaceChildren(...wanted.map((card) => card.element));
      key?.focus();
    }
    wanted.forEach((card, index) => card.draw(index, wanted.length));
    this.empty.hidden = wanted.length > 0;
    const on = this.rules.filter((rule) => rule.enabled !== false).length;
    this.count.textContent = wanted.length ? `${wanted.length === 1 ? "1 rule" : `${wanted.length} rules`}, ${on} switched on. Asked from the top.` : "";
    this.#trySoon();
  }

  #card(rule) {
    if (!this.#cards.has(rule.id)) this.#cards.set(rule.id, new RuleCard(this, rule.id));
    return this.#cards.get(rule.id);
  }

  #open(id) {
    this.#cards.get(id)?.toggle(true);
  }

  #move(from, to) {
    const order = moved(this.rules, from, to);
    this.put(`Move the rule ${order[to].name || "without a name"}`, order[to], to);
  }

  add(from = null) {
    const id = newId(this.rules);
    const fresh = { id, name: "", when: "", effects: [{ kind: "hold", target: "", value: null, reason: "" }], enabled: true, stop: false, note: "" };
    const at = from ? this.rules.findIndex((rule) => rule.id === from.id) + 1 : undefined;
    const rule = from ? { ...from, id, name: `${from.name} (copy)` } : fresh;
    this.put(from ? `Copy the rule ${from.name}` : "Add a rule", rule, at);
    this.#open(id);
    this.#cards.get(id).focusName();
    announce("Rule added.");
  }

  drop(id) {
    const rule = this.rule(id);
    const place = this.rules.findIndex((one) => one.id === id);
    this.store.change(`Remove the rule ${rule.name}`, [{ op: "drop", item: "rule", id }]);
    this.#cards.delete(id);
    const next = this.rules[Math.min(place, this.rules.length - 1)];
    if (next) this.#cards.get(next.id)?.focusHead();
    else this.root.querySelector("[data-add-rule]:not([hidden])")?.focus();
    announce(`Removed ${rule.name || "the rule"}. Undo brings it back.`);
  }

  #trySoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#try(), TRY_AFTER);
  }

  // The newest question wins.
  async #try() {
    this.#asked?.abort();
    const asked = (this.#asked = new AbortController());
    try {
      const answer = await this.store.api.tryRules(this.rules, asked.signal);
      if (asked !== this.#asked) return;
      this.trials = answer.rules;
      for (const card of this.#cards.values()) card.drawTrial();
    } catch (error) {
      if (error.name !== "AbortError" && asked === this.#asked) say(error.message);
    }
  }
}

const root = document.querySelector("[data-rules]");
new RulesPage(root).start().catch((error) => say(error.message));
