// The trees by keys alone. Letters jump to a field; M and T do so with Shift, as they are commands.
import { announce } from "./announce.js";

const TYPING_LASTS = 700;

export class TreeKeys {
  #typed = "";
  #typedAt = 0;

  constructor(pane, other, { picking, view, actions }) {
    Object.assign(this, { pane, other, picking, view, actions });
    pane.list.addEventListener("keydown", (event) => this.#onKey(event));
    pane.list.addEventListener("focusin", (event) => this.#onFocus(event));
  }

  get node() {
    return this.pane.node(this.pane.active);
  }

  #onFocus(event) {
    const node = this.pane.nodeAt(event.target);
    if (!node) return;
    if (node.path !== this.pane.active) this.pane.activate(node.path, { focus: false });
    const links = this.picking.model[node.side === "source" ? "bySource" : "byTarget"].get(node.path) ?? [];
    this.view.hover(links.map((row) => row.id));
    const judged = this.picking.judge(node);
    if (judged) announce(judged.fits ? `${node.label} fits. ${judged.reason}` : `${node.label} does not fit. ${judged.reason}`);
    this.actions.focused(node);
  }

  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.node) return;
    const isDone = this.#move(event) || this.#act(event) || this.#type(event);
    if (!isDone) return;
    event.preventDefault();
    event.stopPropagation();
  }

  #move({ key }) {
    const { nodes } = this.pane;
    const here = nodes.indexOf(this.node);
    switch (key) {
      case "ArrowDown": return this.#to(nodes[here + 1]);
      case "ArrowUp": return this.#to(nodes[here - 1]);
      case "Home": return this.#to(nodes[0]);
      case "End": return this.#to(nodes.at(-1));
      case "PageDown": return this.#to(nodes[Math.min(here + 10, nodes.length - 1)]);
      case "PageUp": return this.#to(nodes[Math.max(here - 10, 0)]);
      case "ArrowRight": return this.view.fold(this.node, false) || this.#to(this.node.children.length ? nodes[here + 1] : null);
      case "ArrowLeft": return this.view.fold(this.node, true) || this.#to(this.node.parent);
      default: return false;
    }
  }

  // True in any case: an arrow at the end of the tree must not scroll the page.
  #to(node) {
    if (node) this.pane.activate(node.path);
    return true;
  }

  #act(event) {
    const isTyping = Date.now() - this.#typedAt < TYPING_LASTS && this.#typed;
    switch (event.key) {
      case "Enter": return this.#enter();
      case " ": return !isTyping && this.#select();
      case "Escape": return this.#putDown();
      case "Delete":
      case "Backspace": return this.picking.unlink(this.node) || true;
      case "m": return !isTyping && this.#pick();
      case "t": return !isTyping && this.#open();
      case "*": return this.#unfoldSiblings();
      case "Tab": return !event.shiftKey && this.actions.acceptByTab(this.node);
      default: return false;
    }
  }

  #pick() {
    if (this.picking.picked?.side === this.other.side) return this.#drop();
    if (this.picking.pick(this.node)) this.#goAcross();
    return true;
  }

  // Over to the other tree: to what is suggested, else to the first that fits and is free.
  #goAcross() {
    const fitting = this.picking.fitting();
    const { suggestions, byTarget } = this.picking.model;
    const picked = this.node;
    const best = fitting.find((node) => suggestions.get(node.path)?.source === picked.path) ?? fitting.find((node) => !byTarget.has(node.path)) ?? fitting[0];
    const start = best ?? this.other.nodes[0];
    if (start) this.actions.show(start, () => this.other.activate(start.path));
  }

  #enter() {
    if (this.picking.picked && this.picking.picked.side !== this.node.side) return this.#drop();
    if (this.node.kind === "group") return this.view.fold(this.node, !this.view.isFolded(this.node)) || true;
    if (this.node.side === "source") return this.#pick();
    if (this.actions.accept(this.node)) return true;
    return this.picking.rowAt(this.node) ? this.#open() : this.#pick();
  }

  #drop() {
    const at = this.node.path;
    if (this.picking.drop(this.node)) this.pane.activate(at);
    return true;
  }

  #putDown() {
    const from = this.picking.picked;
    if (!this.picking.cancel()) return this.actions.escape();
    if (from.side === this.other.side) this.other.activate(from.path);
    return true;
  }

  #select() {
    this.actions.select(this.node);
    return true;
  }

  #open() {
    this.actions.open(this.node);
    return true;
  }

  #unfoldSiblings() {
    this.view.foldAll(this.node.parent?.children ?? this.pane.model[this.pane.side].top, false);
    return true;
  }

  #type({ key }) {
    if (key.length !== 1 || key === "/" || key === "?") return false;
    const now = Date.now();
    this.#typed = now - this.#typedAt < TYPING_LASTS ? this.#typed + key.toLowerCase() : key.toLowerCase();
    this.#typedAt = now;
    const { nodes } = this.pane;
    const here = nodes.indexOf(this.node) + (this.#typed.length === 1 ? 1 : 0);
    const round = [...nodes.slice(here), ...nodes.slice(0, here)];
    const found = round.find((node) => [node.short, node.label, node.leaf].some((name) => name.toLowerCase().startsWith(this.#typed)));
    return found ? this.#to(found) : true;
  }
}

function isTyping(target) {
  return target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog[open]") !== null;
}

// Single keys can be switched off for the whole site (WCAG 2.1.4); those of the trees work only while a tree has the focus.
function areSingleKeysOff() {
  return localStorage.getItem("tillbridge.shortcuts") === "off";
}

// Keys that work anywhere in the studio.
export function startStudioKeys({ undo, redo, search }) {
  document.addEventListener("keydown", (event) => {
    const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey;
    if (isTyping(event.target)) return;
    const key = event.key.toLowerCase();
    const act = isCommand ? { z: event.shiftKey ? redo : undo, y: redo }[key] : key === "/" && !areSingleKeysOff() ? search : null;
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }, true);
}
