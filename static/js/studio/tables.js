// The page of look-up tables: choose one, edit it as a grid, paste cells into it, see where it is read.
import { announce } from "./announce.js";
import { h, icon, plural } from "./dom.js";
import { Grid } from "./grid.js";
import { PasteDialog } from "./paste.js";
import { say, Sheet } from "./sheet.js";
import { cleared, faultsOf, readersOf, slug } from "./table_parts.js";

class TablesPage {
  constructor(root) {
    this.root = root;
    this.sheet = new Sheet(root);
    this.part = Object.fromEntries([...root.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    this.words = "";
  }

  async start() {
    this.store = await this.sheet.open();
    this.id = this.tables[location.hash.slice(1)] ? location.hash.slice(1) : Object.keys(this.tables)[0] ?? null;
    this.grid = new Grid({ label: "Cells of the table", on: { cell: (...cell) => this.#cell(...cell), head: (...head) => this.#head(...head), paste: (text) => this.paste.open(text), active: () => this.#drawTools() } });
    this.part.grid.append(this.grid.element);
    this.paste = new PasteDialog(this);
    this.#listen();
    this.store.addEventListener("change", () => this.draw());
    this.draw();
  }

  get tables() {
    return this.store.state.blueprint.tables ?? {};
  }

  get table() {
    return this.tables[this.id] ?? null;
  }

  get isEditable() {
    return this.store.isEditable;
  }

  put(label, table) {
    return this.store.change(label, [{ op: "put", item: "table", id: table.id, value: table }]);
  }

  #change(label, changed) {
    this.put(`${label} of ${this.table.title || this.id}`, { ...this.table, ...changed });
  }

  #listen() {
    const { part } = this;
    const on = (name, act) => part[name].addEventListener("click", act);
    on("add-row", () => this.#addRow());
    on("drop-row", () => this.#dropRow());
    on("add-column", () => this.#addColumn());
    on("drop-column", () => this.#dropColumn());
    on("paste", () => this.paste.open(""));
    on("drop-table", () => this.#dropTable());
    part.search.addEventListener("input", () => { this.words = part.search.value.trim().toLowerCase(); this.draw(); });
    part.title.addEventListener("input", () => this.put(`Name of the table ${this.id}`, { ...this.table, title: part.title.value }));
    part.note.addEventListener("input", () => this.put(`Note on the table ${this.id}`, { ...this.table, note: part.note.value }));
    part.create.addEventListener("submit", (event) => { event.preventDefault(); this.#create(); });
    window.addEventListener("hashchange", () => this.show(location.hash.slice(1)));
  }

  show(id) {
    if (!this.tables[id]) return;
    this.id = id;
    this.words = this.part.search.value = "";
    this.grid.at = { row: 0, column: 0 };
    this.draw();
  }

  draw() {
    if (this.id && !this.table) this.id = Object.keys(this.tables)[0] ?? null;
    this.#drawList();
    this.part.detail.hidden = !this.table;
    this.part.empty.hidden = Object.keys(this.tables).length > 0;
    this.part.create.hidden = !this.isEditable;
    if (this.table) this.#drawTable();
  }

  #drawList() {
    const links = Object.values(this.tables).map((table) => h("li", {}, h("a", { href: `#${table.id}`, "aria-current": table.id === this.id ? "true" : undefined },
      h("b", {}, table.title || table.id), h("small", {}, plural(table.rows.length, "row")))));
    this.part.list.replaceChildren(...links);
  }

  #drawTable() {
    const { table, part } = this;
    for (const name of ["title", "note"]) {
      if (document.activeElement !== part[name]) part[name].value = table[name] ?? "";
      part[name].disabled = !this.isEditable;
    }
    part.path.textContent = `context:tables.${table.id}`;
    const { faults, words } = faultsOf(table);
    const shown = table.rows.map((_, index) => index).filter((index) => !this.words || table.rows[index].some((cell) => cell.toLowerCase().includes(this.words)));
    this.grid.set({ table, shown, faults, isEditable: this.isEditable });
    part.count.textContent = this.words ? `${shown.length} of ${plural(table.rows.length, "row")}` : plural(table.rows.length, "row");
    part.faults.hidden = !words.length;
    part.faults.replaceChildren(...words.map((text) => h("li", { class: "fault fault--error" }, icon("circle-alert"), h("span", {}, text))));
    part.blank.hidden = table.rows.length > 0;
    this.#drawReaders();
    this.#drawTools();
  }

  #drawReaders() {
    const readers = readersOf(this.store.state.blueprint, this.id);
    this.part.readers.replaceChildren(...(readers.length
      ? ["Read by ", ...readers.flatMap(({ words, path }, index) => [index ? ", " : "", h("a", { href: this.root.dataset.version + path }, words)]), "."]
      : ["Nothing reads this table yet: choose it as the table of a “Look up” step in the studio."]));
  }

  #drawTools() {
    const { part, table, isEditable } = this;
    for (const name of ["add-row", "add-column", "paste", "drop-table"]) part[name].hidden = !isEditable;
    part["drop-row"].hidden = part["drop-column"].hidden = !isEditable;
    part["drop-row"].disabled = this.grid.index === null || !table?.rows.length;
    part["drop-column"].disabled = (table?.columns.length ?? 0) <= 2 || this.grid.at.column === 0;
  }

  #cell(index, column, text) {
    const rows = this.table.rows.map((row, at) => (at === index ? row.map((cell, place) => (place === column ? text : cell)) : row));
    this.#change(`Row ${index + 1}`, { rows });
  }

  #head(column, text) {
    if (this.table.columns.some((name, at) => at !== column && name === text)) return say(`There is a column “${text}” already.`);
    return this.#change("Columns", { columns: this.table.columns.map((name, at) => (at === column ? text : name)) });
  }

  #addRow() {
    const { rows, columns } = this.table;
    const at = this.words || this.grid.index === null ? rows.length : this.grid.index + 1;
    this.words = this.part.search.value = "";
    this.#change("A new row", { rows: [...rows.slice(0, at), columns.map(() => ""), ...rows.slice(at)] });
    this.grid.go(at, 0);
    this.grid.edit();
  }

  #dropRow() {
    const { index } = this.grid;
    if (index === null) return;
    const { row, column } = this.grid.at;
    this.#change(`Remove row ${index + 1}`, { rows: this.table.rows.filter((_, at) => at !== index) });
    announce(`Removed row ${index + 1}. Undo brings it back.`);
    this.grid.go(Math.min(row, this.grid.shown.length - 1), column);
  }

  #addColumn() {
    const { columns, rows } = this.table;
    const name = `value ${columns.length}`;
    this.#change("A new column", { columns: [...columns, name], rows: rows.map((row) => [...cleared(row, columns.length), ""]) });
    this.grid.go(-1, columns.length);
    this.grid.edit();
  }

  #dropColumn() {
    const { column, row } = this.grid.at;
    const name = this.table.columns[column];
    this.#change(`Remove the column ${name}`, {
      columns: this.table.columns.filter((_, at) => at !== column), rows: this.table.rows.map((cells) => cells.filter((_, at) => at !== column)),
    });
    announce(`Removed the column ${name}. Undo brings it back.`);
    this.grid.go(row, column - 1);
  }

  #create() {
    const input = this.part.create.querySelector("input");
    const title = input.value.trim();
    if (!title) return input.focus();
    const id = slug(title, Object.keys(this.tables));
    this.put(`Add the table ${title}`, { id, title, columns: ["key", "value"], rows: [["", ""]], note: "" });
    input.value = "";
    location.hash = id;
    this.show(id);
    this.grid.go(0, 0);
    announce(`Added the table ${title}.`);
  }

  #dropTable() {
    const { table } = this;
    this.store.change(`Remove the table ${table.title || table.id}`, [{ op: "drop", item: "table", id: table.id }]);
    announce(`Removed ${table.title || table.id}. Undo brings it back.`);
    this.part.list.querySelector("a")?.focus();
  }
}

const root = document.querySelector("[data-tables]");
new TablesPage(root).start().catch((error) => say(error.message));
