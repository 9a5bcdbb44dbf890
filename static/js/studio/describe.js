// Everything a line of a tree says about its field, as plain facts and as one sentence for screen readers.
import { patternOf, stepsOf } from "./paths.js";
import { writtenAll } from "./values.js";

const TYPE_NAMES = {
  text: "text", email: "e-mail address", url: "web address", guid: "id", choice: "choice", decimal: "amount", integer: "whole number",
  flag: "yes or no", date: "date", moment: "date and time", object: "group", list: "list", group: "group", any: "any value",
};

function badgesOf(node, side, model) {
  const { field } = node;
  const found = [];
  const add = (kind, text, title) => found.push({ kind, text, title });
  if (side === "target" && model.isRequired(node)) add("required", "required", "Xero needs it");
  if (field.vat) add("vat", "VAT", "Decides a VAT figure");
  if (field.personal) add("personal", "personal", "Personal data");
  if (field.on_delivery) add("later", "on delivery", "Filled in when the document is sent");
  if (field.read_only) add("locked", "by Xero", "Xero sets this field itself");
  if (side === "source" && field.optional) add("optional", "optional", "Not in every record");
  return found;
}

// What one link shows at its target: the transforms on the way, in short and in full.
export function linkFacts(row, model) {
  const uses = row.transforms ?? [];
  const titles = uses.map((use) => titleOf(use, model.store));
  const steps = model.store.evaluation?.rows?.[row.id]?.[0]?.steps ?? [];
  const problem = model.problems.get(row.id)?.find(({ severity }) => severity === "error");
  return {
    id: row.id,
    titles: row.isEach ? ["for each"] : titles,
    isEach: Boolean(row.isEach),
    isConstant: !row.sources?.length,
    when: row.when ?? "",
    sentences: steps.map((step) => step.sentence),
    error: problem?.message ?? "",
    sources: (row.sources ?? []).map((path) => labelOf(path, model)),
  };
}

function titleOf(use, store) {
  if (use.name === "constant") return `“${String(use.parameters?.value ?? "")}”`;
  return store.transform(use.name)?.title ?? use.name;
}

function labelOf(path, model) {
  return model.source.nodes.get(patternOf(path))?.label ?? stepsOf(path).at(-1)?.name ?? path;
}

function valueOf(node, side, links, model) {
  if (node.children.length && side === "target" && !links.length) return { text: "", error: "" };
  if (side === "source") return { text: writtenAll(model.values.ofSource(node.path)), error: "" };
  const [first] = links.filter((row) => !row.isEach);
  if (!first) return { text: "", error: "" };
  return model.values.ofRow(first.id);
}

export function described(node, side, model, view) {
  const linked = (side === "source" ? model.bySource : model.byTarget).get(node.path) ?? [];
  const links = side === "target" ? linked.map((row) => linkFacts(row, model)) : [];
  const value = valueOf(node, side, linked, model);
  const siblings = node.parent ? node.parent.children : model[side].top;
  const suggestion = side === "target" && !linked.length ? model.suggestions.get(node.path) ?? null : null;
  const facts = {
    path: node.path, label: node.label, short: node.short, type: node.kind === "group" ? "group" : node.type, typeName: TYPE_NAMES[node.type] ?? node.type,
    level: node.level, isGroup: node.children.length > 0, isFolded: view.isFolded(node),
    at: siblings.indexOf(node) + 1, of: siblings.length,
    badges: node.kind === "group" ? [] : badgesOf(node, side, model),
    value: value.text, error: value.error,
    isLinked: linked.length > 0, isAside: !linked.length && side === "source" && model.readAside.has(node.path),
    isLocked: Boolean(node.field.read_only || node.field.on_delivery), isMissing: side === "target" && model.missing.includes(node),
    links, suggestion: suggestion && shortSuggestion(suggestion, model),
  };
  return { ...facts, spoken: spoken(facts, side, linked, model) };
}

function shortSuggestion(item, model) {
  return { target: item.target, source: item.source, label: labelOf(item.source, model), percent: Math.round(item.confidence * 100), band: item.band, byClickOnly: item.by_click_only };
}

function spoken(facts, side, linked, model) {
  const parts = [facts.label, facts.typeName, ...facts.badges.map((badge) => badge.title.toLowerCase())];
  if (side === "target") parts.push(...facts.links.map(spokenLink));
  else if (linked.length) parts.push(`linked to ${linked.map((row) => targetLabel(row, model)).join(", ")}`);
  else if (facts.isAside) parts.push("used by a transform");
  if (side === "target" && !linked.length && !facts.isGroup && facts.type !== "group" && !facts.isLocked) parts.push("not linked");
  if (facts.suggestion) parts.push(`suggested: ${facts.suggestion.label}, ${facts.suggestion.percent} per cent`);
  if (facts.error) parts.push(`problem: ${facts.error}`);
  else if (facts.value) parts.push(`value ${facts.value}`);
  return parts.filter(Boolean).join(", ");
}

function spokenLink(link) {
  if (link.isConstant) return `fixed ${link.titles.join(", ")}`;
  const through = link.titles.length ? ` through ${link.titles.join(", ")}` : "";
  return `linked from ${link.sources.join(" and ")}${link.isEach ? ", for each" : through}`;
}

function targetLabel(row, model) {
  return model.target.nodes.get(row.target)?.label ?? row.target;
}
