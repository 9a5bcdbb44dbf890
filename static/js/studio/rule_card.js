// One rule: a sentence when folded, a form when opened.
import { ConditionBuilder } from "./conditions.js";
import { h, icon, setText } from "./dom.js";
import { EffectsForm } from "./effects.js";
import { effectWords } from "./effect_words.js";

export class RuleCard {
  constructor(page, id) {
    Object.assign(this, { page, id, isOpen: false, form: null });
    const { isEditable } = page.store;
    this.title = h("span", { class: "rule__name" });
    this.sentence = h("span", { class: "rule__sentence" });
    this.opener = h("button", { type: "button", class: "rule__open", "aria-expanded": "false", onclick: () => this.toggle(!this.isOpen) }, this.title, this.sentence);
    this.trial = h("p", { class: "rule__trial" });
    this.faults = h("ul", { class: "rule__faults" });
    this.number = h("span", { class: "rule__number", "aria-hidden": "true" });
    this.handle = h("button", { type: "button", class: "handle", "data-handle": true, title: "Drag, or press the arrow keys", hidden: !isEditable }, icon("grip-vertical"));
    this.switch = h("input", { type: "checkbox", role: "switch", class: "onoff", onchange: () => this.#switch() });
    this.switch.disabled = !isEditable;
    this.body = h("div", { class: "rule__body", hidden: true });
    this.element = h("li", { class: "rule", id },
      h("div", { class: "rule__head" }, this.handle, this.number, this.opener, this.switch),
      h("div", { class: "rule__foot" }, this.faults, this.trial), this.body);
  }

  get rule() {
    return this.page.rule(this.id);
  }

  put(label, changed) {
    this.page.put(label, { ...this.rule, ...changed });
  }

  #switch() {
    const name = this.rule.name || "the rule";
    this.put(this.switch.checked ? `Switch on ${name}` : `Switch off ${name}`, { enabled: this.switch.checked });
  }

  toggle(isOpen) {
    this.isOpen = isOpen;
    this.body.hidden = !isOpen;
    this.opener.setAttribute("aria-expanded", String(isOpen));
    this.element.classList.toggle("is-open", isOpen);
    if (isOpen && !this.form) this.#build();
    if (isOpen) this.#sync();
    this.drawTrial();
  }

  focusName() {
    this.name.focus();
    this.element.scrollIntoView({ block: "nearest" });
  }

  focusHead() {
    this.opener.focus();
  }

  draw(index, count) {
    const { rule } = this;
    if (!rule) return;
    const isOn = rule.enabled !== false;
    setText(this.number, String(index + 1));
    setText(this.title, rule.name || "Rule without a name");
    this.handle.hidden = !this.page.store.isEditable || count < 2;
    this.handle.setAttribute("aria-label", `Reorder ${rule.name || "the rule"}: arrow keys move it`);
    this.switch.checked = isOn;
    this.switch.setAttribute("aria-label", `${rule.name || "The rule"} is switched on`);
    this.element.classList.toggle("is-off", !isOn);
    this.#drawSentence();
    this.#drawFaults();
    if (this.isOpen) this.#sync();
  }

  #drawSentence() {
    const { rule } = this;
    const words = this.page.trials[this.id]?.words;
    const when = rule.when ? `When ${words ?? "…"}` : "Always";
    const effects = (rule.effects ?? []).map((effect) => effectWords(effect, this.page.fields));
    this.sentence.replaceChildren(h("span", {}, when), h("span", { class: "rule__arrow", "aria-hidden": "true" }, "→"), h("b", {}, effects.join("; ") || "nothing happens"), rule.stop ? h("small", { class: "quiet" }, "and stop here") : "");
  }

  #build() {
    const { page } = this;
    const { isEditable } = page.store;
    this.name = this.#text("Name", "name", { maxlength: "80", placeholder: "Large orders" });
    this.note = this.#text("Note", "note", { maxlength: "500", placeholder: "Why the rule is there" });
    this.builder = new ConditionBuilder({
      api: page.store.api, isEditable, label: "When", always: "Always: whatever the record is like.", noun: "the newest record", isTextOpen: matchMedia("(width >= 66rem)").matches,
      ask: () => ({ record: "rules" }), fields: () => page.fields, change: (when) => this.put(`Condition of ${this.rule.name}`, { when }),
    });
    this.effects = new EffectsForm({ page, isEditable, change: (label, effects) => this.put(label, { effects }) });
    this.stop = h("input", { type: "checkbox", onchange: () => this.put(`Order of ${this.rule.name}`, { stop: this.stop.checked }) });
    this.stop.disabled = !isEditable;
    this.form = h("div", { class: "rule__form" },
      h("div", { class: "rule__texts" }, field("Name", this.name)),
      h("fieldset", { class: "rule__part" }, h("legend", {}, "When"), this.builder.element),
      h("fieldset", { class: "rule__part" }, h("legend", {}, "Then"), this.effects.element,
        h("label", { class: "check" }, this.stop, "Stop here: the rules below are not asked when this one applies")),
      h("div", { class: "rule__texts" }, field("Note", this.note)),
      isEditable && h("div", { class: "rule__actions" },
        h("button", { type: "button", class: "button button--small button--quiet", onclick: () => page.add(this.rule) }, icon("copy"), "Copy"),
        h("button", { type: "button", class: "button button--small button--quiet button--bad", onclick: () => page.drop(this.id) }, icon("trash-2"), "Remove")));
    this.body.replaceChildren(this.form);
  }

  #text(label, name, properties) {
    const input = h("input", { type: "text", "aria-label": label, ...properties });
    input.disabled = !this.page.store.isEditable;
    input.addEventListener("input", () => this.put(`${label} of a rule`, { [name]: input.value }));
    return input;
  }

  #sync() {
    const { rule } = this;
    for (const name of ["name", "note"]) if (document.activeElement !== this[name] && this[name].value !== rule[name]) this[name].value = rule[name] ?? "";
    this.builder.set(rule.when ?? "", "newest");
    this.effects.set(rule.effects ?? []);
    this.stop.checked = Boolean(rule.stop);
  }

  // What it would have done to the last records, and what is wrong with it.
  drawTrial() {
    const trial = this.page.trials[this.id];
    if (!this.rule) return;
    this.#drawSentence();
    this.trial.hidden = !trial?.of;
    if (!trial?.of) return;
    const many = trial.met === 1 ? "1" : String(trial.met);
    const links = trial.records.slice(0, this.isOpen ? 12 : 3).map(({ title, detail, href }) => h("a", { href, title: detail }, title));
    const rest = trial.met - links.length;
    this.trial.replaceChildren(
      icon(trial.met ? "list-checks" : "list"),
      h("span", {}, `Would have applied to ${many} of the last ${trial.of} ${trial.noun}`, links.length ? ": " : "."),
      ...links, rest > 0 && links.length ? h("span", { class: "quiet" }, `and ${rest} more`) : "");
  }

  #drawFaults() {
    const faults = (this.page.store.state.problems ?? []).filter(({ item, id }) => item === "rule" && id === this.id);
    this.faults.hidden = !faults.length;
    this.faults.replaceChildren(...faults.map(({ message, severity }) => h("li", { class: `fault fault--${severity}` }, icon(severity === "warning" ? "triangle-alert" : "circle-alert"), h("span", {}, message))));
    this.element.classList.toggle("has-faults", faults.some(({ severity }) => severity !== "warning"));
  }
}

function field(label, control) {
  return h("label", { class: "field field--small" }, h("span", { class: "field__label" }, label), control);
}

