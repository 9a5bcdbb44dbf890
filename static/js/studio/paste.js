// Cells from a spreadsheet or a CSV file: read by the server, looked at first, then put in place of the rows or below them.
import { announce } from "./announce.js";
import { h, icon, plural } from "./dom.js";
import { cleared } from "./table_parts.js";

const READ_AFTER = 250;
const SHOWN = 8;

export class PasteDialog {
  #timer = 0;
  #asked = 0;

  constructor(page) {
    this.page = page;
    this.dialog = document.getElementById("paste");
    this.part = Object.fromEntries([...this.dialog.querySelectorAll("[data-paste]")].map((part) => [part.dataset.paste, part]));
    this.part.text.addEventListener("input", () => this.#readSoon());
    this.part.file.addEventListener("change", () => this.#open(this.part.file.files[0]));
    this.part.replace.addEventListener("click", () => this.#take("replace"));
    this.part.append.addEventListener("click", () => this.#take("append"));
  }

  open(text) {
    this.part.text.value = text;
    this.part.file.value = "";
    this.dialog.showModal();
    this.part.text.focus();
    this.#read();
  }

  async #open(file) {
    if (!file) return;
    this.part.text.value = await file.text();
    this.#read();
  }

  #readSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#read(), READ_AFTER);
  }

  async #read() {
    const text = this.part.text.value;
    const asked = (this.#asked += 1);
    if (!text.trim()) return this.#show({ columns: [], rows: [], problems: [] });
    try {
      const read = await this.page.store.api.pasteTable(this.page.id, text);
      if (asked === this.#asked) this.#show(read);
    } catch (error) {
      if (asked === this.#asked) this.#show({ columns: [], rows: [], problems: error.problems?.length ? error.problems : [{ message: error.message }] });
    }
  }

  #show(read) {
    this.read = read;
    const { rows, columns, problems } = read;
    this.part.count.textContent = rows.length ? `${plural(rows.length, "row")} in ${plural(columns.length, "column")}` : "";
    this.part.problems.replaceChildren(...problems.map((problem) => h("li", { class: `fault fault--${problem.severity ?? "error"}` }, icon("circle-alert"), h("span", {}, problem.message ?? problem))));
    this.part.preview.hidden = !rows.length;
    this.part.preview.replaceChildren(h("thead", {}, h("tr", {}, columns.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, rows.slice(0, SHOWN).map((row) => h("tr", {}, row.map((cell) => h("td", {}, cell)))),
        rows.length > SHOWN && h("tr", {}, h("td", { colspan: String(columns.length), class: "quiet" }, `and ${rows.length - SHOWN} more`))));
    for (const name of ["replace", "append"]) this.part[name].disabled = !rows.length;
  }

  // A row below takes the place of one with the same key.
  #take(how) {
    const { table } = this.page;
    const { rows, columns } = this.read;
    const width = Math.max(columns.length, how === "append" ? table.columns.length : 0);
    const names = how === "replace" ? columns : [...table.columns, ...columns.slice(table.columns.length)];
    const fresh = rows.map((row) => cleared(row, width));
    const keys = new Set(fresh.map((row) => row[0].trim().toLowerCase()));
    const old = how === "append" ? table.rows.filter((row) => row.some((cell) => cell) && !keys.has((row[0] ?? "").trim().toLowerCase())).map((row) => cleared(row, width)) : [];
    this.page.put(`Paste ${plural(rows.length, "row")} into ${table.title || table.id}`, { ...table, columns: names, rows: [...old, ...fresh] });
    this.dialog.close();
    announce(`Pasted ${plural(rows.length, "row")}. Undo takes them back.`);
    this.page.grid.go(0, 0);
  }
}
