// What a transform does in one sentence, with its parameters filled in; a part in [ ] appears only when it is not the default.

function defaultsOf(spec) {
  return Object.fromEntries(spec.parameters.filter((each) => !each.required).map((each) => [each.name, each.default]));
}

function isSame(left, right) {
  return JSON.stringify(left ?? null) === JSON.stringify(right ?? null);
}

export function shownParameter(value, label) {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value !== "object") return String(value);
  if (Object.keys(value).length === 1 && typeof value.from === "string") return `“${label(value.from)}”`;
  return `a table of ${Object.keys(value).length}`;
}

export function sentence(spec, parameters = {}, label = (path) => path) {
  const defaults = defaultsOf(spec);
  const used = { ...defaults, ...parameters };
  const isShown = (part) => [...part.matchAll(/{(\w+)}/g)].some(([, name]) => !isSame(used[name], defaults[name]));
  return spec.sentence
    .replace(/\[(.*?)\]/g, (_, part) => (isShown(part) ? part : ""))
    .replace(/{(\w+)}/g, (_, name) => (name in used ? shownParameter(used[name], label) : "…"));
}
