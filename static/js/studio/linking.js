// Links made, moved and cut: what is done by hand, in the words of the editing API.
import { atIndex, listOf, patternOf } from "./paths.js";

const TEXT = new Set(["text", "email", "url", "any"]);
const NUMBER = new Set(["decimal", "integer"]);
export const newId = () => `r-${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`;

export function rowsInto(rows, target) {
  return rows.filter((row) => row.target === target);
}

// What a link from `source` to `target` changes: {id, label, changes}; `fitted` is what fit() said of the two. The id is
// that of the row, or "collection:LineItems", that then holds the link.
export function linkChanges(store, source, target, fitted) {
  if (target.type === "list") return listChanges(store, source, target);
  const path = placed(store, source, target);
  const existing = rowsInto(store.rows, path).find((row) => !row.when);
  const label = `Link ${source.label} to ${target.label}`;
  if (existing?.sources?.includes(source.path)) return { id: existing.id, label, changes: [] };
  const row = existing ? withSource(store, existing, source, target, fitted) : { id: newId(), target: path, sources: fitted.sources ?? [source.path], transforms: fitted.transforms };
  return { id: row.id, label, changes: [...missingCollection(store, source, target), put(store, row)] };
}

export function link(store, source, target, fitted) {
  const { id, label, changes } = linkChanges(store, source, target, fitted);
  store.change(label, changes);
  return id;
}

export function put(store, row) {
  return { op: "put", item: "row", mapping: store.mapping, id: row.id, value: row };
}

// A single value goes into the first element of a list that nothing is repeated for.
function placed(store, source, target) {
  const into = listOf(target.path);
  const isRepeated = (store.document.collections ?? []).some((item) => item.target === into);
  return into && !isRepeated && !listOf(source.path) ? atIndex(target.path, 0) : target.path;
}

function missingCollection(store, source, target) {
  const [into, from] = [listOf(target.path), listOf(source.path)];
  const isThere = (store.document.collections ?? []).some((item) => item.target === into);
  return into && from && !isThere ? [putCollection(store, { target: into, source: from })] : [];
}

function putCollection(store, value) {
  return { op: "put", item: "collection", mapping: store.mapping, id: value.target, value };
}

function listChanges(store, source, target) {
  const now = (store.document.collections ?? []).find((item) => item.target === target.path);
  const value = { ...now, target: target.path, source: source.path };
  return { id: `collection:${target.path}`, label: `Make ${target.label} from ${source.label}`, changes: [putCollection(store, value)] };
}

function withSource(store, row, source, target, fitted) {
  const sources = [...(row.sources ?? []), source.path];
  if (sources.length === 1) return { ...row, sources, transforms: fitted.transforms };
  const [first, ...rest] = row.transforms ?? [];
  if (first?.name === "template") return { ...row, sources, transforms: [extended(first, sources.length), ...rest] };
  if (first && store.transform(first.name)?.takes_many) return { ...row, sources };
  return { ...row, sources, transforms: [combining(source, target), ...(row.transforms ?? [])] };
}

function extended(use, count) {
  return { ...use, parameters: { ...use.parameters, text: `${use.parameters?.text ?? ""} {${count}}` } };
}

// Texts are joined, numbers added; of anything else the first that is there is taken.
function combining(source, target) {
  if (NUMBER.has(target.type)) return { name: "arithmetic", parameters: { operation: "add" } };
  if (TEXT.has(target.type) && !target.field.choices?.length) return { name: "concatenate", parameters: { separator: " " } };
  return { name: "first_of" };
}

// Cuts one source off a row; the row goes with its last source.
export function unlinkSource(store, row, path, label) {
  const sources = (row.sources ?? []).filter((source) => patternOf(source) !== patternOf(path));
  if (!sources.length) return store.dropRows(label, [row.id]);
  const [first, ...rest] = row.transforms ?? [];
  const isIdle = sources.length === 1 && first && ["concatenate", "first_of"].includes(first.name);
  return store.putRow(label, { ...row, sources, transforms: isIdle ? rest : row.transforms });
}

export function unlinkTarget(store, target) {
  const ids = rowsInto(store.rows, target.path).map((row) => row.id);
  if (ids.length) return store.dropRows(`Unlink ${target.label}`, ids);
  const collection = (store.document.collections ?? []).find((item) => item.target === target.path);
  if (!collection) return false;
  return store.change(`Unlink ${target.label}`, [{ op: "drop", item: "collection", mapping: store.mapping, id: collection.target }]);
}

export function moveTarget(store, row, target) {
  return store.putRow(`Move the link to ${target.label}`, { ...row, target: target.path });
}
