// Live values: what the sample holds at a field, and what became of it in a row.
import { namespaceOf } from "./paths.js";

const LONGEST = 120;

// Every value of `data` under its pattern: Map {"lines[].sku" → ["TEA", "POT"]}.
export function valuesByPattern(data, prefix = "") {
  const found = new Map();
  const put = (pattern, value) => (found.get(pattern) ?? found.set(pattern, []).get(pattern)).push(value);
  const visit = (value, pattern) => {
    if (pattern) put(prefix + pattern, value);
    if (Array.isArray(value)) value.forEach((item) => visitInside(item, `${pattern}[]`));
    else visitInside(value, pattern);
  };
  const visitInside = (value, pattern) => {
    if (value === null || typeof value !== "object" || Array.isArray(value)) {
      if (pattern.endsWith("[]")) put(prefix + pattern, value);
      return;
    }
    for (const [key, item] of Object.entries(value)) visit(item, pattern ? `${pattern}.${quoted(key)}` : quoted(key));
  };
  visit(data, "");
  return found;
}

function quoted(key) {
  return /^[^.[\]":]+$/.test(key) ? key : `"${key.replace(/["\\]/g, "\\$&")}"`;
}

export function written(value) {
  if (value === null || value === undefined || value === "") return "";
  if (value === true) return "yes";
  if (value === false) return "no";
  if (Array.isArray(value)) return value.length === 1 ? "1 item" : `${value.length} items`;
  if (typeof value === "object") return "";
  const text = String(value).replace(/\s+/g, " ");
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

export function writtenAll(values) {
  const filled = values.map(written).filter(Boolean);
  if (!filled.length) return "";
  return filled.length > 1 ? `${filled[0]} +${filled.length - 1}` : filled[0];
}

// The working values an evaluation came to, by their path.
export function workValues(rows, evaluation) {
  const found = new Map();
  for (const row of rows) {
    const entry = evaluation?.rows?.[row.id]?.[0];
    if (namespaceOf(row.target) === "work" && entry) found.set(row.target, entry.value);
  }
  return found;
}

export class Values {
  constructor(rows, evaluation) {
    this.evaluation = evaluation;
    this.work = workValues(rows, evaluation);
    this.bySource = evaluation ? valuesByPattern(evaluation.source) : new Map();
    if (!evaluation) return;
    const work = Object.fromEntries([...this.work].map(([path, value]) => [path.slice("work:".length), value]));
    for (const [prefix, data] of [["context:", evaluation.context ?? {}], ["work:", work]]) {
      for (const [pattern, values] of valuesByPattern(data, prefix)) this.bySource.set(pattern, values);
    }
  }

  ofSource(path) {
    return this.bySource.get(path) ?? [];
  }

  // {text, error} for the row's target.
  ofRow(rowId) {
    const entries = this.evaluation?.rows?.[rowId] ?? [];
    const error = entries.find((entry) => entry.error)?.error ?? "";
    return { text: writtenAll(entries.map((entry) => entry.value)), error };
  }
}
