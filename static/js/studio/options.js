// The fields that may be chosen somewhere, as options of a picker.
import { leafOf, listOf, namespaceOf } from "./paths.js";

const TYPES = {
  text: "text", decimal: "number", integer: "number", flag: "yes or no", date: "date", moment: "date and time",
  choice: "choice", guid: "id", email: "e-mail", url: "address", object: "group", list: "list",
};

export function typeWords(type) {
  return TYPES[type] ?? "";
}

function option(field, path, group) {
  return { value: path, title: field.label || leafOf(path), detail: path, hint: TYPES[field.type] ?? "", group, type: field.type, choices: field.choices ?? [] };
}

function contextPath(field) {
  return namespaceOf(field.path) ? field.path : `context:${field.path}`;
}

export function contextOptions(context, group = "Settings of the pair") {
  return (context?.fields ?? []).map((field) => option(field, contextPath(field), group));
}

export function sourceOptions(source, group) {
  return (source?.fields ?? []).map((field) => option(field, field.path, group ?? source.title));
}

export function tableOptions(tables) {
  return Object.values(tables).map((table) => ({
    value: `context:tables.${table.id}`, title: table.title || table.id, detail: `Look-up table, ${table.rows.length} rows`,
    hint: "table", group: "Look-up tables", type: "object", choices: [],
  }));
}

// What a row may read: the record, the working values of rows above it, settings and tables.
export function readable(store, known = []) {
  const { state } = store;
  const work = store.rows.filter((row) => namespaceOf(row.target) === "work");
  const options = [
    ...sourceOptions(state.source),
    ...work.map((row) => option({ type: "any" }, row.target, "Working values")),
    ...workElements(store, known),
    ...contextOptions(state.context),
    ...tableOptions(store.tables),
  ];
  const seen = new Set();
  return options.filter(({ value }) => !seen.has(value) && seen.add(value));
}

// Fields of working lists: those that rows read, and those the sample shows.
function workElements(store, known) {
  const paths = new Set(known.filter((path) => path.startsWith("work:")));
  for (const row of store.rows) for (const path of row.sources ?? []) if (path.startsWith("work:")) paths.add(path);
  for (const entries of Object.values(store.evaluation?.rows ?? {})) addElements(paths, entries[0]);
  return [...paths].map((path) => option({ type: "any" }, path, "Working values"));
}

function addElements(paths, entry) {
  if (!entry?.target.startsWith("work:") || !Array.isArray(entry.value)) return;
  for (const name of Object.keys(entry.value[0] ?? {})) paths.add(`${entry.target}[].${name}`);
}

// Conditions read names without spaces or quotes; inside a for-each the elements of its list, elsewhere no lists' insides.
const PLAIN = /^(context:|work:)?[A-Za-z_]\w*(\[\d*\])?(\.\w+(\[\d*\])?)*$/;

export function comparable(options, each = "") {
  return options.filter(({ value }) => PLAIN.test(value) && (!listOf(value) || listOf(value) === each));
}

export function labelOf(options, path) {
  return options.find((one) => one.value === path)?.title ?? path;
}
