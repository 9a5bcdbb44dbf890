// The chain of transforms of a row: one step below the other, with what goes in and what comes out of each.
import { announce } from "./announce.js";
import { h, icon, plural } from "./dom.js";
import { labelOf, readable } from "./options.js";
import { parameterForm } from "./parameters.js";
import { patternOf } from "./paths.js";
import { picker } from "./picker.js";
import { moved, sortable } from "./reorder.js";
import { handle, iconButton, section } from "./row.js";
import { sentence } from "./sentences.js";
import { valueView } from "./shown.js";

const KIND = {
  text: "text", email: "text", url: "text", guid: "text", choice: "text", decimal: "number", integer: "number",
  date: "date", moment: "date", flag: "flag", list: "list",
};

export function transformsPart(panel) {
  const { row, store } = panel;
  const uses = row.transforms ?? [];
  const list = h("ol", { class: "chain" }, uses.map((use, index) => step(panel, use, index)));
  if (store.isEditable) sortable(list, (from, to) => panel.put("Reorder the steps", { transforms: moved(uses, from, to) }));
  const empty = !uses.length && h("p", { class: "part__empty" }, "No steps: the value goes through as it is.");
  return section("Steps", uses.length > 1 && h("small", { class: "quiet" }, plural(uses.length, "step")), uses.length ? list : empty, store.isEditable && adding(panel));
}

function step(panel, use, index) {
  const spec = panel.store.transform(use.name);
  const title = spec?.title ?? use.name;
  const open = h("button", { type: "button", class: "step__open", "aria-expanded": "false", "data-key": `step-${index}` }, h("b", {}, title), h("span", { class: "step__sentence" }));
  const form = h("div", { class: "step__form", hidden: true }, spec ? parameterForm(panel, spec, index) : h("p", { class: "field__error" }, `There is no transform “${use.name}”.`));
  const toggle = () => {
    form.hidden = !form.hidden;
    open.setAttribute("aria-expanded", String(!form.hidden));
    panel.opened = form.hidden ? null : `${panel.row.id}/${index}`;
  };
  open.addEventListener("click", toggle);
  const hasForm = !spec || spec.parameters.length > 0;
  open.disabled = !hasForm;
  if (hasForm && panel.opened === `${panel.row.id}/${index}`) toggle();
  panel.keep(() => {
    const now = panel.row?.transforms?.[index];
    if (now && spec) open.lastElementChild.textContent = sentence(spec, now.parameters, (path) => labelOf(readable(panel.store), path));
  });
  return h("li", { class: "step" },
    h("div", { class: "step__head" },
      panel.store.isEditable && (panel.row.transforms.length > 1 ? handle(`Reorder ${title}`, `step-${index}`) : null),
      open,
      panel.store.isEditable && iconButton("x", `Remove the step ${title}`, () => remove(panel, index, title), { "data-key": `step-x-${index}` })),
    form, live(panel, use, index));
}

function remove(panel, index, title) {
  panel.put(`Remove the step ${title}`, { transforms: panel.row.transforms.filter((_, other) => other !== index) });
  announce(`Removed ${title}.`);
}

// In and out of one step for the sample; where the chain stopped, the reason.
function live(panel, use, index) {
  const line = h("div", { class: "step__live" });
  panel.keep(() => {
    const { entry } = panel;
    const ran = entry?.steps?.[index];
    const stopped = entry?.error && index === (entry.steps?.length ?? 0);
    line.hidden = !ran && !stopped;
    if (stopped) return line.replaceChildren(h("p", { class: "field__error" }, icon("circle-alert"), h("span", {}, entry.error)));
    if (!ran || ran.transform !== use.name) return line.replaceChildren();
    line.replaceChildren(
      h("span", { class: "step__way" }, h("span", { class: "sr" }, "In: "), valueView(ran.before), icon("arrow-right"), h("span", { class: "sr" }, "Out: "), valueView(ran.after)),
      ran.remark ? h("p", { class: "step__remark" }, ran.remark) : "");
  });
  return line;
}

// What the chain gives so far, as far as the types tell.
function typeSoFar(panel) {
  const { row, store } = panel;
  const field = store.state.source?.fields.find((each) => each.path === patternOf(row.sources?.[0] ?? ""));
  let type = KIND[field?.type] ?? "any";
  for (const use of row.transforms ?? []) {
    const gives = store.transform(use.name)?.gives ?? "any";
    if (gives !== "same") type = gives;
  }
  return type;
}

function takes(spec, type, isMany) {
  if (spec.takes_many && !isMany) return false;
  return spec.takes === "any" || type === "any" || spec.takes === type || (spec.takes === "text" && type !== "lines" && type !== "list");
}

function written(value) {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "nothing");
}

function optionOf(spec, group) {
  const { before, after, parameters = {} } = spec.example ?? {};
  const with_ = Object.keys(parameters).length ? sentence(spec, parameters) : spec.title;
  const example = spec.example ? `${with_}: ${written(before)} → ${written(after)}` : "";
  return { value: spec.name, title: spec.title, detail: example.length > 150 ? `${example.slice(0, 150)}…` : example, hint: spec.gives === "same" ? "" : `gives ${spec.gives}`, group };
}

function transformOptions(panel) {
  const type = typeSoFar(panel);
  const isFirst = !panel.row.transforms?.length;
  const isMany = isFirst && (panel.row.sources?.length ?? 0) > 1;
  const all = panel.store.state.transforms;
  const fitting = all.filter((spec) => takes(spec, type, isMany));
  if (isMany) fitting.sort((a, b) => Number(b.takes_many) - Number(a.takes_many));
  const others = all.filter((spec) => !fitting.includes(spec));
  return [...fitting.map((spec) => optionOf(spec, "These fit")), ...others.map((spec) => optionOf(spec, "Made for other values"))];
}

function adding(panel) {
  return picker({
    label: "Add a step", placeholder: "Add a step: shorten, look up, round…", key: "add-step", isAdding: true,
    options: () => transformOptions(panel),
    pick: (name) => add(panel, name),
  }).element;
}

function add(panel, name) {
  const spec = panel.store.transform(name);
  const uses = panel.row.transforms ?? [];
  panel.opened = spec.parameters.length ? `${panel.row.id}/${uses.length}` : null;
  panel.put(`Add the step ${spec.title}`, { transforms: [...uses, { name }] });
  announce(`Added the step ${spec.title}.`);
  const controls = panel.element.querySelectorAll(".chain > li");
  const last = controls[controls.length - 1];
  last?.querySelector(".step__form:not([hidden]) :is(input, select, textarea)")?.focus();
}
