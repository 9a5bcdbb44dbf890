// The panel when no row is selected: the for-each of the mapping's lists, and its checks.
import { announce } from "./announce.js";
import { ConditionBuilder } from "./conditions.js";
import { h, icon, plural } from "./dom.js";
import { comparable, labelOf, readable } from "./options.js";
import { picker } from "./picker.js";
import { moved, sortable } from "./reorder.js";
import { handle, iconButton, kept, section } from "./row.js";

const EFFECTS = { stop: "stop the document", warn: "only warn" };

export function mappingParts(panel) {
  const { store } = panel;
  const [selected, target] = (store.selection ?? "").split(/:(.*)/s);
  if (selected === "collection") return [h("h2", { class: "panel__title", tabindex: "-1" }, "For each"), collection(panel, target)];
  const { note, kind } = store.document;
  return [
    h("header", { class: "panel__head" }, h("div", {}, h("h2", { class: "panel__title" }, store.document.name || kind || store.mapping), note && h("p", { class: "panel__note" }, note))),
    h("p", { class: "part__empty" }, "Select a link to see its steps, with the sample's values in and out of each."),
    collections(panel),
    checks(panel),
  ];
}

function put(panel, label, changes) {
  return panel.store.change(label, changes.map((change) => ({ mapping: panel.store.mapping, ...change })));
}

// One element of the target for each element of a source list.
function collections(panel) {
  const { store } = panel;
  const all = store.document.collections ?? [];
  const lists = store.state.target.fields.filter((field) => field.type === "list" && !field.read_only && !all.some((one) => one.target === field.path));
  const add = picker({
    label: "Make a list", placeholder: "Make another list…", key: "add-collection", isAdding: true,
    options: () => lists.map((field) => ({ value: field.path, title: field.label || field.path, detail: field.path })),
    pick: (target) => put(panel, `Make ${target} from a list`, [{ op: "put", item: "collection", id: target, value: { target, source: listOptions(store)[0].value } }]),
  });
  return section("For each", null,
    h("div", { class: "cards" }, all.map((item) => collection(panel, item.target))),
    !all.length && h("p", { class: "part__empty" }, "Nothing is repeated: one record makes one document without lists."),
    store.isEditable && lists.length > 0 && listOptions(store).length > 0 && add.element);
}

function listOptions(store) {
  const lists = readable(store).filter(({ type, value }) => (type === "list" || type === "any") && !value.includes("[]"));
  return lists.sort((a, b) => Number(b.type === "list") - Number(a.type === "list"));
}

function collection(panel, target) {
  const { store } = panel;
  const now = () => (store.document.collections ?? []).find((item) => item.target === target) ?? { target, source: "" };
  const write = (label, changed) => put(panel, label, [{ op: "put", item: "collection", id: target, value: { ...now(), ...changed } }]);
  const title = store.state.target.fields.find((field) => field.path === target)?.label || target;
  const from = picker({
    label: `${title} are made from`, placeholder: "Choose a list…", key: `collection-${target}`, value: now().source,
    options: () => listOptions(store),
    pick: (source) => write(`Make ${target} from ${labelOf(readable(store), source)}`, { source }),
  });
  from.input.disabled = !store.isEditable;
  panel.keep(() => from.set(now().source));
  const drop = () => {
    put(panel, `Stop making ${target}`, [{ op: "drop", item: "collection", id: target }]);
    announce(`${title} are no longer made from a list.`);
  };
  const builder = condition(panel, `Only for some ${title}`, "For every one.", () => now().source, (when) => write(`Condition of ${target}`, { when }));
  panel.keep(() => builder.set(now().when ?? "", store.sample));
  return h("div", { class: "mini" },
    h("div", { class: "mini__head" }, h("b", {}, title), store.isEditable && iconButton("x", `Do not make ${title} from a list`, drop, { "data-key": `collection-x-${target}` })),
    h("div", { class: "field field--small" }, h("span", { class: "field__label" }, "One for each of"), from.element),
    h("div", { class: "field field--small" }, h("span", { class: "field__label" }, "Which of them"), builder.element));
}

function condition(panel, label, always, each, change) {
  const { store } = panel;
  return new ConditionBuilder({
    api: store.api, label, always, isEditable: store.isEditable, change,
    ask: () => ({ mapping: store.mapping, each: each(), sample: store.sample ?? undefined }),
    fields: () => comparable(readable(store), each()),
  });
}

// A check that asks nothing yet is kept here, and saved once it does.
const NEW_CHECK = { must: "", otherwise: "", effect: "stop" };

function checksOf(panel) {
  const stored = panel.store.document.checks ?? [];
  return panel.newCheck ? [...stored, panel.newCheck] : stored;
}

function checks(panel) {
  const { store } = panel;
  const all = checksOf(panel);
  const list = h("ol", { class: "cards" }, all.map((_, index) => check(panel, index)));
  if (store.isEditable && !panel.newCheck) sortable(list, (from, to) => reorder(panel, all, from, to));
  const add = () => {
    panel.newCheck = { ...NEW_CHECK };
    panel.redraw();
    panel.element.querySelector(`[data-key="otherwise-${all.length}"]`)?.focus();
    announce("Check added.");
  };
  return section("Checks", all.length > 0 && h("small", { class: "quiet" }, plural(all.length, "check")),
    all.length ? list : h("p", { class: "part__empty" }, "Nothing is checked besides what Xero itself asks for."),
    store.isEditable && !panel.newCheck && h("button", { type: "button", class: "button button--small", "data-key": "add-check", onclick: add }, icon("plus"), "Add a check"));
}

// A check's id is its place: moving one writes every place anew.
function reorder(panel, all, from, to) {
  const changes = moved(all, from, to).map((value, index) => ({ op: "put", item: "check", id: String(index), value }));
  put(panel, "Reorder the checks", changes);
  panel.redraw();
}

function writeCheck(panel, index, label, value) {
  const isNew = index === (panel.store.document.checks ?? []).length;
  if (isNew && !(value.must && value.otherwise)) {
    panel.newCheck = value;
    return;
  }
  if (isNew) panel.newCheck = null;
  put(panel, isNew ? "Add a check" : label, [{ op: "put", item: "check", id: String(index), value }]);
}

function check(panel, index) {
  const { store } = panel;
  const now = () => checksOf(panel)[index] ?? NEW_CHECK;
  const write = (label, changed) => writeCheck(panel, index, label, { ...now(), ...changed });
  const builder = condition(panel, `Check ${index + 1} must be true`, "Nothing is asked yet.", () => "", (must) => write("Change a check", { must }));
  panel.keep(() => builder.set(now().must, store.sample));
  const words = h("input", { type: "text", maxlength: "300", "aria-label": `Otherwise say, check ${index + 1}`, placeholder: "What to tell people", "data-key": `otherwise-${index}` });
  kept(panel, words, () => now().otherwise, (otherwise) => write("Word a check", { otherwise }));
  const effect = h("select", { "aria-label": `Otherwise do, check ${index + 1}`, "data-key": `effect-${index}` }, Object.entries(EFFECTS).map(([value, name]) => h("option", { value }, name)));
  effect.disabled = !store.isEditable;
  effect.addEventListener("change", () => write("Change a check", { effect: effect.value }));
  panel.keep(() => { effect.value = now().effect ?? "stop"; });
  const drop = () => {
    if (index === (store.document.checks ?? []).length) panel.newCheck = null;
    else put(panel, "Remove a check", [{ op: "drop", item: "check", id: String(index) }]);
    panel.redraw();
    announce("Check removed.");
  };
  const many = !panel.newCheck && (store.document.checks ?? []).length > 1;
  return h("li", { class: "mini" },
    h("div", { class: "mini__head" }, store.isEditable && many && handle(`Reorder check ${index + 1}`, `check-${index}`), h("b", {}, "This must be true"), store.isEditable && iconButton("x", `Remove check ${index + 1}`, drop, { "data-key": `check-x-${index}` })),
    builder.element,
    h("div", { class: "field field--small" }, h("span", { class: "field__label" }, "Otherwise"), h("div", { class: "mini__pair" }, effect, words)));
}
