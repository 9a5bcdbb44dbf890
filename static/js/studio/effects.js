// The "then" of a rule: one or several effects, each with what it needs and the reason people are told.
import { announce } from "./announce.js";
import { EFFECTS, ROLES, mappingWords } from "./effect_words.js";
import { h, icon } from "./dom.js";
import { picker } from "./picker.js";
import { iconButton } from "./row.js";

// Rules may judge what was sold and paid, but not change it.
const NOT_TO_BE_SET = ["number", "placed_at", "currency", "total", "amount", "vendor_tx_code", "taken_at"];

function shapeOf(effects) {
  return JSON.stringify(effects.map((effect) => [effect.kind, effect.kind === "set_field" ? effect.target : ""]));
}

export class EffectsForm {
  #shape = null;

  constructor({ page, isEditable, change }) {
    Object.assign(this, { page, isEditable, change, effects: [] });
    this.list = h("ul", { class: "effects" });
    this.element = h("div", {}, this.list, isEditable && h("button", { type: "button", class: "button button--small button--quiet", onclick: () => this.add() }, icon("plus"), "And also"));
  }

  set(effects) {
    this.effects = effects;
    const shape = shapeOf(effects);
    if (shape === this.#shape) return this.#sync();
    this.#shape = shape;
    this.list.replaceChildren(...effects.map((effect, index) => this.#row(effect, index)));
    this.#sync();
  }

  #sync() {
    this.effects.forEach((effect, index) => {
      for (const control of this.list.children[index].querySelectorAll("[data-name]")) {
        const value = String(effect[control.dataset.name] ?? "");
        if (document.activeElement !== control && control.value !== value) control.value = value;
      }
    });
  }

  put(index, changed, label = "Change what a rule does") {
    this.change(label, this.effects.map((effect, at) => (at === index ? { ...effect, ...changed } : effect)));
  }

  add() {
    this.change("Add to what a rule does", [...this.effects, { kind: "tag", target: "", value: null, reason: "" }]);
    this.list.lastElementChild.querySelector("select").focus();
    announce("Added.");
  }

  drop(index) {
    this.change("Remove from what a rule does", this.effects.filter((_, at) => at !== index));
    this.element.querySelector("select, .button")?.focus();
    announce("Removed.");
  }

  #row(effect, index) {
    const kind = this.#select(index, "kind", "What happens", EFFECTS, (value) => {
      this.put(index, { kind: value, target: "", value: value === "require_approval" ? "operator" : null });
      this.list.children[index].querySelector("[data-name=kind]").focus();
    });
    const reason = this.#input(index, "reason", "Because", { maxlength: "200", placeholder: "what people are told" });
    return h("li", { class: "effect" }, kind, ...this.#needs(effect, index),
      h("label", { class: "effect__because" }, h("span", {}, "because"), reason),
      this.isEditable && this.effects.length > 1 && iconButton("x", "Remove this effect", () => this.drop(index)));
  }

  #needs(effect, index) {
    switch (effect.kind) {
      case "route": return [this.#select(index, "value", "Mapping to use", this.#mappings(), (value) => this.put(index, { value: value || null }))];
      case "require_approval": return [this.#select(index, "value", "Who approves", ROLES, (value) => this.put(index, { value }))];
      case "tag": return [this.#input(index, "value", "Label", { maxlength: "40", placeholder: "the label" })];
      case "set_field": return this.#setting(effect, index);
      default: return [];
    }
  }

  #mappings() {
    const names = Object.keys(this.page.store.state.blueprint.mappings ?? {});
    return Object.fromEntries([["", "Choose a mapping…"], ...names.map((name) => [name, mappingWords(name)])]);
  }

  #setting(effect, index) {
    const settable = this.page.fields.filter(({ value, type }) => !value.startsWith("context:") && !["object", "list"].includes(type) && !NOT_TO_BE_SET.includes(value));
    const field = settable.find(({ value }) => value === effect.target);
    const choice = picker({ label: "Field to set", placeholder: "Choose a field…", options: () => settable, value: effect.target, pick: (target) => this.put(index, { target, value: null }) });
    choice.input.disabled = !this.isEditable;
    const control = field?.choices?.length
      ? this.#select(index, "value", "Value", Object.fromEntries([["", "Choose…"], ...field.choices.map((one) => [one, one])]), (value) => this.put(index, { value: value || null }))
      : this.#input(index, "value", "Value", { placeholder: "the value" });
    return [h("div", { class: "effect__field" }, choice.element), h("span", {}, "to"), control];
  }

  #select(index, name, label, options, change) {
    const select = h("select", { "aria-label": label, "data-name": name }, Object.entries(options).map(([value, words]) => h("option", { value }, words)));
    select.disabled = !this.isEditable;
    select.value = String(this.effects[index][name] ?? "");
    select.addEventListener("change", () => change(select.value));
    return select;
  }

  #input(index, name, label, properties) {
    const input = h("input", { type: "text", "aria-label": label, "data-name": name, ...properties });
    input.disabled = !this.isEditable;
    input.addEventListener("input", () => this.put(index, { [name]: name === "value" ? input.value || null : input.value }));
    return input;
  }
}
