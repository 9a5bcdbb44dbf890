// Somebody else changed the draft first: who, what, and the two ways on.
import { ApiError } from "./api.js";
import { announce } from "./announce.js";
import { plural } from "./dom.js";

export class Conflict {
  constructor(store) {
    this.store = store;
    this.dialog = document.getElementById("conflict");
    this.words = this.dialog.querySelector("[data-words]");
    this.waiting = this.dialog.querySelector("[data-waiting]");
    store.addEventListener("conflict", () => this.#ask());
    this.dialog.querySelector("[data-theirs]").addEventListener("click", () => this.#settle(() => store.saves.takeTheirs(), "Loaded the draft as it is now."));
    this.dialog.querySelector("[data-mine]").addEventListener("click", () => this.#settle(() => store.saves.keepMine(), "Your changes are on top of theirs."));
  }

  #ask() {
    const { by, at, label, waiting } = this.store.conflict;
    const when = at ? ` at ${new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}` : "";
    this.words.textContent = `${by || "Somebody"} changed this draft${when}: “${label}”. Nothing of yours has been saved over it.`;
    this.waiting.textContent = waiting ? `${plural(waiting, "change")} of yours ${waiting === 1 ? "is" : "are"} not saved yet.` : "You have nothing unsaved.";
    this.dialog.querySelector("[data-mine]").hidden = waiting === 0;
    if (!this.dialog.open) this.dialog.showModal();
  }

  async #settle(act, words) {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.waiting.textContent = error.message;
      return;
    }
    if (this.store.conflict) return;
    this.dialog.close();
    announce(words);
  }
}
