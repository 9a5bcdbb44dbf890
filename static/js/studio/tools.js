// Searching, filtering and folding; canvas or table; on small screens, which pane is in front.
import { announce } from "./announce.js";
import { plural } from "./dom.js";

const SIDES = ["source", "target"];

// `ask` opens the drawer for a field that nothing fills.
export function startTools(studio, ask) {
  return new Tools(studio, ask);
}

class Tools {
  constructor({ root, view, model, table, links, drawer, picking }, ask) {
    Object.assign(this, { root, view, model, table, links, drawer });
    for (const side of SIDES) this.#pane(side);
    for (const button of root.querySelectorAll("[data-show-view]")) button.addEventListener("click", () => this.showView(button.dataset.showView));
    for (const button of root.querySelectorAll("[data-show-pane]")) button.addEventListener("click", () => this.showPane(button.dataset.showPane));
    this.#tableTools();
    this.showPane("source");
    this.showView(new URL(location.href).searchParams.get("view") === "table" ? "table" : "canvas");
    this.#pickBar(picking, ask);
    this.#helpKeys();
  }

  #pane(side) {
    const pane = this.root.querySelector(`[data-part="${side}"]`);
    const search = pane.querySelector("input[type=search]");
    const filter = pane.querySelector("select");
    search.addEventListener("input", () => this.#look("search", side, search.value));
    search.addEventListener("keydown", (event) => this.#onSearchKey(event, side));
    filter.addEventListener("change", () => this.#look("filter", side, filter.value));
    pane.querySelector("[data-fold-all]").addEventListener("click", (event) => this.#foldAll(side, event.currentTarget));
  }

  // The table shows targets: its search and filter are the target tree's.
  #tableTools() {
    const table = this.root.querySelector('[data-part="table"]');
    table.querySelector("input[type=search]").addEventListener("input", (event) => this.#look("search", "target", event.target.value));
    table.querySelector("select").addEventListener("change", (event) => this.#look("filter", "target", event.target.value));
  }

  #look(kind, side, value) {
    this.view.set(kind, side, value);
    this.#mirror(side);
    announce(`${plural(this.model.shown[side].length, "field")} shown.`);
  }

  #mirror(side) {
    const places = [this.root.querySelector(`[data-part="${side}"]`), side === "target" && this.root.querySelector('[data-part="table"]')].filter(Boolean);
    for (const place of places) {
      const [search, filter] = [place.querySelector("input[type=search]"), place.querySelector("select")];
      if (search.value !== this.view.search[side]) search.value = this.view.search[side];
      filter.value = this.view.filter[side];
    }
  }

  resetLook(side) {
    this.view.set("search", side, "");
    this.view.set("filter", side, "all");
    this.#mirror(side);
  }

  #foldAll(side, button) {
    const isFolded = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(isFolded));
    this.view.foldAll(this.model[side].nodes.values(), isFolded);
  }

  #onSearchKey(event, side) {
    if (event.key === "ArrowDown" || event.key === "Enter") {
      const first = this.root.querySelector(`[data-part="${side}"] [role=treeitem][tabindex="0"]`);
      first?.focus();
      event.preventDefault();
    }
    if (event.key === "Escape" && this.view.search[side]) {
      this.#look("search", side, "");
      event.preventDefault();
    }
  }

  search(side) {
    const place = this.table.isShown ? "table" : side;
    this.showPane(side);
    const input = this.root.querySelector(`[data-part="${place}"] input[type=search]`);
    input.focus();
    input.select();
  }

  showView(name) {
    this.root.dataset.view = name;
    this.table.root.hidden = name !== "table";
    this.root.querySelector('[data-part="canvas"]').hidden = name === "table";
    for (const button of this.root.querySelectorAll("[data-show-view]")) button.setAttribute("aria-pressed", String(button.dataset.showView === name));
    const url = new URL(location.href);
    if (name === "table") url.searchParams.set("view", "table");
    else url.searchParams.delete("view");
    history.replaceState(null, "", url);
    if (name === "table") {
      this.showPane("target");
      this.table.draw();
    } else this.links.measure();
  }

  // On a small screen one pane is in front; on a large one all are, and this changes nothing to be seen.
  showPane(name) {
    this.root.dataset.pane = name;
    for (const button of this.root.querySelectorAll("[data-show-pane]")) button.setAttribute("aria-pressed", String(button.dataset.showPane === name));
    this.links.measure();
  }

  // What is picked up by a tap or a key, and a way to put it down again.
  #pickBar(picking, ask) {
    const bar = this.root.querySelector('[data-part="pick-bar"]');
    bar.querySelector("[data-put-down]").addEventListener("click", () => picking.cancel());
    bar.querySelector("[data-fixed]").addEventListener("click", () => {
      const node = this.view.picked;
      picking.cancel();
      ask(node);
    });
    this.view.addEventListener("pick", () => {
      const { picked } = this.view;
      bar.hidden = !picked;
      if (!picked) return;
      bar.querySelector("[data-picked]").textContent = picked.label;
      bar.querySelector("[data-fixed]").hidden = picked.side === "source";
      bar.querySelector("[data-where]").textContent = picked.side === "source" ? "goes into which field?" : "comes from which field?";
    });
  }

  // The site's list of shortcuts gets those of the studio.
  #helpKeys() {
    const keys = document.querySelector("template[data-studio-keys]");
    document.querySelector("#shortcuts .dialog__head")?.after(keys.content.cloneNode(true));
  }
}
