// A tree pane: one line per field, with its badges, its live value and its port. Lines are kept and patched, not redrawn.
import { h, icon, setText } from "./dom.js";
import { chipsOf } from "./chips.js";
import { described } from "./describe.js";

const SIGNS = { required: "asterisk", personal: "user-round", later: "send", locked: "lock", optional: "circle-dashed" };
const ICONS = {
  text: "type", email: "mail", url: "link-2", guid: "key-round", choice: "list-checks", decimal: "hash", integer: "hash",
  flag: "toggle-left", date: "calendar", moment: "clock", object: "braces", list: "rows-3", group: "folder", any: "sparkle",
};

export class TreePane {
  #lines = new Map();

  constructor(side, root, model, view) {
    this.side = side;
    this.model = model;
    this.view = view;
    this.list = root.querySelector("[role=tree]");
    this.empty = root.querySelector("[data-empty]");
    this.active = null;
    view.addEventListener("shown", () => this.draw());
    view.addEventListener("pick", () => this.#drawPicked());
    view.addEventListener("hover", () => this.#drawMarks());
    model.store.addEventListener("selection", () => this.#drawMarks());
  }

  get nodes() {
    return this.model.shown[this.side];
  }

  draw() {
    const nodes = this.nodes;
    const lines = nodes.map((node) => this.#line(node));
    const kept = new Set(lines);
    for (const old of [...this.list.children]) if (!kept.has(old)) old.remove();
    lines.forEach((line, index) => {
      if (this.list.children[index] !== line) this.list.insertBefore(line, this.list.children[index] ?? null);
    });
    if (!nodes.some((node) => node.path === this.active)) this.active = nodes[0]?.path ?? null;
    this.empty.hidden = nodes.length > 0;
    this.#drawTabStops();
    this.#drawPicked();
    this.#drawMarks();
  }

  #line(node) {
    let line = this.#lines.get(node.path);
    if (!line) {
      line = new Line(node, this.side);
      this.#lines.set(node.path, line);
    }
    line.update(node, this.model, this.view);
    return line.element;
  }

  element(path) {
    return this.#lines.get(path)?.element ?? null;
  }

  node(path) {
    return this.model[this.side].nodes.get(path) ?? null;
  }

  nodeAt(element) {
    const line = element?.closest?.(".field");
    return line && this.list.contains(line) ? this.node(line.dataset.path) : null;
  }

  // Moves the one tab stop of the tree, and the focus unless told not to.
  activate(path, { focus = true } = {}) {
    const line = this.element(path);
    if (!line?.isConnected) return false;
    this.active = path;
    this.#drawTabStops();
    if (focus) line.focus({ preventScroll: true });
    line.scrollIntoView({ block: "nearest", inline: "nearest" });
    return true;
  }

  #drawTabStops() {
    for (const line of this.list.children) line.tabIndex = line.dataset.path === this.active ? 0 : -1;
  }

  // While something is picked up, each line of the other side says whether it fits.
  #drawPicked() {
    const { picked } = this.view;
    const isAsked = picked !== null && picked.side !== this.side;
    for (const node of this.nodes) {
      const line = this.#lines.get(node.path);
      const fitted = isAsked ? this.#fit(picked, node) : null;
      line.mark({ isPicked: picked?.path === node.path && picked.side === this.side, fitted });
    }
    this.list.classList.toggle("is-asked", isAsked);
  }

  #fit(picked, node) {
    return this.side === "target" ? this.model.fit(picked, node) : this.model.fit(node, picked);
  }

  #drawMarks() {
    const { selection } = this.model.store;
    const lit = this.view.hovered;
    const links = this.side === "target" ? this.model.byTarget : this.model.bySource;
    for (const node of this.nodes) {
      const ids = (links.get(node.path) ?? []).map((row) => row.id);
      const line = this.#lines.get(node.path).element;
      line.classList.toggle("is-lit", ids.some((id) => lit.has(id)));
      const isSelected = ids.includes(selection);
      line.classList.toggle("is-selected", isSelected);
      line.setAttribute("aria-selected", String(isSelected));
    }
  }
}

class Line {
  #drawn = "";

  constructor(node, side) {
    this.side = side;
    this.fold = h("span", { class: "field__fold", "data-fold": true }, icon("chevron-right"));
    this.type = h("span", { class: "field__type" });
    this.name = h("span", { class: "field__name" });
    this.badges = h("span", { class: "field__badges" });
    this.value = h("span", { class: "field__value" });
    this.port = h("span", { class: "port", "data-port": true });
    this.chips = side === "target" ? h("span", { class: "field__chips" }) : null;
    const inside = [this.fold, this.type, this.name, this.badges, this.value];
    const parts = side === "target" ? [this.chips, this.port, h("span", { class: "field__body" }, inside)] : [h("span", { class: "field__body" }, inside), this.port];
    this.element = h("li", { class: `field field--${side}`, role: "treeitem", tabindex: -1, dataset: { path: node.path } }, parts);
  }

  // Only what differs from what is drawn already touches the page.
  update(node, model, view) {
    const facts = described(node, this.side, model, view);
    const drawn = JSON.stringify(facts);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#attributes(node, facts);
    setText(this.name, facts.short);
    this.name.title = `${facts.label} · ${facts.path}`;
    this.type.replaceChildren(icon(ICONS[facts.type] ?? "type"));
    this.type.title = facts.typeName;
    setText(this.value, facts.error || facts.value);
    this.value.title = facts.error || facts.value;
    this.badges.replaceChildren(...facts.badges.map((badge) => h("span", { class: `sign sign--${badge.kind}`, title: badge.title }, badge.kind in SIGNS ? icon(SIGNS[badge.kind]) : badge.text)));
    this.chips?.replaceChildren(...chipsOf(facts));
  }

  #attributes(node, facts) {
    const { element } = this;
    element.setAttribute("aria-level", facts.level);
    element.setAttribute("aria-label", facts.spoken);
    element.setAttribute("aria-setsize", facts.of);
    element.setAttribute("aria-posinset", facts.at);
    if (facts.isGroup) element.setAttribute("aria-expanded", String(!facts.isFolded));
    else element.removeAttribute("aria-expanded");
    element.style.setProperty("--level", facts.level);
    element.classList.toggle("field--group", facts.isGroup);
    element.classList.toggle("field--locked", facts.isLocked);
    element.classList.toggle("is-linked", facts.isLinked);
    element.classList.toggle("is-aside", facts.isAside);
    element.classList.toggle("is-missing", facts.isMissing);
    element.classList.toggle("is-bad", Boolean(facts.error));
  }

  mark({ isPicked, fitted }) {
    const { element } = this;
    element.classList.toggle("is-picked", isPicked);
    element.classList.toggle("fits", Boolean(fitted?.fits));
    element.classList.toggle("fits-not", Boolean(fitted && !fitted.fits));
    if (fitted) element.setAttribute("aria-description", fitted.fits ? `Fits. ${fitted.reason}` : `Does not fit. ${fitted.reason}`);
    else element.removeAttribute("aria-description");
  }
}
