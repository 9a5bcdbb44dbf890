// What is drawn, worked out from what is known: both trees, who uses what, what is missing, live values.
import { descendants, matches, shownNodes, sourceTree, targetTree, workFieldsOf } from "./fields.js";
import { fit } from "./fits.js";
import { patternOf } from "./paths.js";
import { Values } from "./values.js";

function gather(pairs) {
  const map = new Map();
  for (const [key, value] of pairs) (map.get(key) ?? map.set(key, []).get(key)).push(value);
  return map;
}

// Paths that the parameters of a row read: {"from": "context:pair.zone"}, at any depth.
export function pathsInParameters(row) {
  const found = [];
  const visit = (value) => {
    if (value === null || typeof value !== "object") return;
    if (typeof value.from === "string" && Object.keys(value).length === 1) found.push(value.from);
    else Object.values(value).forEach(visit);
  };
  for (const use of row.transforms ?? []) visit(use.parameters);
  return found;
}

// A for-each is drawn as a link too; its id tells it from the rows.
export function linkOfCollection(item) {
  return { id: `collection:${item.target}`, target: item.target, sources: [item.source], transforms: [], when: item.when, isEach: true };
}

export class Model {
  constructor(store, view) {
    this.store = store;
    this.view = view;
    this.refresh();
  }

  // After a change, an evaluation or new suggestions.
  refresh() {
    const { store } = this;
    this.links = [...store.rows, ...(store.document.collections ?? []).map(linkOfCollection)];
    this.values = new Values(store.rows, store.evaluation);
    this.bySource = gather(this.links.flatMap((row) => [...new Set((row.sources ?? []).map(patternOf))].map((path) => [path, row])));
    this.byTarget = gather(this.links.map((row) => [row.target, row]));
    this.readAside = gather(store.rows.flatMap((row) => pathsInParameters(row).map((path) => [patternOf(path), row])));
    const read = [...this.bySource.keys(), ...this.readAside.keys()];
    this.source = sourceTree(store.state, workFieldsOf(store.rows, read, this.values.work), this.values.bySource);
    this.target = targetTree(store.state, store.rows);
    this.problems = gather((store.state.problems ?? []).filter((problem) => problem.row).map((problem) => [problem.row, problem]));
    this.missing = this.#missing();
    this.suggestions = new Map(store.suggestions?.open(this).map((item) => [item.target, item]) ?? []);
    this.show();
  }

  // After another filter, search or fold.
  show() {
    const { view } = this;
    this.shown = {
      source: shownNodes(this.source, this.#looked("source", (node) => this.#keepsSource(node))),
      target: shownNodes(this.target, this.#looked("target", (node) => this.#keepsTarget(node))),
    };
    this.places = { source: placesOf(this.shown.source), target: placesOf(this.shown.target) };
    view.emit("shown");
  }

  // At first only what the mapping uses is open; in an empty mapping, everything but what is deep inside.
  foldAtFirst() {
    const isEmpty = this.links.length === 0;
    const links = { source: this.bySource, target: this.byTarget };
    const isUsed = (node) => node.children.some((child) => links[node.side].has(child.path) || isUsed(child));
    for (const tree of [this.source, this.target]) {
      const heads = [...descendants(tree.top)].filter((node) => node.children.length);
      this.view.foldAtFirst(heads.filter((node) => (isEmpty ? node.level > 1 : !isUsed(node))));
    }
    this.show();
  }

  #looked(side, keeps) {
    const { view } = this;
    const words = view.search[side].toLowerCase().split(/\s+/).filter(Boolean);
    const isAll = view.filter[side] === "all" && !words.length;
    return {
      keeps: isAll ? null : (node) => keeps(node) && matches(node, words),
      isFolded: (node) => view.isFolded(node),
      isSearching: !isAll,
    };
  }

  #keepsSource(node) {
    const { filter } = this.view;
    if (filter.source === "all") return true;
    if (node.kind === "group") return false;
    return (filter.source === "mapped") === this.isUsed(node);
  }

  #keepsTarget(node) {
    if (this.view.filter.target === "all") return true;
    if (node.kind === "group" || (node.field.read_only && this.view.filter.target !== "mapped")) return false;
    switch (this.view.filter.target) {
      case "mapped": return this.byTarget.has(node.path);
      case "unmapped": return !this.byTarget.has(node.path) && !node.children.length && !node.field.on_delivery;
      case "required": return this.isRequired(node);
      default: return this.suggestions.has(node.path);
    }
  }

  isUsed(node) {
    return this.bySource.has(node.path) || this.readAside.has(node.path);
  }

  // Whether Xero wants the field, with this mapping's status if that is fixed.
  isRequired(node) {
    const { required, required_when: when, on_delivery: later, read_only: locked } = node.field;
    if (later || locked) return false;
    if (required) return true;
    return Object.entries(when ?? {}).some(([path, values]) => {
      const fixed = this.#constant(path);
      return fixed === undefined || values.includes(fixed);
    });
  }

  #constant(path) {
    const [row] = this.byTarget.get(path) ?? [];
    const use = row?.sources?.length ? null : row?.transforms?.find(({ name }) => name === "constant");
    return use?.parameters?.value;
  }

  isFilled(node) {
    return this.byTarget.has(node.path) || node.children.some((child) => this.isFilled(child));
  }

  // A field inside an object that nothing goes into is not missed: the object is.
  #missing() {
    return [...descendants(this.target.top)].filter((node) => {
      if (!this.isRequired(node) || this.isFilled(node)) return false;
      return node.parent === null || this.isFilled(node.parent);
    });
  }

  node(side, path) {
    return this[side].nodes.get(side === "source" ? patternOf(path) : path) ?? null;
  }

  fit(source, target) {
    const known = { collections: this.store.document.collections ?? [], values: this.values.ofSource(source.path) };
    return fit(source, target, known);
  }

  // Where a field is drawn: its own line, or that of the nearest open group above it. -1: filtered out.
  placeOf(side, path) {
    for (let node = this.node(side, path); node; node = node.parent) {
      const place = this.places[side].get(node.path);
      if (place !== undefined) return place;
    }
    return -1;
  }
}

function placesOf(nodes) {
  return new Map(nodes.map((node, index) => [node.path, index]));
}
