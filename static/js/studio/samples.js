// Which record flows through the mapping: one of those stored, or JSON that somebody pasted.
import { announce } from "./announce.js";
import { h } from "./dom.js";

export class Samples {
  constructor(root, store) {
    this.store = store;
    this.select = root.querySelector("[data-sample]");
    this.dialog = document.getElementById("paste");
    this.text = this.dialog.querySelector("textarea");
    this.error = this.dialog.querySelector("[data-error]");
    this.select.addEventListener("change", () => this.#choose(this.select.value));
    root.querySelector("[data-paste]").addEventListener("click", () => this.dialog.showModal());
    this.dialog.querySelector("form").addEventListener("submit", (event) => this.#onSubmit(event));
  }

  // Stored records by kind, so that "a refund" or "Amex" is found quickly.
  draw() {
    const kinds = grouped(this.store.state.samples);
    const groups = [...kinds].map(([kind, samples]) => h("optgroup", { label: kind || "Records" }, samples.map((sample) => h("option", { value: sample.id, title: sample.description }, sample.title))));
    this.select.replaceChildren(h("option", { value: "" }, "No sample"), ...groups);
    this.select.value = this.store.sample?.id ?? "";
  }

  // The sample of the address, or the first stored one.
  start() {
    const wanted = new URL(location.href).searchParams.get("sample");
    const { samples } = this.store.state;
    const first = samples.find((sample) => String(sample.id) === wanted) ?? samples[0];
    this.draw();
    return first ? this.#choose(String(first.id)) : Promise.resolve();
  }

  async #choose(id) {
    this.select.value = id;
    const url = new URL(location.href);
    url.searchParams.set("sample", id);
    history.replaceState(null, "", url);
    await this.store.useSample(id ? { id } : null);
  }

  async #onSubmit(event) {
    if (event.submitter?.value === "cancel") return;
    event.preventDefault();
    const text = this.text.value.trim();
    this.#say(text ? "" : "Paste a JSON object: { … }.");
    if (!text) return;
    try {
      await this.#use(text);
    } catch (error) {
      this.#say(error.problems[0]?.message ?? error.message);
    }
  }

  async #use(text) {
    const { id } = await this.store.api.samples(text);
    const state = await this.store.api.state(this.store.mapping);
    this.store.adopt({ ...this.store.state, samples: state.samples, source: state.source });
    this.draw();
    await this.#choose(String(id));
    this.dialog.close();
    announce("The pasted sample is in use.");
  }

  #say(message) {
    this.error.textContent = message;
    this.error.hidden = !message;
    this.text.setAttribute("aria-invalid", String(Boolean(message)));
  }
}

function grouped(samples) {
  const kinds = new Map();
  for (const sample of samples) kinds.set(sample.kind, [...(kinds.get(sample.kind) ?? []), sample]);
  return kinds;
}
