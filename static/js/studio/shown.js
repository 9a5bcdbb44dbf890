// Values of the sample as people read them: short ones in full, lists and groups folded.
import { h, plural } from "./dom.js";

export function isNothing(value) {
  return value === null || value === undefined || value === "";
}

function words(value) {
  if (value === true) return "yes";
  if (value === false) return "no";
  return String(value);
}

export function valueView(value) {
  if (isNothing(value)) return h("span", { class: "value value--none" }, "nothing");
  if (typeof value !== "object") return h("span", { class: "value mono", title: words(value) }, words(value));
  const title = Array.isArray(value) ? plural(value.length, "item") : plural(Object.keys(value).length, "field");
  return h("details", { class: "value" }, h("summary", {}, title), h("pre", { class: "value__more", tabindex: "0" }, JSON.stringify(value, null, 1)));
}

export function valueText(value) {
  if (isNothing(value)) return "nothing";
  if (Array.isArray(value)) return plural(value.length, "item");
  return typeof value === "object" ? plural(Object.keys(value).length, "field") : words(value);
}
