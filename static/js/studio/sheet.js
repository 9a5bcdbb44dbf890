// What the pages of rules and tables have in common: the draft, its standing, undo and redo, what others changed meanwhile.
import { announce, startAnnouncing } from "./announce.js";
import { Api } from "./api.js";
import { Conflict } from "./conflict.js";
import { setText } from "./dom.js";
import { Store } from "./store.js";

const STANDINGS = {
  saved: "Saved", saving: "Saving…", offline: "Not saved: Tillbridge cannot be reached", conflict: "Not saved: changed by somebody else", reading: "Read only",
};

export function say(text) {
  const toast = document.getElementById("toast");
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { toast.hidden = true; }, 7000);
}

export class Sheet {
  constructor(root) {
    this.root = root;
    this.store = new Store(new Api(root.dataset.api), root.dataset.mapping);
    this.parts = Object.fromEntries([...root.querySelectorAll("[data-sheet]")].map((part) => [part.dataset.sheet, part]));
  }

  // Resolves with the store once the draft is there.
  async open() {
    startAnnouncing(document.querySelector("[data-announce]"));
    await this.store.load();
    new Conflict(this.store);
    for (const name of ["undo", "redo"]) this.parts[name]?.addEventListener("click", () => this.step(name));
    document.addEventListener("keydown", (event) => this.#onKey(event));
    for (const name of ["change", "saved"]) this.store.addEventListener(name, () => this.#draw());
    this.store.addEventListener("refused", (event) => say(event.detail.message));
    this.#draw();
    this.root.classList.add("is-ready");
    return this.store;
  }

  async step(name) {
    const label = await this.store[name]();
    if (label) announce(`${name === "undo" ? "Undone" : "Done again"}: ${label}.`);
  }

  #draw() {
    const { store, parts } = this;
    setText(parts.standing, STANDINGS[store.saving]);
    parts.standing.dataset.standing = store.saving;
    for (const [name, words] of [["undo", "Undo"], ["redo", "Redo"]]) {
      const label = store.state[name];
      const isWaiting = name === "undo" && store.saves.waiting > 0;
      parts[name].disabled = !store.isEditable || !(label || isWaiting);
      parts[name].title = label ? `${words}: ${label}` : words;
      parts[name].setAttribute("aria-label", parts[name].title);
    }
  }

  // In a field being typed in, the browser's own undo is meant.
  #onKey(event) {
    const isTyping = event.target.closest("input[type=text], textarea, input:not([type]), dialog[open]");
    if (!(event.ctrlKey || event.metaKey) || event.altKey || isTyping) return;
    const key = event.key.toLowerCase();
    const name = key === "z" ? (event.shiftKey ? "redo" : "undo") : key === "y" ? "redo" : null;
    if (!name) return;
    event.preventDefault();
    this.step(name);
  }
}
