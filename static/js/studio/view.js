// What one person looks at just now: filters, folds, what is picked up and what is pointed at. Never saved in the draft.
//   look     a filter, search or fold is new          shown    the lists of nodes are new
//   pick     something was picked up or put down      hover    other links are pointed at
const FOLDED = ["context:", "xero:"];

export class View extends EventTarget {
  search = { source: "", target: "" };
  filter = { source: "all", target: "all" };
  picked = null;
  hovered = new Set();
  #folds = new Map(FOLDED.map((path) => [path, true]));

  isFolded(node) {
    return this.#folds.get(node.path) ?? false;
  }

  fold(node, isFolded) {
    if (!node.children.length || this.isFolded(node) === isFolded) return false;
    this.#folds.set(node.path, isFolded);
    this.emit("look");
    return true;
  }

  foldAll(nodes, isFolded) {
    for (const node of nodes) if (node.children.length) this.#folds.set(node.path, isFolded);
    this.emit("look");
  }

  // Folds set up for a first look; what a person folds later counts more.
  foldAtFirst(nodes) {
    for (const node of nodes) if (!this.#folds.has(node.path)) this.#folds.set(node.path, true);
  }

  // Opens everything above a node and drops what hides it, so that it can be seen.
  reveal(node) {
    for (let up = node.parent; up; up = up.parent) this.#folds.set(up.path, false);
    this.emit("look");
  }

  set(kind, side, value) {
    if (this[kind][side] === value) return;
    this[kind][side] = value;
    this.emit("look");
  }

  pick(node) {
    if (this.picked === node) return;
    this.picked = node;
    this.emit("pick");
  }

  hover(ids) {
    const next = new Set(ids);
    if (next.size === this.hovered.size && [...next].every((id) => this.hovered.has(id))) return;
    this.hovered = next;
    this.emit("hover");
  }

  emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
