// Field paths, as in mapping documents: `customer.email`, `lines[].sku`, `Phones[0].PhoneNumber`, `work:lines[].total`.

const STEP = /(?:"((?:[^"\\]|\\.)+)"|([^.[\]":]+))(?:\[(\d*)\])?/g;
const NAMESPACE = /^(context|work):/;

export function namespaceOf(path) {
  return NAMESPACE.exec(path)?.[1] ?? "";
}

// [{name, index, text}]: `index` is "" for every element, a number as text for one, undefined for no list.
export function stepsOf(path) {
  const text = path.replace(NAMESPACE, "");
  return [...text.matchAll(STEP)].map((match) => ({ name: match[1] ?? match[2], index: match[3], text: match[0] }));
}

export function leafOf(path) {
  return stepsOf(path).at(-1)?.name ?? path;
}

function joined(path, steps) {
  const namespace = namespaceOf(path);
  return (namespace ? `${namespace}:` : "") + steps.map((step) => step.text).join(".");
}

function withoutIndex(step) {
  return { ...step, text: step.text.replace(/\[\d*\]$/, "") };
}

// The object or list a field is in: `lines` for `lines[].sku`, `Phones[0]` for `Phones[0].PhoneNumber`, null at the top.
export function parentOf(path) {
  const steps = stepsOf(path);
  const last = steps.at(-1);
  if (last?.index !== undefined) return joined(path, [...steps.slice(0, -1), withoutIndex(last)]);
  if (steps.length < 2) return null;
  const up = steps.slice(0, -1);
  const above = up.at(-1);
  return joined(path, above.index === "" ? [...up.slice(0, -1), withoutIndex(above)] : up);
}

// The list whose every element the path goes through, or "".
export function listOf(path) {
  const steps = stepsOf(path);
  const at = steps.findIndex((step) => step.index === "");
  return at < 0 ? "" : joined(path, [...steps.slice(0, at), withoutIndex(steps[at])]);
}

export function patternOf(path) {
  return path.replace(/\[\d+\]/g, "[]");
}

// `Phones[].PhoneNumber` as the field of the element at `index`.
export function atIndex(path, index) {
  return path.replace("[]", `[${index}]`);
}

// The concrete positions that `paths` use of each list: Map {"Phones" → Set {0}}.
export function positionsIn(paths) {
  const found = new Map();
  for (const path of paths) {
    const match = /^(.*?)\[(\d+)\]/.exec(path);
    if (!match) continue;
    if (!found.has(match[1])) found.set(match[1], new Set());
    found.get(match[1]).add(Number(match[2]));
  }
  return found;
}
