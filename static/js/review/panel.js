// The right column: what the line in hand may be. The next lines' answers are fetched ahead.
import { fetchText } from "./asking.js";

const KEPT = 40;
const WAIT = 90;

export class Panel {
  #known = new Map();
  #wanted = null;
  #timer = 0;

  constructor(root, { onShown }) {
    this.root = root;
    this.element = root.querySelector("[data-panel]");
    this.onShown = onShown;
    if (this.line) this.#known.set(this.line, Promise.resolve(this.element.innerHTML));
  }

  get line() {
    return this.element.querySelector("[data-of-line]")?.dataset.ofLine ?? null;
  }

  get items() {
    return [...this.element.querySelectorAll("[data-item]")];
  }

  get focused() {
    return document.activeElement?.closest("[data-item]");
  }

  async show(line) {
    this.#wanted = line;
    if (this.line === line) return;
    this.element.setAttribute("aria-busy", "true");
    try {
      const html = await this.#of(line);
      if (this.#wanted === line) this.#draw(html);
    } catch (error) {
      this.#known.delete(line);
      if (this.#wanted === line) this.element.replaceChildren(this.#words(error.message));
    }
  }

  #words(text) {
    const words = document.createElement("p");
    words.className = "card__text";
    words.textContent = text;
    return words;
  }

  #draw(html) {
    this.element.innerHTML = html;
    this.element.removeAttribute("aria-busy");
    this.element.scrollTop = 0;
    this.onShown();
  }

  #of(line) {
    if (!this.#known.has(line)) {
      this.#known.set(line, fetchText(this.#url(line)));
      if (this.#known.size > KEPT) this.#known.delete(this.#known.keys().next().value);
    }
    return this.#known.get(line);
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

  forget(lines) {
    for (const line of lines) this.#known.delete(String(line));
  }

  forgetAll() {
    this.#known.clear();
  }

  async again() {
    const { line } = this;
    if (!line) return;
    this.#known.delete(line);
    this.#wanted = line;
    const html = await this.#of(line);
    if (this.#wanted === line) this.#draw(html);
  }

  async search(text) {
    const { line } = this;
    const html = await fetchText(this.#url(line, text));
    if (this.line !== line) return;
    const template = document.createElement("template");
    template.innerHTML = html;
    this.element.querySelector("[data-candidates]").replaceWith(template.content.querySelector("[data-candidates]"));
    this.onShown();
  }

  clear(text) {
    this.#wanted = null;
    this.element.replaceChildren(this.#words(text));
  }
}
