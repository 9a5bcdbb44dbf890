// The two trees as lists of nodes in the order shown. A node: {side, path, field, label, leaf, level, parent, children, kind}.
import { atIndex, leafOf, namespaceOf, parentOf, patternOf, positionsIn } from "./paths.js";

const GROUPS = {
  "work:": "Working values",
  "context:": "Settings of the pair",
  "xero:": "Set by Xero",
};

function typeOf(values) {
  const value = values.find((each) => each !== null && each !== "");
  if (Array.isArray(value)) return "list";
  if (typeof value === "object") return "object";
  return { boolean: "flag", number: "decimal" }[typeof value] ?? "any";
}

// Under “Billing address”, “Billing address, line 1” need only say “Line 1”.
function shortened(label, above) {
  const [, head, tail] = /^(.+?)[,:] (.+)$/.exec(label) ?? [];
  const isRepeated = above && head && [above, above.replace(/s$/, "")].includes(head);
  return isRepeated ? tail[0].toUpperCase() + tail.slice(1) : label;
}

class Tree {
  constructor(side) {
    this.side = side;
    this.nodes = new Map();
    this.top = [];
  }

  add(path, field, parent, kind = "field") {
    const known = this.nodes.get(path);
    if (known) return known;
    const above = parent === null ? null : this.#above(parent);
    const node = {
      side: this.side, path, field, kind,
      label: field.label || leafOf(path), leaf: leafOf(path), type: field.type,
      level: above ? above.level + 1 : 1, parent: above, children: [],
    };
    node.short = shortened(node.label, above?.label);
    this.nodes.set(path, node);
    (above ? above.children : this.top).push(node);
    return node;
  }

  // Schemas need not list the objects that their fields are in.
  #above(path) {
    return this.nodes.get(path) ?? this.add(path, { path, type: "object", label: named(path) }, parentOf(path));
  }

  group(path) {
    return this.add(path, { path, type: "group", label: GROUPS[path] }, null, "group");
  }
}

function named(path) {
  const words = leafOf(path).replace(/[_-]+/g, " ");
  return words[0].toUpperCase() + words.slice(1);
}

function addFields(tree, fields, group = null) {
  for (const field of fields) {
    tree.add(field.path, field, parentOf(field.path) ?? group);
  }
}

// `found`: what the sample holds, by pattern. Fields that no schema names can be mapped all the same.
export function sourceTree(state, workFields, found) {
  const tree = new Tree("source");
  addFields(tree, state.source?.fields ?? []);
  for (const [path, values] of found) {
    if (!namespaceOf(path) && !tree.nodes.has(path)) addFields(tree, [{ path, type: typeOf(values), label: leafOf(path), optional: true }]);
  }
  if (workFields.length) {
    tree.group("work:");
    addFields(tree, workFields, "work:");
  }
  if (state.context?.fields.length) {
    tree.group("context:");
    for (const field of state.context.fields) {
      const path = namespaceOf(field.path) ? field.path : `context:${field.path}`;
      tree.add(path, { ...field, path }, parentOf(path) ?? "context:");
    }
  }
  return tree;
}

function instancesOf(field, positions) {
  const at = field.path.indexOf("[]");
  const used = at < 0 ? undefined : positions.get(field.path.slice(0, at));
  return used ? [...used].sort((a, b) => a - b).map((index) => ({ ...field, path: atIndex(field.path, index) })) : [field];
}

function addInstanceHeads(tree, field, positions) {
  const used = [...(positions.get(field.path) ?? [])].sort((a, b) => a - b);
  for (const index of used) {
    const path = `${field.path}[${index}]`;
    tree.add(path, { path, type: "object", label: `${field.label || field.path} ${index + 1}` }, field.path);
  }
}

// Fields of a list appear once for every element, or once for each position that rows write to.
export function targetTree(state, rows) {
  const tree = new Tree("target");
  const positions = positionsIn(rows.map((row) => row.target));
  const own = state.target.fields.filter((field) => !field.read_only);
  for (const field of own) {
    for (const each of instancesOf(field, positions)) tree.add(each.path, each, parentOf(each.path));
    if (field.type === "list") addInstanceHeads(tree, field, positions);
  }
  const work = rows.filter((row) => namespaceOf(row.target) === "work");
  tree.group("work:");
  for (const row of work) tree.add(row.target, { path: row.target, type: "any", label: leafOf(row.target) }, "work:");
  const locked = state.target.fields.filter((field) => field.read_only);
  if (locked.length) tree.group("xero:");
  for (const field of locked) tree.add(field.path, field, "xero:");
  return tree;
}

// What rows read of working values, and what the evaluation found in them.
export function workFieldsOf(rows, readPaths, examples) {
  const fields = new Map();
  const add = (path, type) => fields.has(path) || fields.set(path, { path, type, label: leafOf(path) });
  for (const row of rows) {
    if (namespaceOf(row.target) !== "work") continue;
    const value = examples.get(row.target);
    const isList = Array.isArray(value) || readPaths.some((path) => path.startsWith(`${row.target}[]`));
    add(row.target, isList ? "list" : "any");
    for (const name of isList ? namesIn(value) : []) add(`${row.target}[].${name}`, "any");
  }
  for (const path of readPaths) if (namespaceOf(path) === "work") add(patternOf(path), "any");
  return [...fields.values()];
}

function namesIn(value) {
  const first = Array.isArray(value) ? value.find((item) => item && typeof item === "object") : null;
  return first ? Object.keys(first) : [];
}

export function* descendants(nodes) {
  for (const node of nodes) {
    yield node;
    yield* descendants(node.children);
  }
}

// The nodes to show: those `keeps` wants with all above them, without what is folded away.
export function shownNodes(tree, { keeps, isFolded, isSearching }) {
  const wanted = keeps ? wantedBy(tree, keeps) : null;
  const shown = [];
  const visit = (node) => {
    if (wanted && !wanted.has(node)) return;
    shown.push(node);
    if (isSearching || !isFolded(node)) node.children.forEach(visit);
  };
  tree.top.forEach(visit);
  return shown;
}

function wantedBy(tree, keeps) {
  const wanted = new Set();
  for (const node of descendants(tree.top)) {
    if (!keeps(node)) continue;
    for (let up = node; up; up = up.parent) wanted.add(up);
  }
  return wanted;
}

export function matches(node, words) {
  const text = `${node.label} ${node.path}`.toLowerCase();
  return words.every((word) => text.includes(word));
}
