// Forms for the parameters of a transform, typed as the registry says; each may be read from a field instead.
import { h, icon } from "./dom.js";
import { readable, tableOptions } from "./options.js";
import { picker } from "./picker.js";
import { pairsEditor } from "./pairs.js";
import { valueText } from "./shown.js";

const DECIMAL = /^-?\d+([.,]\d+)?$/;
const INTEGER = /^-?\d+$/;
let made = 0;

function isFrom(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value) && typeof value.from === "string" && Object.keys(value).length === 1;
}

class Parameter {
  constructor(panel, spec, index, parameter) {
    Object.assign(this, { panel, spec, index, parameter });
    this.id = `parameter-${(made += 1)}`;
    this.key = `parameter-${index}-${parameter.name}`;
    this.error = h("p", { class: "field__error", id: `${this.id}-error`, hidden: true });
  }

  get value() {
    return this.panel.row?.transforms?.[this.index]?.parameters?.[this.parameter.name];
  }

  get isEditable() {
    return this.panel.store.isEditable;
  }

  // undefined: as if it had not been given, so that the default counts.
  put(value) {
    const transforms = this.panel.row.transforms.map((use, at) => {
      if (at !== this.index) return use;
      const { [this.parameter.name]: _, ...rest } = use.parameters ?? {};
      return { ...use, parameters: value === undefined ? rest : { ...rest, [this.parameter.name]: value } };
    });
    this.panel.put(`${this.spec.title}: ${this.parameter.title}`, { transforms });
  }

  say(message) {
    this.error.hidden = !message;
    this.error.replaceChildren(message ? icon("circle-alert") : "", message);
    this.control?.setAttribute("aria-invalid", String(Boolean(message)));
    this.element.classList.toggle("field--bad", Boolean(message));
  }

  // Whether it is read from a field, or somebody is about to choose one.
  get reads() {
    return isFrom(this.value) || this.panel.reading === `${this.panel.row?.id}/${this.key}`;
  }

  build() {
    const { parameter, reads } = this;
    const control = reads ? this.#reading() : this.#literal();
    const label = h("label", { for: this.id }, parameter.title, !parameter.required && h("small", {}, " optional"));
    this.element = h("div", { class: "field field--small" }, h("div", { class: "field__top" }, label, this.isEditable && this.#toggle(reads)), control, this.error);
    return this.element;
  }

  #toggle(reads) {
    return h("button", {
      type: "button", class: "switch", "aria-pressed": String(reads), "data-key": `${this.key}-from`,
      "aria-label": `Read “${this.parameter.title}” from a field`,
      onclick: () => this.#switch(reads),
    }, icon("link"), "From a field");
  }

  #switch(reads) {
    this.panel.reading = reads ? null : `${this.panel.row.id}/${this.key}`;
    if (isFrom(this.value)) this.put(undefined);
    else this.panel.redraw();
  }

  #reading() {
    const options = () => (this.parameter.type === "table" ? [...tableOptions(this.panel.store.tables), ...readable(this.panel.store)] : readable(this.panel.store));
    const choice = picker({ label: `Field for “${this.parameter.title}”`, placeholder: "Choose a field…", key: this.key, options, value: this.value?.from ?? "", pick: (from) => this.#read(from) });
    choice.input.disabled = !this.isEditable;
    this.control = choice.input;
    choice.input.id = this.id;
    const here = h("p", { class: "field__help" });
    this.panel.keep(() => {
      if (!isFrom(this.value)) return;
      choice.set(this.value.from);
      const found = this.panel.store.evaluation?.values?.[this.value.from];
      here.hidden = found === undefined;
      here.textContent = found === undefined ? "" : `here: ${valueText(found)}`;
    });
    return h("div", {}, choice.element, here);
  }

  #read(from) {
    this.panel.reading = null;
    this.put({ from });
  }

  #literal() {
    switch (this.parameter.type) {
      case "choice": return this.#choice();
      case "flag": return this.#flag();
      case "table": return this.#table();
      case "list": return this.#typed({ read: (value) => (value ?? []).join(", "), write: (text) => ({ value: text.split(",").map((word) => word.trim()).filter(Boolean) }), hint: "separated by commas" });
      case "integer": return this.#typed({ mode: "numeric", write: (text) => (INTEGER.test(text) ? { value: Number(text) } : { fault: `“${text}” is not a whole number.` }) });
      case "decimal": return this.#typed({ mode: "decimal", write: (text) => (DECIMAL.test(text) ? { value: text.replace(",", ".") } : { fault: `“${text}” is not a number: write it like 12.50.` }) });
      default: return this.#typed({});
    }
  }

  // Text in a box: saved as it is typed, unless it makes no sense.
  #typed({ read = (value) => (value === undefined || value === null ? "" : String(value)), write = (text) => ({ value: text }), mode, hint }) {
    const { parameter } = this;
    const input = h("input", {
      type: "text", id: this.id, inputmode: mode, spellcheck: "false", "data-key": this.key, "aria-describedby": this.error.id,
      placeholder: parameter.required ? hint : placeholder(parameter.default, read), list: parameter.name === "zone" ? zones() : undefined,
    });
    input.disabled = !this.isEditable;
    this.control = input;
    input.addEventListener("input", () => {
      const { value, fault } = input.value === "" ? { value: parameter.required && parameter.type === "text" ? "" : undefined } : write(input.value);
      this.say(fault ?? "");
      if (!fault) this.put(value);
    });
    input.addEventListener("blur", () => this.say(parameter.required && input.value === "" && parameter.type !== "text" ? "This is needed." : this.error.textContent));
    this.panel.keep(() => {
      if (document.activeElement !== input && !isFrom(this.value)) input.value = read(this.value);
    });
    return input;
  }

  #choice() {
    const { parameter } = this;
    const nothing = parameter.required ? "Choose…" : `As usual: ${words(parameter.default)}`;
    const select = h("select", { id: this.id, "data-key": this.key }, h("option", { value: "" }, nothing), parameter.choices.map((choice) => h("option", { value: choice }, words(choice))));
    select.addEventListener("change", () => this.put(select.value || undefined));
    return this.#bound(select, (value) => value ?? "");
  }

  #flag() {
    const words_ = this.parameter.required ? "Choose…" : `As usual: ${this.parameter.default ? "yes" : "no"}`;
    const select = h("select", { id: this.id, "data-key": this.key }, h("option", { value: "" }, words_), h("option", { value: "true" }, "Yes"), h("option", { value: "false" }, "No"));
    select.addEventListener("change", () => this.put(select.value ? select.value === "true" : undefined));
    return this.#bound(select, (value) => (value === undefined || value === null ? "" : String(value)));
  }

  #bound(select, read) {
    select.disabled = !this.isEditable;
    this.control = select;
    this.panel.keep(() => { if (!isFrom(this.value)) select.value = read(this.value); });
    return select;
  }

  #table() {
    const editor = pairsEditor({ id: this.id, label: this.parameter.title, key: this.key, isEditable: this.isEditable, change: (table) => this.put(Object.keys(table).length ? table : undefined) });
    this.panel.keep(() => !isFrom(this.value) && editor.set(this.value ?? {}, this.parameter.default ?? {}));
    return editor.element;
  }
}

function words(choice) {
  return choice === "." ? "point (12.50)" : choice === "," ? "comma (12,50)" : String(choice ?? "").replaceAll("_", " ");
}

function placeholder(value, read) {
  const text = value === null || value === undefined ? "" : read(value);
  return text === "" ? "" : `as usual: ${text}`;
}

function zones() {
  if (!document.getElementById("zones")) {
    const names = Intl.supportedValuesOf?.("timeZone") ?? ["Europe/London", "Europe/Dublin", "UTC"];
    document.body.append(h("datalist", { id: "zones" }, names.map((name) => h("option", { value: name }))));
  }
  return "zones";
}

export function parameterForm(panel, spec, index) {
  return spec.parameters.map((parameter) => new Parameter(panel, spec, index, parameter).build());
}
