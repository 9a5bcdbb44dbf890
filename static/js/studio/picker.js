// A search box with a list under it (the combobox pattern): for fields, transforms, tables.
//   options() → [{value, title, detail, hint, group}] in the order to show; `pick(value)` gets the chosen one.
import { h } from "./dom.js";

const MOST = 80;
let made = 0;

function fits(option, words) {
  const text = `${option.title} ${option.detail ?? ""} ${option.value} ${option.hint ?? ""}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

class Picker {
  constructor({ label, placeholder, options, pick, isFree = false, isAdding = false, value = "", key, describedBy }) {
    Object.assign(this, { options, pick, isFree, value });
    const id = `picker-${(made += 1)}`;
    this.list = h("ul", { id, role: "listbox", class: "picker__list", "aria-label": label, hidden: true });
    this.input = h("input", {
      type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", placeholder, "aria-label": label,
      "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list", "aria-describedby": describedBy, "data-key": key,
    });
    this.input.value = this.written(value);
    this.element = h("div", { class: isAdding ? "picker picker--add" : "picker" }, this.input, this.list);
    this.at = -1;
    this.#listen();
  }

  written(value) {
    return this.options().find((option) => option.value === value)?.title ?? value ?? "";
  }

  set(value) {
    this.value = value;
    if (document.activeElement !== this.input) this.input.value = this.written(value);
  }

  #listen() {
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("click", () => this.open(""));
    this.input.addEventListener("input", () => this.open(this.input.value));
    this.input.addEventListener("keydown", (event) => this.#onKey(event));
    this.input.addEventListener("blur", () => this.#leave());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose(option.dataset.value);
    });
  }

  get isOpen() {
    return !this.list.hidden;
  }

  open(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const found = this.options().filter((option) => fits(option, words));
    this.shown = found.slice(0, MOST);
    this.list.replaceChildren(...this.#rows(), ...this.#rest(found.length));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.#point(words.length && this.shown.length ? 0 : this.shown.findIndex((option) => option.value === this.value));
  }

  #rows() {
    const rows = [];
    let group = "";
    this.shown.forEach((option, index) => {
      if (option.group && option.group !== group) rows.push(h("li", { role: "presentation", class: "picker__group" }, (group = option.group)));
      rows.push(h("li", { role: "option", id: `${this.list.id}-${index}`, class: "picker__option", "aria-selected": "false", "data-value": option.value },
        h("span", { class: "picker__title" }, option.title),
        option.hint && h("small", { class: "picker__hint" }, option.hint),
        option.detail && h("small", { class: "picker__detail" }, option.detail)));
    });
    return rows;
  }

  #rest(count) {
    if (count > MOST) return [h("li", { role: "presentation", class: "picker__group" }, `${count - MOST} more: type to narrow them down`)];
    if (!count) return [h("li", { role: "presentation", class: "picker__group" }, "Nothing of that name")];
    return [];
  }

  #point(index) {
    this.at = index;
    const options = [...this.list.querySelectorAll("[role=option]")];
    options.forEach((option, position) => option.setAttribute("aria-selected", String(position === index)));
    const current = options[index];
    if (current) {
      this.input.setAttribute("aria-activedescendant", current.id);
      this.list.scrollTop = Math.min(Math.max(this.list.scrollTop, current.offsetTop + current.offsetHeight - this.list.clientHeight), current.offsetTop);
    } else this.input.removeAttribute("aria-activedescendant");
  }

  #onKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (!this.isOpen) return this.open("");
      const count = this.shown.length;
      return count && this.#point((this.at + step + count) % count);
    }
    if (event.key === "Escape" && this.isOpen) {
      event.stopPropagation();
      event.preventDefault();
      this.close();
      this.input.value = this.written(this.value);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (this.isOpen && this.at >= 0) this.choose(this.shown[this.at].value);
      else if (this.isFree) this.#take();
    }
  }

  choose(value) {
    this.close();
    this.value = value;
    this.input.value = this.written(value);
    this.pick(value);
  }

  #take() {
    const text = this.input.value.trim();
    if (text && text !== this.written(this.value)) this.choose(text);
  }

  #leave() {
    if (this.isFree) this.#take();
    this.close();
    this.input.value = this.written(this.value);
  }

  close() {
    this.list.hidden = true;
    this.at = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

export function picker(settings) {
  return new Picker(settings);
}
