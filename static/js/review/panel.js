// The right column: what the line in hand may be. The next lines are fetched ahead and shown at once; what was fetched before
// the last decision is fetched again behind it, and drawn anew where it differs.
import { fetchText } from "./asking.js";

const KEPT = 40;
const WAIT = 90;

function sameItem(element, item) {
  const { match, settlement } = item.dataset;
  return element.querySelector(match ? `[data-item][data-match="${match}"]` : `[data-item][data-settlement="${settlement}"]`);
}

export class Panel {
  #known = new Map();
  #decisions = 0;
  #wanted;
  #shown;
  #timer = 0;

  constructor(root, { onShown }) {
    this.root = root;
    this.element = root.querySelector("[data-panel]");
    this.onShown = onShown;
    this.#wanted = this.element.querySelector("[data-of-line]")?.dataset.ofLine ?? null;
    this.#shown = this.element.innerHTML;
    if (this.#wanted) this.#keep(this.#wanted, Promise.resolve(this.#shown));
  }

  get line() {
    return this.#wanted;
  }

  get items() {
    return [...this.element.querySelectorAll("[data-item]")];
  }

  get focused() {
    return document.activeElement?.closest("[data-item]");
  }

  async show(line) {
    if (this.#wanted === line) return;
    this.#wanted = line;
    this.element.setAttribute("aria-busy", "true");
    const isFresh = this.#known.get(line)?.decisions === this.#decisions;
    await this.#put(line);
    if (!isFresh) await this.again();
  }

  // The line in hand as it stands now.
  async again() {
    const line = this.#wanted;
    if (!line || this.#known.get(line)?.decisions === this.#decisions) return;
    this.#known.delete(line);
    await this.#put(line);
  }

  // Something was decided: what is known of other lines may have changed.
  outdate() {
    this.#decisions += 1;
  }

  async #put(line) {
    try {
      const html = await this.#of(line);
      if (this.#wanted === line) this.#draw(html);
    } catch (error) {
      this.#known.delete(line);
      if (this.#wanted === line) this.#say(error.message);
    }
  }

  #draw(html) {
    this.element.removeAttribute("aria-busy");
    if (html === this.#shown) return;
    const isSame = this.element.querySelector("[data-of-line]")?.dataset.ofLine === this.#wanted;
    // Who is searching goes on searching; what is chosen is checked when it is decided.
    if (isSame && this.element.querySelector("[data-find-settlement]")?.value) return;
    const { focused } = this;
    const isPastOpen = isSame && this.element.querySelector("[data-history]")?.open;
    this.#shown = html;
    this.element.innerHTML = html;
    window.htmx.process(this.element);
    if (!isSame) this.element.scrollTop = 0;
    else if (focused) (sameItem(this.element, focused) ?? this.items[0])?.focus();
    if (isPastOpen) this.element.querySelector("[data-history]").open = true;
    this.onShown();
  }

  #of(line) {
    if (!this.#known.has(line)) this.#keep(line, fetchText(this.#url(line)));
    return this.#known.get(line).html;
  }

  #keep(line, html) {
    this.#known.set(line, { html, decisions: this.#decisions });
    if (this.#known.size > KEPT) this.#known.delete(this.#known.keys().next().value);
  }

  #url(line, search = "") {
    const url = this.root.dataset.lineUrl.replace("/0/", `/${line}/`);
    return search ? `${url}?eq=${encodeURIComponent(search)}` : url;
  }

  // Fetched once the hand rests, so that running through the list asks for little.
  ahead(lines) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => lines.forEach((line) => this.#of(line).catch(() => this.#known.delete(line))), WAIT);
  }

  async search(text) {
    const line = this.#wanted;
    const html = await fetchText(this.#url(line, text));
    if (this.#wanted !== line) return;
    const template = document.createElement("template");
    template.innerHTML = html;
    this.element.querySelector("[data-candidates]").replaceWith(template.content.querySelector("[data-candidates]"));
    this.onShown();
  }

  clear(text) {
    this.#wanted = null;
    this.#say(text);
  }

  #say(text) {
    const words = document.createElement("p");
    words.className = "card__text";
    words.textContent = text;
    this.#shown = "";
    this.element.removeAttribute("aria-busy");
    this.element.replaceChildren(words);
  }
}
