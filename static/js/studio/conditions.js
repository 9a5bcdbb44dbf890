// The builder of a condition: groups of comparisons inside groups, its text form beside it, and whether the sample meets it.
// The language itself is the server's: it turns trees into texts and back, and says what is not finished yet.
import { announce } from "./announce.js";
import { at, found, grown, kindOf, part, replaced, without } from "./condition_parts.js";
import { comparisonRow } from "./comparison.js";
import { h, icon, plural } from "./dom.js";

const ASK_AFTER = 180;
const EMPTY = { all: [] };
const NOTHING = { field: "", operator: "", value: null };
const GROUPS = { all: "All of these are true", any: "Any of these is true", none: "None of these is true" };

export class ConditionBuilder {
  #asking = null;
  #timer = 0;
  #marks = [];

  // ask() gives what the server needs to know besides the condition; fields() the options; change(text) saves.
  constructor({ api, label, isEditable, ask, fields, change, always = "Always.", noun = "this record", isTextOpen = false }) {
    Object.assign(this, { api, label, isEditable, ask, fields, change, always, noun });
    this.text = null;
    this.isWaiting = false;
    this.sample = undefined;
    this.tree = EMPTY;
    this.answer = {};
    this.operators = {};
    this.body = h("div", { class: "builder__tree" });
    this.verdict = h("p", { class: "verdict", role: "status" });
    this.area = h("textarea", { class: "mono builder__area", rows: "2", spellcheck: "false", "aria-label": `${label}, as text`, "data-key": `${label}-text` });
    this.area.disabled = !isEditable;
    this.area.addEventListener("input", () => this.#write({ text: this.area.value }));
    this.fault = h("p", { class: "field__error", hidden: true, id: `fault-${label.replace(/\W+/g, "-")}` });
    this.area.setAttribute("aria-describedby", this.fault.id);
    const textForm = h("details", { class: "builder__text", open: isTextOpen }, h("summary", {}, "As text"), this.area, this.fault);
    this.element = h("div", { class: "builder", role: "group", "aria-label": label }, h("div", { class: "builder__inner" }, h("div", { class: "builder__side" }, this.body, this.verdict), textForm));
  }

  // What is stored, and the record to judge; drawn only where it is not what was built here.
  set(text, sample) {
    const isNewText = text !== this.text;
    const isNewSample = JSON.stringify(sample ?? null) !== this.sample;
    if (!isNewText && !isNewSample) return;
    this.sample = JSON.stringify(sample ?? null);
    if (!isNewText) return this.#ask(this.isWaiting ? { text } : { tree: this.tree });
    this.text = text;
    this.isWaiting = true;
    if (document.activeElement !== this.area) this.area.value = text;
    this.#ask({ text });
  }

  // Something was built: shown at once, saved as soon as it says something.
  edit(tree, { draws = true } = {}) {
    this.isWaiting = false;
    this.tree = Array.isArray(tree.all ?? tree.any ?? tree.none) ? tree : { all: [tree] };
    if (draws) this.draw();
    this.#write({ tree: this.tree });
  }

  #write(question) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(question, { saves: true }), ASK_AFTER);
  }

  // The newest question wins.
  async #ask(question, { saves = false } = {}) {
    this.#asking?.abort();
    const asked = (this.#asking = new AbortController());
    try {
      const answer = await this.api.condition({ ...this.ask(), ...question }, asked.signal);
      if (asked === this.#asking) this.#learn(answer, question, saves);
    } catch (error) {
      if (error.name !== "AbortError" && asked === this.#asking) this.#fail(error.message);
    }
  }

  #learn(answer, question, saves) {
    this.isWaiting = false;
    this.answer = answer;
    this.operators = answer.operators;
    const isText = question.text !== undefined;
    if (isText) this.tree = answer.tree ?? { all: [{ text: question.text }] };
    if (isText || !this.body.firstChild) this.draw();
    this.#fail(isText ? answer.error ?? "" : this.#general(answer));
    this.#mark();
    if (!isText && answer.error === null && document.activeElement !== this.area) this.area.value = answer.text;
    if (saves && answer.error === null && answer.text !== this.text) {
      this.text = answer.text;
      this.change(answer.text);
    }
  }

  // A fault of the whole; one of a part is shown at the part.
  #general(answer) {
    return answer.problems?.find((problem) => problem.at === "" || problem.at === undefined)?.message ?? "";
  }

  #fail(message) {
    this.fault.hidden = !message;
    this.fault.replaceChildren(message ? icon("circle-alert") : "", message);
    this.area.setAttribute("aria-invalid", String(Boolean(message)));
    if (message) this.fault.closest("details").open = true;
  }

  draw() {
    const key = this.body.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.#marks = [];
    this.body.replaceChildren(this.#group(this.tree, ""));
    if (key) this.body.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
    this.#mark();
  }

  keep(mark) {
    this.#marks.push(mark);
  }

  #mark() {
    const faults = new Map((this.answer.problems ?? []).map(({ at: place, message }) => [place, message]));
    for (const mark of this.#marks) mark(this.answer.verdict, faults);
    const { holds, elements } = this.answer;
    const hasCondition = this.tree && part(this.tree).members.length > 0;
    this.verdict.hidden = !hasCondition || (holds === null && !elements) || holds === undefined;
    this.verdict.className = `verdict verdict--${holds ? "met" : "unmet"}`;
    this.verdict.replaceChildren(icon(holds ? "circle-check" : "circle-x"), this.#words(holds, elements));
  }

  #words(holds, elements) {
    if (elements) return `Met by ${elements.met} of ${plural(elements.of, "element")} of ${this.noun}.`;
    return holds ? `Met by ${this.noun}.` : `Not met by ${this.noun}.`;
  }

  #group(node, place) {
    const { kind, members } = part(node);
    const isTop = place === "";
    const list = h("ul", { class: "group__members" }, members.map((member, index) => this.#member(member, at(place, index))));
    if (isTop && !members.length) return h("div", { class: "group group--empty" }, h("p", { class: "part__empty" }, this.always), this.#adders(place));
    return h("div", { class: `group group--${kind}${isTop ? " group--top" : ""}`, role: "group", "aria-label": GROUPS[kind] },
      h("div", { class: "group__head" }, (members.length > 1 || kind === "none" || !isTop) && this.#kind(kind, place), !isTop && this.#remove(place, "Remove the group")),
      list, this.#adders(place));
  }

  #kind(kind, place) {
    const select = h("select", { class: "group__kind", "aria-label": "How the parts go together", "data-key": `kind-${place}` }, Object.entries(GROUPS).map(([value, words]) => h("option", { value }, words)));
    select.value = kind;
    select.disabled = !this.isEditable;
    select.addEventListener("change", () => this.edit(replaced(this.tree, place, (node) => ({ [select.value]: part(node).members }))));
    return select;
  }

  #member(member, place) {
    if (member.all || member.any || member.none) return h("li", {}, this.#group(member, place));
    return member.text === undefined ? comparisonRow(this, member, place) : this.#kept(member, place);
  }

  #kept(member, place) {
    const input = h("input", { type: "text", class: "mono", spellcheck: "false", "aria-label": "Condition as text", "data-key": `text-${place}` });
    input.value = member.text;
    input.disabled = !this.isEditable;
    input.addEventListener("input", () => this.edit(replaced(this.tree, place, () => ({ text: input.value })), { draws: false }));
    return h("li", { class: "comparison comparison--kept" }, h("small", { class: "quiet" }, "This condition is kept as text."), input, this.isEditable && this.#remove(place, "Remove this condition"));
  }

  #adders(place) {
    if (!this.isEditable) return null;
    const add = (node, words, key) => {
      const count = part(found(this.tree, place)).members.length;
      this.edit(grown(this.tree, place, node));
      this.body.querySelector(`[data-key="${key}-${at(place, count)}"]`)?.focus();
      announce(words);
    };
    const plus = (label, key, onclick) => h("button", { type: "button", class: "button button--small button--quiet", "data-key": `${key}-${place}`, onclick }, icon("plus"), label);
    return h("div", { class: "group__foot" },
      plus("Condition", "add", () => add({ ...NOTHING }, "Condition added.", "field")),
      plus("Group", "add-group", () => add({ any: [{ ...NOTHING }] }, "Group added.", "kind")));
  }

  #remove(place, label) {
    if (!this.isEditable) return null;
    return h("button", { type: "button", class: "icon-button icon-button--small", "aria-label": label, title: label, "data-key": `remove-${place}`, onclick: () => this.drop(place) }, icon("x"));
  }

  drop(place) {
    this.edit(without(this.tree, place));
    this.body.querySelector("button[data-key^=add]")?.focus();
    announce("Removed.");
  }

  removal(place) {
    return this.#remove(place, "Remove this condition");
  }

  operatorsFor(type) {
    return this.operators[kindOf(type)] ?? [];
  }
}
