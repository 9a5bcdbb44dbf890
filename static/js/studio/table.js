// The mapping as a table: a line per target field. The same model as the trees, for who prefers lists.
import { h, icon, plural } from "./dom.js";
import { described } from "./describe.js";
import { unlinkSource } from "./linking.js";

export class TableView {
  constructor(root, model, view, { picking, suggestions, select }) {
    Object.assign(this, { root, model, view, picking, suggestions, select });
    this.body = root.querySelector("tbody");
    this.count = root.querySelector("[data-table-count]");
    view.addEventListener("shown", () => this.draw());
    model.store.addEventListener("selection", () => this.draw());
    this.body.addEventListener("focusin", (event) => this.#fill(event.target));
    this.body.addEventListener("change", (event) => this.#add(event.target));
    this.body.addEventListener("click", (event) => this.#onClick(event));
  }

  get isShown() {
    return !this.root.hidden;
  }

  draw() {
    if (!this.isShown) return;
    const focus = this.#focused();
    const nodes = this.model.shown.target.filter((node) => node.kind !== "group" && !this.#isHead(node));
    this.body.replaceChildren(...nodes.map((node) => this.#row(node)));
    this.count.textContent = plural(nodes.length, "field");
    this.body.querySelector(focus)?.focus();
  }

  // An object only holds its fields; it gets a line when something goes into it as a whole.
  #isHead(node) {
    return node.children.length > 0 && node.type !== "list" && !this.model.byTarget.has(node.path);
  }

  // Where the focus was, so that it survives drawing anew.
  #focused() {
    const { target, act } = document.activeElement.dataset;
    return this.body.contains(document.activeElement) && target ? `[data-target="${CSS.escape(target)}"][data-act="${act}"]` : ":not(*)";
  }

  #row(node) {
    const facts = described(node, "target", this.model, this.view);
    const isSelected = facts.links.some((link) => link.id === this.model.store.selection);
    return h("tr", { class: [isSelected && "is-selected", facts.isMissing && "is-missing"].filter(Boolean).join(" ") },
      h("th", { scope: "row" }, this.#name(node, facts)),
      h("td", {}, this.#sources(node, facts)),
      h("td", {}, facts.links.map((link) => this.#transforms(link))),
      h("td", { class: `table-value${facts.error ? " is-bad" : ""}` }, facts.error || facts.value || "–"),
    );
  }

  #name(node, facts) {
    const name = h("button", { type: "button", class: "table-name", "data-act": "open", "data-target": node.path }, facts.label);
    return [name, h("span", { class: "table-path mono" }, node.path), ...facts.badges.map((badge) => h("span", { class: `tag tag--${badge.kind}`, title: badge.title }, badge.text))];
  }

  #sources(node, facts) {
    const rows = this.model.byTarget.get(node.path) ?? [];
    const pills = rows.flatMap((row) => (row.sources ?? []).map((path) => this.#pill(node, row, path)));
    return h("div", { class: "table-sources" }, pills, facts.suggestion && this.#suggested(facts), this.#adder(node, facts));
  }

  #pill(node, row, path) {
    const label = this.model.node("source", path)?.label ?? path;
    if (!this.model.store.isEditable) return h("span", { class: "pill" }, label);
    const cut = h("button", { type: "button", class: "pill__cut", "data-act": "cut", "data-target": node.path, "data-row": row.id, "data-path": path, "aria-label": `Unlink ${label} from ${node.label}` }, icon("x"));
    return h("span", { class: "pill", title: path }, label, cut);
  }

  #suggested({ suggestion, label }) {
    if (!this.model.store.isEditable) return null;
    return h("button", { type: "button", class: "flow-chip flow-chip--suggested", "data-act": "accept", "data-target": suggestion.target, "aria-label": `Accept the suggestion ${suggestion.label} for ${label}, ${suggestion.percent} per cent` }, suggestion.label, h("span", { class: "flow-chip__more" }, `${suggestion.percent} %`));
  }

  // Its choices are worked out when it is first opened: 300 fields would make 90,000 of them.
  #adder(node, facts) {
    if (!this.model.store.isEditable || facts.isLocked || node.type === "object") return null;
    const words = facts.links.length ? "Add…" : "Choose a field…";
    return h("select", { class: "table-add", "data-act": "add", "data-target": node.path, "aria-label": `Add a source to ${node.label}` }, h("option", { value: "" }, words));
  }

  #fill(select) {
    if (select.dataset.act !== "add" || select.options.length > 1) return;
    const target = this.model.node("target", select.dataset.target);
    const fitting = [...this.model.source.nodes.values()].filter((node) => node.kind === "field" && this.model.fit(node, target).fits);
    select.append(...fitting.map((node) => h("option", { value: node.path }, `${node.label} (${node.path})`)));
  }

  #add(select) {
    if (select.dataset.act !== "add" || !select.value) return;
    const target = this.model.node("target", select.dataset.target);
    this.picking.pick(this.model.node("source", select.value));
    this.picking.drop(target);
  }

  #transforms(link) {
    const words = link.isConstant ? link.titles : link.titles.map((title) => title);
    return h("span", { class: "table-steps", title: link.sentences.join("\n") }, words.join(" → ") || (link.isEach ? "" : "as it is"), link.when ? h("small", {}, ` when ${link.when}`) : "");
  }

  #onClick(event) {
    const button = event.target.closest("[data-act]");
    const node = button && this.model.node("target", button.dataset.target);
    if (!node) return;
    if (button.dataset.act === "open") this.select(node);
    if (button.dataset.act === "accept") this.suggestions.accept(node.path);
    if (button.dataset.act === "cut") this.#cut(node, button.dataset);
  }

  #cut(node, { row, path }) {
    const found = this.model.store.row(row);
    if (found) unlinkSource(this.model.store, found, path, `Unlink ${node.label}`);
    else this.picking.unlink(node);
  }
}
