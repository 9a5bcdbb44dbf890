// The drawer's words for a field that nothing fills yet: what it wants, and how to give it a fixed value.
import { announce } from "./announce.js";
import { h } from "./dom.js";
import { newId, put } from "./linking.js";

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export class UnlinkedPanel {
  constructor(element, model, view) {
    Object.assign(this, { element, model, view, store: model.store });
    this.path = null;
  }

  get node() {
    return this.path === null ? null : this.model.target.nodes.get(this.path) ?? null;
  }

  show(node) {
    this.path = node?.path ?? null;
    this.draw();
  }

  // Gone as soon as the field is filled, whoever filled it.
  draw() {
    const { node } = this;
    const isOpen = Boolean(node) && !this.store.selection && !this.model.byTarget.has(node.path);
    if (this.element.hidden === !isOpen && this.drawn === this.path) return;
    this.element.hidden = !isOpen;
    this.drawn = isOpen ? this.path : null;
    if (isOpen) this.element.replaceChildren(...(node.kind === "group" ? this.#group(node) : this.#field(node)).filter(Boolean));
  }

  #field(node) {
    const { field } = node;
    const facts = [this.model.isRequired(node) && "Xero needs it", field.max_length && `at most ${field.max_length} characters`, field.decimals && `${field.decimals} decimals`].filter(Boolean);
    return [
      h("h3", {}, node.label),
      h("p", { class: "mono quiet" }, node.path),
      h("p", { class: "quiet" }, ["Nothing fills this field yet.", ...facts.map((fact) => ` ${fact}`)].join(facts.length ? "," : "").replace("yet.,", "yet:")),
      this.#closed(node) ?? (this.store.isEditable ? this.#form(node) : null),
    ];
  }

  #closed({ field, type }) {
    const words = (field.read_only && "Xero sets it itself.") || (field.on_delivery && "It is filled in when the document is sent.") || (["object", "list"].includes(type) && "Link the fields inside it.");
    return words ? h("p", {}, words) : null;
  }

  #form(node) {
    const { choices, type } = node.field;
    const options = choices?.length ? choices : type === "flag" ? ["true", "false"] : null;
    const input = options
      ? h("select", { id: "fixed" }, options.map((value) => h("option", { value }, value)))
      : h("input", { id: "fixed", type: "text", maxlength: node.field.max_length ?? 4000, required: true, autocomplete: "off" });
    return h("form", { onsubmit: (event) => this.#fix(event, node, input.value) },
      h("div", { class: "field" }, h("label", { for: "fixed" }, "The same value for every record"), input),
      h("button", { type: "submit", class: "button button--small" }, "Use this value"));
  }

  #fix(event, node, text) {
    event.preventDefault();
    const value = node.type === "flag" ? text === "true" : text;
    const row = { id: newId(), target: node.path, sources: [], transforms: [{ name: "constant", parameters: { value } }] };
    this.store.change(`Set ${node.label} to ${text}`, [put(this.store, row)]);
    this.view.pick(null);
    this.store.select(row.id);
    announce(`${node.label} is ${text} for every record.`);
  }

  // Working values are named by hand: they are of no schema.
  #group(node) {
    if (node.path !== "work:" || !this.store.isEditable) return [h("h3", {}, node.label)];
    const input = h("input", { id: "working", type: "text", maxlength: 60, required: true, pattern: NAME.source, title: "Letters, digits and _", autocomplete: "off" });
    return [
      h("h3", {}, "Working values"),
      h("p", { class: "quiet" }, "Worked out first and kept aside, for rows that come after them."),
      h("form", { onsubmit: (event) => this.#name(event, input.value) },
        h("div", { class: "field" }, h("label", { for: "working" }, "Name"), input),
        h("button", { type: "submit", class: "button button--small" }, "Add")),
    ];
  }

  #name(event, name) {
    event.preventDefault();
    const target = `work:${name}`;
    if (!NAME.test(name) || this.model.byTarget.has(target)) return;
    const row = { id: newId(), target, sources: [], transforms: [] };
    this.store.change(`Add the working value ${name}`, [{ ...put(this.store, row), at: 0 }]);
    this.store.select(row.id);
    announce(`Working value ${name} added. Link its sources.`);
  }
}
