// The document that Xero would get for the sample. Each value knows the row and the sources it came from.
import { h } from "./dom.js";
import { patternOf } from "./paths.js";

const NUMBERS = new Set(["decimal", "integer"]);

export class DocumentView {
  constructor(root, model, view, { select }) {
    Object.assign(this, { root, model, view, store: model.store });
    this.code = root.querySelector("[data-code]");
    this.note = root.querySelector("[data-note]");
    this.store.addEventListener("evaluation", () => this.draw());
    this.store.addEventListener("selection", () => this.#mark());
    view.addEventListener("hover", () => this.#mark());
    this.code.addEventListener("pointerover", (event) => this.#point(event.target));
    this.code.addEventListener("pointerleave", () => view.hover([]));
    this.code.addEventListener("click", (event) => {
      const { row } = event.target.closest("[data-row]")?.dataset ?? {};
      if (row) select(row);
    });
  }

  draw() {
    const { evaluation, evaluationError, sample } = this.store;
    this.root.classList.toggle("is-stale", Boolean(evaluationError));
    this.note.textContent = evaluationError || (sample ? "" : "Choose or paste a sample to see the document.");
    this.note.hidden = !this.note.textContent;
    this.types = new Map(this.store.state.target.fields.map((field) => [field.path, field.type]));
    this.code.replaceChildren(...(evaluation ? this.#value(evaluation.document ?? {}, "", 0) : []));
    this.#mark();
  }

  #point(element) {
    const { row } = element.closest("[data-row]")?.dataset ?? {};
    this.view.hover(row ? [row] : []);
  }

  #mark() {
    const { selection } = this.store;
    for (const span of this.code.querySelectorAll("[data-row]")) {
      span.classList.toggle("is-lit", this.view.hovered.has(span.dataset.row));
      span.classList.toggle("is-selected", span.dataset.row === selection);
    }
  }

  #value(value, path, depth) {
    if (Array.isArray(value)) return this.#block("[", "]", value.map((item, index) => this.#value(item, `${path}[${index}]`, depth + 1)), depth);
    if (value === null || typeof value !== "object") return [this.#leaf(value, path)];
    const inner = Object.entries(value).map(([key, item]) => {
      const at = path ? `${path}.${key}` : key;
      return [h("span", { class: "k" }, `"${key}"`), ": ", ...this.#value(item, at, depth + 1)];
    });
    return this.#block("{", "}", inner, depth);
  }

  #block(open, close, parts, depth) {
    if (!parts.length) return [open + close];
    const indent = "  ".repeat(depth + 1);
    const lines = parts.flatMap((part, index) => [`\n${indent}`, ...part, index < parts.length - 1 ? "," : ""]);
    return [open, ...lines, `\n${"  ".repeat(depth)}`, close];
  }

  #leaf(value, path) {
    const isNumber = NUMBERS.has(this.types.get(patternOf(path)));
    const kind = typeof value === "boolean" ? "c" : isNumber ? "n" : "s";
    const text = isNumber || typeof value !== "string" ? String(value) : JSON.stringify(value);
    const row = this.store.evaluation.provenance?.[path];
    return h("span", { class: `json-value ${kind}`, "data-row": row, title: row ? this.#origin(row) : "" }, text);
  }

  #origin(id) {
    const row = this.store.row(id);
    if (!row) return "";
    const from = row.sources?.length ? `From ${row.sources.join(", ")}` : "A fixed value";
    const through = (row.transforms ?? []).map((use) => this.store.transform(use.name)?.title ?? use.name);
    return through.length && row.sources?.length ? `${from}, through ${through.join(", ")}` : from;
  }
}
