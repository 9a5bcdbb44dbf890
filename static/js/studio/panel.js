// The panel beside the canvas: everything about the selected row, or about the mapping when nothing is selected.
// Controls are built once for a row's shape and then kept up to date, so that nobody loses the field they type in.
import { h } from "./dom.js";
import { mappingParts } from "./parts.js";
import { rowParts } from "./row.js";

export class Panel {
  #syncs = [];
  #shape = null;

  constructor(element, store) {
    this.element = element;
    this.store = store;
    this.place = 0;
    this.newCheck = null;
    element.classList.add("panel");
    for (const event of ["change", "selection", "evaluation"]) store.addEventListener(event, () => this.show());
    store.addEventListener("selection", () => { this.place = 0; });
    this.show();
  }

  // `sync` runs now, and whenever the row, the sample or the problems are new.
  keep(sync) {
    this.#syncs.push(sync);
    sync();
  }

  get row() {
    return this.store.selection ? this.store.row(this.store.selection) : null;
  }

  // What the sample made of the row: one entry, or one for each element of a list.
  get entries() {
    return this.row ? this.store.evaluation?.rows?.[this.row.id] ?? [] : [];
  }

  get entry() {
    return this.entries[Math.min(this.place, this.entries.length - 1)] ?? null;
  }

  get problems() {
    const all = this.store.state.problems ?? [];
    return all.filter((problem) => problem.row === this.store.selection);
  }

  put(label, changed) {
    this.store.putRow(label, { ...this.row, ...changed });
  }

  show() {
    if (!this.store.state) return;
    const shape = this.#shapeNow();
    if (shape !== this.#shape) this.#rebuild(shape);
    else for (const sync of this.#syncs) sync();
  }

  redraw() {
    this.#shape = null;
    this.show();
  }

  #rebuild(shape) {
    const key = this.element.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
    this.#shape = shape;
    this.#syncs = [];
    const parts = this.row ? rowParts(this) : mappingParts(this);
    this.element.replaceChildren(h("div", { class: "panel__inner" }, parts));
    if (key) this.element.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
  }

  // What decides which controls there are; values inside controls do not.
  #shapeNow() {
    const { row, store } = this;
    if (!row) {
      const { collections = [], checks = [] } = store.document;
      return JSON.stringify(["mapping", store.isEditable, collections.map((each) => each.target), checks.length + (this.newCheck ? 1 : 0), store.selection]);
    }
    const transforms = (row.transforms ?? []).map(({ name, parameters = {} }) => [name, Object.entries(parameters).map(shapeOf)]);
    return JSON.stringify([row.id, row.target, store.isEditable, row.sources ?? [], transforms, this.each]);
  }

  // The list that the row's elements are made from, or "".
  get each() {
    const list = /^(.*?)\[\]/.exec(this.row?.target ?? "")?.[1];
    return (this.store.document.collections ?? []).find((item) => item.target === list)?.source ?? "";
  }
}

function shapeOf([name, value]) {
  if (Array.isArray(value) || value === null || typeof value !== "object") return name;
  return typeof value.from === "string" ? [name, "from"] : name;
}

export function mountPanel(element, store) {
  return new Panel(element, store);
}
