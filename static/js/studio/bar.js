// The bars above and below the trees: standing of the draft, undo and redo, what is missing, suggestions, the money.
import { plural, setText } from "./dom.js";

const STANDINGS = {
  saved: "Saved", saving: "Saving…", offline: "Not saved: Tillbridge cannot be reached", conflict: "Not saved: changed by somebody else", reading: "Read only",
};

export class Bar {
  constructor(root, model, suggestions, actions) {
    Object.assign(this, { model, suggestions, store: model.store });
    this.parts = Object.fromEntries([...root.querySelectorAll("[data-bar]")].map((part) => [part.dataset.bar, part]));
    const on = (name, act) => this.parts[name].addEventListener("click", act);
    on("undo", actions.undo);
    on("redo", actions.redo);
    on("missing", actions.nextMissing);
    on("accept", () => suggestions.acceptAll());
    this.store.addEventListener("saved", () => this.drawStanding());
  }

  draw() {
    this.drawStanding();
    this.#drawHistory();
    this.#drawMissing();
    this.#drawAccept();
    this.#drawMoney();
  }

  drawStanding() {
    const { saving } = this.store;
    setText(this.parts.standing, STANDINGS[saving]);
    this.parts.standing.dataset.standing = saving;
  }

  #drawHistory() {
    for (const name of ["undo", "redo"]) {
      const label = this.store.state[name];
      const isWaiting = name === "undo" && this.store.saves.waiting > 0;
      const words = name === "undo" ? "Undo" : "Redo";
      this.parts[name].disabled = !this.store.isEditable || !(label || isWaiting);
      this.parts[name].title = label ? `${words}: ${label}` : words;
      this.parts[name].setAttribute("aria-label", this.parts[name].title);
    }
  }

  #drawMissing() {
    const count = this.model.missing.length;
    const { missing } = this.parts;
    setText(missing.querySelector("span"), count ? `${plural(count, "required field")} missing` : "Nothing required is missing");
    missing.classList.toggle("is-ok", count === 0);
    missing.disabled = count === 0;
  }

  #drawAccept() {
    const count = this.store.isEditable ? this.suggestions.sure.length : 0;
    this.parts.accept.hidden = count === 0;
    setText(this.parts.accept.querySelector("span"), `Accept all ≥ 90 % (${count})`);
  }

  // What the document comes to beside what the customer paid.
  #drawMoney() {
    const { money } = this.parts;
    const total = this.store.evaluation?.total;
    money.hidden = !total;
    if (!total) return;
    const currency = total.currency ?? "";
    setText(money.querySelector("[data-document]"), total.document);
    setText(money.querySelector("[data-paid]"), total.paid);
    setText(money.querySelector("[data-currency]"), currency);
    setText(money.querySelector("[data-sign]"), total.agrees ? "=" : "≠");
    setText(money.querySelector("[data-verdict]"), total.agrees ? "to the penny" : "does not agree");
    money.classList.toggle("is-bad", !total.agrees);
  }
}
