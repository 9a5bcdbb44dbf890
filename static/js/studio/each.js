// The drawer's words for a for-each: which list is gone through, and which of its elements count.
import { h } from "./dom.js";
import { ApiError } from "./api.js";

const CHECK_AFTER = 300;

export class EachPanel {
  #timer = 0;

  constructor(element, model) {
    Object.assign(this, { element, model, store: model.store });
    this.store.addEventListener("selection", () => this.draw());
  }

  get collection() {
    const [kind, target] = (this.store.selection ?? "").split(/:(.*)/s);
    return kind === "collection" ? (this.store.document.collections ?? []).find((item) => item.target === target) : null;
  }

  draw() {
    const { collection } = this;
    this.element.hidden = !collection;
    if (!collection) return;
    const label = (side, path) => this.model.node(side, path)?.label ?? path;
    const error = h("p", { class: "field__error", id: "each-error", role: "status" });
    const input = h("input", { id: "each-when", class: "mono", value: collection.when ?? "", disabled: !this.store.isEditable, "aria-describedby": "each-error", spellcheck: "false", autocomplete: "off" });
    input.addEventListener("input", () => this.#check(input, error));
    this.element.replaceChildren(
      h("h3", {}, label("target", collection.target)),
      h("p", { class: "quiet" }, `One element for each of “${label("source", collection.source)}”.`),
      h("div", { class: "field" }, h("label", { for: "each-when" }, "Only when"), input, error),
      this.store.isEditable && h("button", { type: "button", class: "button button--small button--bad", onclick: () => this.#drop(collection) }, "Unlink"),
    );
  }

  #drop({ target }) {
    this.store.change(`Unlink ${target}`, [{ op: "drop", item: "collection", mapping: this.store.mapping, id: target }]);
    this.store.select(null);
  }

  // A condition that does not parse is never saved; the last one that did stays.
  #check(input, error) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      const message = await this.#errorOf(input.value);
      error.textContent = message;
      input.setAttribute("aria-invalid", String(Boolean(message)));
      if (!message) this.#put(input.value.trim());
    }, CHECK_AFTER);
  }

  async #errorOf(text) {
    if (!text.trim()) return "";
    try {
      const { error } = await this.store.api.conditions(this.store.mapping, text, this.store.sample);
      return typeof error === "string" ? error : (error?.message ?? "");
    } catch (error) {
      if (error instanceof ApiError) return error.message;
      throw error;
    }
  }

  #put(when) {
    const { collection } = this;
    if (!collection || (collection.when ?? "") === when) return;
    this.store.change(`Choose which ${collection.target} count`, [{ op: "put", item: "collection", mapping: this.store.mapping, id: collection.target, value: { ...collection, when } }]);
  }
}
