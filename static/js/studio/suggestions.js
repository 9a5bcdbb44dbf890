// What the server would link. It is only offered for fields nobody has linked, and nothing happens without a person.
import { announce } from "./announce.js";
import { h, plural } from "./dom.js";
import { linkChanges } from "./linking.js";

export class Suggestions extends EventTarget {
  #offers = [];
  #unsent = { accepted: [], rejected: [] };
  #asked = 0;

  constructor(store) {
    super();
    this.store = store;
    store.suggestions = this;
  }

  async load() {
    if (!this.store.isEditable) return;
    const asked = ++this.#asked;
    const { api, mapping, sample } = this.store;
    const { suggestions } = await api.suggestions(mapping, sample);
    if (asked !== this.#asked) return;
    this.#offers = suggestions;
    this.dispatchEvent(new Event("change"));
  }

  // The best offer for each target that is free and may take it.
  open(model) {
    const seen = new Set();
    return this.#offers.filter((item) => {
      if (seen.has(item.target) || model.byTarget.has(item.target)) return false;
      const [source, target] = [model.node("source", item.source), model.node("target", item.target)];
      if (!source || !target || !model.fit(source, target).fits) return false;
      seen.add(item.target);
      return true;
    });
  }

  watch(model) {
    this.model = model;
  }

  get sure() {
    return [...this.model.suggestions.values()].filter((item) => item.band === "accept" && !item.by_click_only);
  }

  accept(target) {
    const item = this.model.suggestions.get(target);
    if (!item) return false;
    const { id, label, changes } = this.#linked(item);
    this.store.change(label, changes);
    this.store.select(id);
    announce(`Accepted: ${label}.`);
    this.#tell([item], []);
    return true;
  }

  acceptAll() {
    const items = this.sure;
    if (!items.length) return;
    this.store.change(`Accept ${plural(items.length, "suggestion")}`, items.flatMap((item) => this.#linked(item).changes));
    announce(`${plural(items.length, "suggestion")} accepted.`);
    this.#tell(items, []);
  }

  reject(target) {
    const item = this.model.suggestions.get(target);
    if (!item) return;
    this.#offers = this.#offers.filter((offer) => offer !== item);
    announce(`Suggestion for ${this.model.node("target", target).label} rejected. It will not be offered again.`);
    this.dispatchEvent(new Event("change"));
    this.#tell([], [item]);
  }

  #linked(item) {
    const [source, target] = [this.model.node("source", item.source), this.model.node("target", item.target)];
    const fitted = this.model.fit(source, target);
    const transforms = item.transforms?.length ? item.transforms : fitted.transforms;
    return linkChanges(this.store, source, target, { ...fitted, transforms, sources: item.sources?.length ? item.sources : undefined });
  }

  // What was decided is sent again with the next decision if the server was away.
  async #tell(accepted, rejected) {
    const pairs = (items) => items.map(({ target, source }) => ({ target, source }));
    this.#unsent.accepted.push(...pairs(accepted));
    this.#unsent.rejected.push(...pairs(rejected));
    const sent = this.#unsent;
    this.#unsent = { accepted: [], rejected: [] };
    try {
      await this.store.api.feedback(this.store.mapping, sent.accepted, sent.rejected);
    } catch (error) {
      if (!error.isTransient) throw error;
      this.#unsent.accepted.unshift(...sent.accepted);
      this.#unsent.rejected.unshift(...sent.rejected);
    }
  }
}

// The card that says why, beside the chip that is pointed at.
export class SuggestionCard {
  #timer = 0;

  constructor(element, canvas, suggestions) {
    Object.assign(this, { element, canvas, suggestions });
    canvas.addEventListener("pointerover", (event) => this.#onOver(event.target));
    element.addEventListener("pointerenter", () => clearTimeout(this.#timer));
    element.addEventListener("pointerleave", () => this.#hideSoon());
  }

  #onOver(target) {
    const chip = target.closest("[data-suggestion]");
    if (chip) this.show(chip.dataset.suggestion, chip);
    else if (!this.element.contains(target)) this.#hideSoon();
  }

  show(target, chip) {
    const item = this.suggestions.model.suggestions.get(target);
    if (!item) return;
    clearTimeout(this.#timer);
    this.element.replaceChildren(...this.#content(item));
    this.element.hidden = false;
    this.#place(chip);
  }

  #content(item) {
    const { model } = this.suggestions;
    const label = (side, path) => model.node(side, path)?.label ?? path;
    const act = (name, words, kind) => h("button", { type: "button", class: `button button--small ${kind}`, onclick: () => { this.hide(); this.suggestions[name](item.target); } }, words);
    return [
      h("p", { class: "card-pop__head" }, h("b", {}, `${(item.sources ?? [item.source]).map((path) => label("source", path)).join(" and ")} → ${label("target", item.target)}`), h("span", { class: "card-pop__sure" }, `${Math.round(item.confidence * 100)} %`)),
      h("ul", {}, item.reasons.map((reason) => h("li", {}, reason))),
      item.by_click_only && h("p", { class: "quiet" }, "Money and codes are only ever accepted one by one."),
      h("div", { class: "button-row" }, act("accept", "Accept", "button--main"), act("reject", "Reject", "")),
    ].filter(Boolean);
  }

  #place(chip) {
    const frame = this.canvas.getBoundingClientRect();
    const box = chip.getBoundingClientRect();
    const below = box.bottom - frame.top + 6;
    const isLow = below + this.element.offsetHeight > frame.height;
    const top = isLow ? box.top - frame.top - this.element.offsetHeight - 6 : below;
    const left = Math.min(box.left - frame.left, frame.width - this.element.offsetWidth - 8);
    this.element.style.transform = `translate(${Math.max(8, left)}px, ${Math.max(4, top)}px)`;
  }

  #hideSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hide(), 180);
  }

  hide() {
    this.element.hidden = true;
  }
}
