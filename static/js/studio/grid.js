// A table edited in place like a spreadsheet: arrow keys move, typing replaces, Enter or F2 edits, Escape gives up.
// Only the rows in sight are in the page, so that twenty thousand of them scroll as smoothly as twenty.
import { announce } from "./announce.js";
import { h, icon, perFrame } from "./dom.js";

const ROW = 36;
const SPARE = 8;
const HEAD = -1;

export class Grid {
  // on: {cell(row, column, text), head(column, text), paste(text, row, column), active()}
  constructor({ label, on }) {
    this.on = on;
    this.at = { row: 0, column: 0 };
    this.editing = null;
    this.table = { columns: [], rows: [] };
    this.shown = [];
    this.faults = new Map();
    this.head = h("div", { class: "grid__row grid__row--head", role: "row", "aria-rowindex": "1" });
    this.body = h("div", { class: "grid__body", role: "rowgroup" });
    this.element = h("div", { class: "grid", role: "grid", "aria-label": label, "aria-multiselectable": "false" }, h("div", { role: "rowgroup", class: "grid__heads" }, this.head), this.body);
    this.redraw = perFrame(() => this.#window());
    this.#listen();
  }

  set({ table, shown, faults, isEditable }) {
    Object.assign(this, { table, shown, faults, isEditable });
    this.element.setAttribute("aria-colcount", String(table.columns.length));
    this.element.setAttribute("aria-rowcount", String(shown.length + 1));
    this.element.setAttribute("aria-readonly", String(!isEditable));
    this.at.row = Math.min(Math.max(this.at.row, HEAD), shown.length - 1);
    this.at.column = Math.min(this.at.column, table.columns.length - 1);
    this.element.style.setProperty("--columns", String(table.columns.length));
    this.body.style.setProperty("height", `${shown.length * ROW}px`);
    if (!this.editing) this.draw();
  }

  draw() {
    this.head.replaceChildren(h("div", { class: "grid__number", "aria-hidden": "true" }), ...this.table.columns.map((name, column) => this.#cell(HEAD, column, name)));
    this.#window();
  }

  // The rows in sight, and the active one, so that the focus is never lost.
  #window() {
    if (this.editing) return;
    const hadFocus = this.element.contains(document.activeElement);
    const top = Math.max(0, Math.floor(this.element.scrollTop / ROW) - SPARE);
    const end = Math.min(this.shown.length, Math.ceil((this.element.scrollTop + this.element.clientHeight) / ROW) + SPARE);
    const places = new Set(Array.from({ length: Math.max(0, end - top) }, (_, index) => top + index));
    if (this.at.row >= 0 && this.at.row < this.shown.length) places.add(this.at.row);
    this.body.replaceChildren(...[...places].sort((a, b) => a - b).map((place) => this.#row(place)));
    if (hadFocus) this.#active()?.focus({ preventScroll: true });
  }

  #row(place) {
    const index = this.shown[place];
    const cells = this.table.columns.map((_, column) => this.#cell(place, column, this.table.rows[index][column] ?? ""));
    const row = h("div", { class: "grid__row", role: "row", "aria-rowindex": String(place + 2) }, h("div", { class: "grid__number", "aria-hidden": "true" }, String(index + 1)), ...cells);
    row.style.setProperty("top", `${place * ROW}px`);
    return row;
  }

  #cell(place, column, text) {
    const isActive = place === this.at.row && column === this.at.column;
    const fault = place === HEAD ? null : this.faults.get(`${this.shown[place]}/${column}`);
    return h("div", {
      class: `grid__cell${fault ? " is-bad" : ""}${isActive ? " is-active" : ""}`, role: place === HEAD ? "columnheader" : "gridcell", tabindex: isActive ? "0" : "-1",
      "aria-colindex": String(column + 1), "data-place": String(place), "data-column": String(column), "aria-invalid": fault ? "true" : undefined, title: fault,
    }, h("span", { class: "grid__text" }, text), fault && icon("circle-alert"));
  }

  #active() {
    return this.element.querySelector(`[data-place="${this.at.row}"][data-column="${this.at.column}"]`);
  }

  go(row, column, { focuses = true } = {}) {
    const to = { row: Math.min(Math.max(row, HEAD), this.shown.length - 1), column: Math.min(Math.max(column, 0), this.table.columns.length - 1) };
    this.at = to;
    this.#reveal();
    this.draw();
    if (focuses) this.#active()?.focus({ preventScroll: true });
    this.on.active();
  }

  #reveal() {
    if (this.at.row < 0) return;
    const top = this.at.row * ROW;
    const room = this.element.clientHeight - this.head.offsetHeight;
    if (top < this.element.scrollTop) this.element.scrollTop = top;
    else if (top + ROW > this.element.scrollTop + room) this.element.scrollTop = top + ROW - room;
  }

  get index() {
    return this.at.row === HEAD ? null : this.shown[this.at.row] ?? null;
  }

  #text() {
    return this.at.row === HEAD ? this.table.columns[this.at.column] : this.table.rows[this.index]?.[this.at.column] ?? "";
  }

  edit(first = null) {
    const cell = this.#active();
    if (!this.isEditable || !cell || this.editing) return;
    const input = h("input", { type: "text", class: "grid__input", "aria-label": this.at.row === HEAD ? "Name of the column" : `${this.table.columns[this.at.column]}, row ${this.index + 1}`, maxlength: "1000" });
    input.value = first ?? this.#text();
    this.editing = { input, before: this.#text(), row: this.at.row, index: this.index, column: this.at.column };
    cell.replaceChildren(input);
    input.focus();
    if (first === null) input.select();
    input.addEventListener("keydown", (event) => this.#onEditKey(event));
    input.addEventListener("blur", () => this.commit());
  }

  commit() {
    if (!this.editing) return;
    const { input, before, row, index, column } = this.editing;
    const text = input.value.trim();
    this.editing = null;
    if (text !== before) {
      if (row === HEAD) this.on.head(column, text || before);
      else this.on.cell(index, column, text);
    }
    this.draw();
  }

  #cancel() {
    this.editing = null;
    this.draw();
    this.#active()?.focus();
  }

  #onEditKey(event) {
    event.stopPropagation();
    const steps = { Enter: [event.shiftKey ? -1 : 1, 0], Tab: [0, event.shiftKey ? -1 : 1] };
    if (event.key === "Escape") return this.#cancel();
    if (!steps[event.key]) return;
    event.preventDefault();
    const [down, right] = steps[event.key];
    const { row, column } = this.at;
    this.commit();
    this.go(row + down, column + right);
  }

  #listen() {
    this.element.addEventListener("scroll", this.redraw);
    new ResizeObserver(this.redraw).observe(this.element);
    this.element.addEventListener("keydown", (event) => this.#onKey(event));
    this.element.addEventListener("pointerdown", (event) => {
      const cell = event.target.closest("[data-place]");
      if (!cell || this.editing?.input === event.target) return;
      event.preventDefault();
      this.commit();
      this.go(Number(cell.dataset.place), Number(cell.dataset.column));
    });
    this.element.addEventListener("dblclick", () => this.edit());
    this.element.addEventListener("paste", (event) => this.#onPaste(event));
    this.element.addEventListener("copy", (event) => {
      if (this.editing || !this.element.contains(document.activeElement)) return;
      event.clipboardData.setData("text/plain", this.#text());
      event.preventDefault();
    });
  }

  #onPaste(event) {
    if (this.editing || !this.isEditable) return;
    event.preventDefault();
    const text = event.clipboardData.getData("text/plain");
    if (/[\t\n]/.test(text.trim())) this.on.paste(text);
    else this.#write(text.trim());
  }

  #write(text) {
    if (this.at.row === HEAD) this.on.head(this.at.column, text || this.#text());
    else if (this.index !== null) this.on.cell(this.index, this.at.column, text);
  }

  #onKey(event) {
    if (this.editing || event.altKey) return;
    const { row, column } = this.at;
    const page = Math.max(1, Math.floor(this.element.clientHeight / ROW) - 2);
    const isFar = event.ctrlKey || event.metaKey;
    const moves = {
      ArrowUp: () => this.go(isFar ? 0 : row - 1, column), ArrowDown: () => this.go(isFar ? this.shown.length - 1 : row + 1, column),
      ArrowLeft: () => this.go(row, column - 1), ArrowRight: () => this.go(row, column + 1),
      Home: () => this.go(isFar ? 0 : row, 0), End: () => this.go(isFar ? this.shown.length - 1 : row, this.table.columns.length - 1),
      PageUp: () => this.go(Math.max(0, row - page), column), PageDown: () => this.go(row + page, column),
      Enter: () => this.edit(), F2: () => this.edit(),
      Delete: () => this.isEditable && this.#write(""), Backspace: () => this.isEditable && this.#write(""),
    };
    const isTyped = event.key.length === 1 && !isFar;
    if (!moves[event.key] && !isTyped) return;
    event.preventDefault();
    if (isTyped) this.edit(event.key);
    else moves[event.key]();
  }

  say() {
    const name = this.table.columns[this.at.column];
    announce(this.at.row === HEAD ? `Column ${name}` : `${name}, row ${this.index + 1}: ${this.#text() || "blank"}`);
  }
}

