// The dialog in which lines and settlements are put together or taken apart. The server works out what remains and what
// would be booked, anew after every change.
import { fetchText } from "./asking.js";

export class Together {
  #asked = null;

  constructor(root, { onDecide }) {
    this.url = root.dataset.togetherUrl;
    this.dialog = document.getElementById("together");
    this.body = this.dialog.querySelector("[data-together]");
    this.onDecide = onDecide;
    this.body.onchange = (event) => event.target.form && this.#again();
    this.body.oninput = (event) => event.target.matches("[name=account]") && this.#again();
    this.body.onclick = (event) => event.target.closest("[data-close]") && this.dialog.close();
    this.body.onsubmit = (event) => this.#submit(event);
  }

  async open(query) {
    this.body.innerHTML = await fetchText(`${this.url}?${query}`);
    this.dialog.showModal();
    this.body.querySelector("[data-first]:not(:disabled)")?.focus();
  }

  async #again() {
    this.#asked?.abort();
    const asked = (this.#asked = new AbortController());
    const query = new URLSearchParams(new FormData(this.body.querySelector("form")));
    try {
      const html = await fetchText(`${this.url}?${query}`, asked.signal);
      if (asked === this.#asked) this.#draw(html);
    } catch (error) {
      if (error.name !== "AbortError") this.say(error.message);
    }
  }

  // Only what was worked out is drawn anew; what is being typed stays.
  #draw(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    for (const part of ["outlook", "account"]) {
      const [old, made] = [this.body, template.content].map((place) => place.querySelector(`[data-part=${part}]`));
      if (part === "account") old.hidden = made.hidden;
      else old.replaceWith(made);
    }
  }

  say(message) {
    const place = this.body.querySelector("[data-refused]");
    place.hidden = !message;
    place.textContent = message;
  }

  #submit(event) {
    event.preventDefault();
    const form = event.target;
    const data = new FormData(form);
    const asked = {};
    for (const name of new Set(data.keys())) asked[name] = data.getAll(name);
    this.dialog.close();
    this.onDecide(asked);
  }
}
