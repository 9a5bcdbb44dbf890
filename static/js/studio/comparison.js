// One comparison of a condition: field, operator, value, and what the sample has there.
import { replaced, kindOf, verdictAt } from "./condition_parts.js";
import { h, icon } from "./dom.js";
import { picker } from "./picker.js";
import { valueText } from "./shown.js";
import { tokens } from "./tokens.js";

const VALUE_TYPE = { number: "number", date: "date", flag: "flag" };
const ONLY_TEXT = ["contains", "not_contains", "starts_with", "ends_with", "matches", "not_matches"];

// What a value of that comparison is, unless it is another field.
function valueType(kind, operator) {
  if (kind === "any") return ["more", "at_least", "less", "at_most"].includes(operator) ? "number" : "text";
  return ONLY_TEXT.includes(operator) ? "text" : VALUE_TYPE[kind] ?? "text";
}

export function comparisonRow(builder, member, place) {
  const fields = builder.fields();
  const field = fields.find((one) => one.value === member.field);
  const kind = kindOf(field?.type);
  const known = builder.operatorsFor(field?.type);
  const operator = known.find((one) => one.name === member.operator);
  const put = (changed, settings) => builder.edit(replaced(builder.tree, place, (now) => ({ ...now, ...changed })), settings);
  return h("li", { class: "comparison" },
    h("div", { class: "comparison__line" },
      fieldPicker(builder, member, place, fields, put),
      member.field && operatorSelect(builder, member, place, known, kind, put),
      operator?.values > 0 && valueControl({ builder, member, place, field, kind, operator, put }),
      builder.removal(place)),
    remark(builder, place));
}

function fieldPicker(builder, member, place, fields, put) {
  const choice = picker({
    label: "Field", placeholder: "Choose a field…", key: `field-${place}`, value: member.field, options: () => fields,
    pick: (path) => {
      const kind = kindOf(fields.find((one) => one.value === path)?.type);
      const isKept = builder.operatorsFor(fields.find((one) => one.value === path)?.type).some((one) => one.name === member.operator);
      const operator = isKept ? member.operator : builder.operatorsFor(fields.find((one) => one.value === path)?.type)[0]?.name;
      put({ field: path, operator, type: valueType(kind, operator), value: isKept && kindOf(fields.find((one) => one.value === member.field)?.type) === kind ? member.value : null });
      builder.body.querySelector(`[data-key="operator-${place}"]`)?.focus();
    },
  });
  choice.input.disabled = !builder.isEditable;
  choice.element.classList.add("comparison__field");
  return choice.element;
}

function operatorSelect(builder, member, place, known, kind, put) {
  const select = h("select", { class: "comparison__operator", "aria-label": "How to compare", "data-key": `operator-${place}` }, known.map(({ name, label }) => h("option", { value: name }, label)));
  select.value = member.operator;
  select.disabled = !builder.isEditable;
  select.addEventListener("change", () => {
    const { values } = known.find((one) => one.name === select.value);
    const isList = Array.isArray(member.value);
    const value = values === 2 ? [member.value].flat().filter(Boolean) : isList ? member.value[0] ?? null : member.value ?? null;
    put({ operator: select.value, type: member.type === "field" && values === 1 ? "field" : valueType(kind, select.value), value });
  });
  return select;
}

function valueControl({ builder, member, place, field, kind, operator, put }) {
  const key = `value-${place}`;
  const change = (value) => put({ value }, { draws: false });
  let control;
  if (operator.values === 2) control = tokens({ label: "Values", key, values: [member.value].flat().filter(Boolean), choices: field?.choices ?? [], isEditable: builder.isEditable, change });
  else if (member.type === "field") control = otherField(builder, member, key, put);
  else control = literal(builder, member, key, field, kind, change);
  const mayBeField = operator.values === 1 && !ONLY_TEXT.includes(operator.name) && kind !== "flag";
  return h("div", { class: "comparison__value" }, control, mayBeField && builder.isEditable && againstField(member, place, kind, put));
}

function otherField(builder, member, key, put) {
  const choice = picker({ label: "Compared with the field", placeholder: "Choose a field…", key, value: member.value, options: () => builder.fields(), pick: (value) => put({ value }) });
  choice.input.disabled = !builder.isEditable;
  return choice.element;
}

function againstField(member, place, kind, put) {
  const isField = member.type === "field";
  const label = isField ? "Compare with a fixed value" : "Compare with another field";
  const onclick = () => put({ type: isField ? valueType(kind, member.operator) : "field", value: null });
  return h("button", { type: "button", class: "icon-button icon-button--small", "aria-pressed": String(isField), "aria-label": label, title: label, "data-key": `from-${place}`, onclick }, icon("link"));
}

function literal(builder, member, key, field, kind, change) {
  const properties = { "aria-label": "Value", "data-key": key };
  let control;
  if (kind === "flag") control = select(properties, [["", "Choose…"], ["true", "yes"], ["false", "no"]]);
  else if (field?.choices?.length && (!member.value || field.choices.includes(member.value))) control = select(properties, [["", "Choose…"], ...field.choices.map((one) => [one, one])]);
  else control = h("input", { ...properties, type: kind === "date" && isDay(member.value) ? "date" : "text", inputmode: kind === "number" ? "decimal" : undefined, spellcheck: "false", placeholder: kind === "number" ? "0.00" : undefined });
  control.value = member.value ?? "";
  control.disabled = !builder.isEditable;
  control.addEventListener("input", () => change(control.value));
  return control;
}

function isDay(value) {
  return !value || /^\d{4}-\d\d-\d\d$/.test(value);
}

function select(properties, options) {
  return h("select", properties, options.map(([value, words]) => h("option", { value }, words)));
}

// Under the comparison: what is not finished, or what the sample has and whether that is enough.
function remark(builder, place) {
  const line = h("p", { class: "comparison__remark", id: `remark-${place}` });
  builder.keep((whole, faults) => {
    const fault = faults.get(place);
    const verdict = verdictAt(whole, place);
    line.hidden = !fault && !verdict;
    line.className = `comparison__remark comparison__remark--${fault || verdict?.error ? "bad" : verdict?.holds ? "met" : "unmet"}`;
    if (fault || verdict?.error) line.replaceChildren(icon("circle-alert"), fault || verdict.error);
    else if (verdict) line.replaceChildren(icon(verdict.holds ? "check" : "x"), h("span", { class: "sr" }, verdict.holds ? "True: " : "Not true: "), `here: ${valueText(verdict.found)}`);
  });
  return line;
}
