// May this source fill this target? Said before anybody drops: {fits, reason, transforms}, the transforms being
// those that a new link needs so that Xero takes the value.
import { listOf, namespaceOf, positionsIn } from "./paths.js";

const FAMILY = {
  text: "text", email: "text", url: "text", guid: "text", choice: "text",
  decimal: "number", integer: "number", date: "date", moment: "date", flag: "flag",
  list: "list", object: "object", group: "group", any: "any",
};
const NAMES = { text: "text", number: "a number", date: "a date", flag: "yes or no" };
const PLAIN = { email: "an e-mail address", url: "a web address", guid: "an id" };
// What a table can translate: few different values, unlike e-mail addresses, ids or amounts.
const TRANSLATABLE = new Set(["text", "choice", "flag", "integer", "any"]);
const NUMBER = /^-?\d+(\.\d+)?$/;
const DATE = /^\d{4}-\d\d-\d\d/;
const GUID = /^\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/i;
const EMAIL = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;

const no = (reason) => ({ fits: false, reason, transforms: [] });
const yes = (reason = "", transforms = []) => ({ fits: true, reason, transforms });
const use = (name, parameters) => (parameters ? { name, parameters } : { name });

function family(node) {
  return FAMILY[node.type] ?? "any";
}

// `known`: {collections, values (those the sample holds at the source)}.
export function fit(source, target, known) {
  return closed(target) ?? shape(source, target, known) ?? placeOf(source, target, known) ?? kind(source, target, known.values);
}

function closed(target) {
  if (target.kind === "group") return no("Open it and choose a field inside.");
  if (target.field.read_only) return no("Xero sets this field itself.");
  if (target.field.on_delivery) return no("Filled in when the document is sent: only then Xero's id is known.");
  return null;
}

function shape(source, target, known) {
  const from = family(source);
  if (source.kind === "group") return no("Open it and choose a field inside.");
  if (namespaceOf(target.path) === "work") return yes("Any value may be kept as a working value.");
  if (target.type === "list") return from === "list" || from === "any" ? eachOf(source, target, known) : no(`${target.label} are made from a list: choose a list.`);
  if (target.type === "object") return no("Open it and choose one of its fields.");
  if (from === "list") return no("A whole list does not go into one field: choose a field inside it.");
  if (from === "object") return no("A group of fields does not go into one field: choose a field inside it.");
  return null;
}

function eachOf(source, target, known) {
  const now = known.collections.find((item) => item.target === target.path);
  if (now && now.source !== source.path) return yes(`Takes the place of “${now.source}”: one element for each of these.`);
  return yes("One element for each of these.");
}

// Inside lists, and out of them.
function placeOf(source, target, { collections }) {
  const from = listOf(source.path);
  const into = listOf(target.path);
  if (!from) return null;
  if (!into) return outOfList(source, target);
  const now = collections.find((item) => item.target === into);
  if (now && now.source !== from) return no(`These elements are made from “${now.source}”: choose a field inside that list.`);
  return null;
}

function outOfList(source, target) {
  if (positionsIn([target.path]).size) return no("This is one element; the source has many.");
  if (family(target) === "number") return no("Many values, one field: add the lines up in a working value first.");
  return yes("All values, joined.", [use("concatenate", { separator: ", " })]);
}

function kind(source, target, values) {
  const from = family(source);
  const into = family(target);
  if (target.field.choices?.length) return intoChoice(source, target, values);
  if (into === "any" || from === "any") return byValues(target, into, values);
  if (from === into) return sameFamily(source, target, values);
  return (CONVERSIONS[`${from} ${into}`] ?? mismatch)(source, target, values);
}

function intoChoice(source, target, values) {
  const choices = target.field.choices;
  const fits = values.length > 0 && values.every((value) => choices.includes(String(value)));
  if (fits) return yes();
  if (!TRANSLATABLE.has(source.type)) return no(`Xero takes only ${choices.join(", ")}.`);
  const table = Object.fromEntries(values.map((value) => [String(value), choices[0]]));
  return yes(`Through a table to ${choices.join(", ")}.`, [use("lookup", { table, must_exist: true })]);
}

function sameFamily(source, target, values) {
  if (source.type === "moment" && target.type === "date") return yes("The day, in the pair's time zone.", [inZone()]);
  if (source.type === "decimal" && target.type === "integer") return yes("Rounded to whole numbers.", [use("round", { decimals: 0 })]);
  return byValues(target, family(target), values);
}

// Types say little about text, and nothing about working values: the sample says more.
function byValues(target, into, values) {
  const filled = values.filter((value) => value !== null && value !== "").map(String);
  const odd = (pattern) => filled.find((value) => !pattern.test(value));
  const bad = { guid: GUID, email: EMAIL }[target.type] ?? (into === "number" ? NUMBER : into === "date" ? DATE : null);
  if (bad && odd(bad) !== undefined) return no(`“${short(odd(bad))}” is not ${whatIs(target, into)}.`);
  const most = target.field.max_length;
  const longest = Math.max(0, ...filled.map((value) => value.length));
  if (most && longest > most) return yes(`Shortened to ${most} characters.`, [use("truncate", { length: most })]);
  return yes();
}

const CONVERSIONS = {
  "number text": () => yes("Written as text."),
  "flag text": (source, target, values) => intoWords(values),
  "date text": () => yes("Written as a date.", [use("format_date", { pattern: "%d/%m/%Y" })]),
  "text number": (source, target, values) => throughValues(source, target, values, NUMBER, [use("number")], "a number"),
  "text date": (source, target, values) => throughValues(source, target, values, DATE, [inZone()], "a date like 2026-11-22"),
  "text flag": () => yes("“yes”, “true”, “y” and “1” mean yes.", [use("flag")]),
  "number flag": () => yes("1 means yes.", [use("flag")]),
};

function intoWords() {
  return yes("Through a table from yes and no.", [use("lookup", { table: { true: "Yes", false: "No" } })]);
}

function throughValues(source, target, values, pattern, transforms, what) {
  if (source.type in PLAIN) return no(`${target.label} takes ${what}, this is ${PLAIN[source.type]}.`);
  const filled = values.filter((value) => value !== null && value !== "").map(String);
  const bad = filled.find((value) => !pattern.test(value));
  return bad === undefined ? yes(`Read as ${what}.`, transforms) : no(`“${short(bad)}” is not ${what}.`);
}

function mismatch(source, target) {
  return no(`${target.label} takes ${NAMES[family(target)] ?? target.type}, this is ${NAMES[family(source)] ?? source.type}.`);
}

function inZone() {
  return use("date", { zone: { from: "context:pair.zone" } });
}

function whatIs(target, into) {
  return { guid: "an id of Xero", email: "an e-mail address" }[target.type] ?? NAMES[into];
}

function short(text) {
  return text.length > 24 ? `${text.slice(0, 24)}…` : text;
}
