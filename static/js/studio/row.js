// The panel of a row: target, sources, steps, what comes out, when it counts, and a note.
import { announce } from "./announce.js";
import { ConditionBuilder } from "./conditions.js";
import { h, icon } from "./dom.js";
import { comparable, labelOf, readable } from "./options.js";
import { listOf, namespaceOf, patternOf } from "./paths.js";
import { picker } from "./picker.js";
import { moved, sortable } from "./reorder.js";
import { valueView } from "./shown.js";
import { transformsPart } from "./transforms.js";

export function section(title, count, ...children) {
  const id = `part-${title.toLowerCase().replace(/\W+/g, "-")}`;
  return h("section", { class: "part", "aria-labelledby": id },
    h("h3", { class: "part__title", id }, title, count), ...children);
}

export function iconButton(name, label, onclick, properties = {}) {
  return h("button", { type: "button", class: "icon-button icon-button--small", "aria-label": label, title: label, onclick, ...properties }, icon(name));
}

// A field that saves what is typed; what comes from elsewhere is shown unless somebody types just here.
export function kept(panel, control, read, write) {
  control.disabled = !panel.store.isEditable;
  control.addEventListener("input", () => write(control.value));
  panel.keep(() => {
    if (document.activeElement !== control && control.value !== read()) control.value = read();
  });
  return control;
}

export function rowParts(panel) {
  return [head(panel), problems(panel), sources(panel), transformsPart(panel), result(panel), when(panel), note(panel)];
}

function targetField(panel) {
  const path = patternOf(panel.row.target);
  return panel.store.state.target.fields.find((field) => field.path === path) ?? null;
}

function rules(field) {
  if (!field) return [];
  const most = field.max_length ? `at most ${field.max_length} characters` : "";
  const decimals = Number.isInteger(field.decimals) ? `${field.decimals} decimals` : "";
  const choices = field.choices?.length ? `one of ${field.choices.slice(0, 6).join(", ")}${field.choices.length > 6 ? ", …" : ""}` : "";
  return [field.type, field.required && "required", most, decimals, choices].filter(Boolean);
}

function head(panel) {
  const { row, store } = panel;
  const field = targetField(panel);
  const drop = () => {
    store.dropRows(`Unlink ${field?.label || row.target}`, [row.id]);
    announce(`Unlinked ${field?.label || row.target}. Undo brings it back.`);
  };
  return h("header", { class: "panel__head" },
    h("div", {},
      h("h2", { class: "panel__title", tabindex: "-1" }, field?.label || row.target),
      h("p", { class: "panel__path mono" }, row.target),
      h("p", { class: "panel__rules" }, rules(field).join(" · "))),
    h("div", { class: "panel__tools" },
      store.isEditable && iconButton("unlink", `Unlink ${row.target}`, drop, { "data-key": "unlink" }),
      iconButton("x", "Close this row", () => store.select(null), { "data-key": "close" })));
}

function problems(panel) {
  const list = h("ul", { class: "panel__problems", "aria-label": "Problems of this row" });
  panel.keep(() => {
    list.hidden = panel.problems.length === 0;
    list.replaceChildren(...panel.problems.map(({ message, severity }) =>
      h("li", { class: `fault fault--${severity}` }, icon(severity === "warning" ? "triangle-alert" : "circle-alert"), h("span", {}, message))));
  });
  return list;
}

function sources(panel) {
  const { row, store } = panel;
  const options = () => readable(store);
  const put = (label, paths) => panel.put(label, { sources: paths });
  const paths = row.sources ?? [];
  const list = h("ol", { class: "sources" }, paths.map((path, index) => source(panel, path, index, options)));
  if (store.isEditable) sortable(list, (from, to) => put("Reorder the sources", moved(paths, from, to)));
  const add = picker({
    label: "Add a source field", placeholder: paths.length ? "Add another field…" : "Choose a field…", key: "add-source", isAdding: true,
    options: () => fitting(panel, options()).filter(({ value }) => !paths.includes(value)),
    pick: (path) => { announce(`Added ${path}.`); put("Add a source", [...paths, path]); },
  });
  const empty = !paths.length && h("p", { class: "part__empty" }, "No field: the first step gives the value.");
  return section("From", null, paths.length ? list : empty, store.isEditable && add.element);
}

// A row outside lists reads single fields and whole lists; inside one also the elements of its own list.
function fitting(panel, options) {
  const inside = namespaceOf(panel.row.target) === "" && panel.row.target.includes("[]");
  if (!inside) return options;
  const near = options.filter(({ value }) => listOf(value) === panel.each && panel.each);
  const rest = options.filter(({ value }) => !listOf(value));
  return [...near.map((one) => ({ ...one, group: "The element at hand" })), ...rest];
}

function source(panel, path, index, options) {
  const { row, store } = panel;
  const title = labelOf(options(), path);
  const value = h("span", { class: "sources__value" });
  panel.keep(() => {
    const found = panel.entry?.sources?.[index];
    value.replaceChildren(found ? valueView(found[1]) : "");
  });
  const remove = () => panel.put("Remove a source", { sources: row.sources.filter((_, other) => other !== index) });
  return h("li", { class: "sources__item" },
    store.isEditable && row.sources.length > 1 && handle(`Reorder ${title}`, `source-${index}`),
    row.sources.length > 1 && h("span", { class: "sources__number", "aria-hidden": "true" }, String(index + 1)),
    h("span", { class: "sources__words" }, h("b", {}, title), title !== path && h("small", { class: "mono" }, path)),
    value,
    store.isEditable && iconButton("x", `Remove ${title}`, remove, { "data-key": `source-x-${index}` }));
}

export function handle(label, key) {
  return h("button", { type: "button", class: "handle", "data-handle": true, "data-key": `handle-${key}`, "aria-label": `${label}: arrow keys move it`, title: "Drag, or press the arrow keys" }, icon("grip-vertical"));
}

// Which element of the list the values are from.
function stepper(panel) {
  const words = h("span", { class: "stepper__words" });
  const go = (step) => {
    panel.place = (panel.place + step + panel.entries.length) % panel.entries.length;
    panel.show();
    announce(words.textContent);
  };
  const element = h("span", { class: "stepper" }, iconButton("chevron-left", "Element before", () => go(-1)), words, iconButton("chevron-right", "Next element", () => go(1)));
  panel.keep(() => {
    element.hidden = panel.entries.length < 2;
    words.textContent = `${Math.min(panel.place, panel.entries.length - 1) + 1} of ${panel.entries.length}`;
  });
  return element;
}

function result(panel) {
  const box = h("div", { class: "outcome" });
  panel.keep(() => {
    const { entry, store } = panel;
    box.classList.toggle("outcome--bad", Boolean(entry?.error || (!entry && store.evaluationError)));
    if (!entry && store.evaluationError) return box.replaceChildren(icon("circle-alert"), h("span", {}, store.evaluationError));
    if (entry?.error) box.replaceChildren(icon("circle-alert"), h("span", {}, entry.error));
    else if (entry) box.replaceChildren(h("span", { class: "outcome__label" }, "Becomes"), valueView(entry.value));
    else box.replaceChildren(h("span", { class: "part__empty" }, store.sample ? "Left out for this sample." : "Choose a sample to see the value."));
  });
  return section("Result", stepper(panel), box);
}

function when(panel) {
  const { row, store } = panel;
  const builder = new ConditionBuilder({
    api: store.api, label: "Only when", isEditable: store.isEditable, always: "Always.",
    ask: () => ({ mapping: store.mapping, each: panel.each, sample: store.sample ?? undefined }),
    fields: () => comparable(readable(store), panel.each),
    change: (text) => panel.put(`Condition of ${row.target}`, { when: text }),
  });
  panel.keep(() => builder.set(panel.row?.when ?? "", store.sample));
  return section("Only when", null, builder.element);
}

function note(panel) {
  const area = h("textarea", { rows: "2", maxlength: "500", "aria-label": "Note", placeholder: "Why it is mapped like this", "data-key": "note" });
  kept(panel, area, () => panel.row?.note ?? "", (text) => panel.put("Write a note", { note: text }));
  return section("Note", null, area);
}
