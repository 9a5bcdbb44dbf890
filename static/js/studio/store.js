// What the studio knows, in one place. Views read it, ask it to change, and redraw on its events:
//   change      the blueprint, its problems or its history are new
//   evaluation  the sample went through the mapping again (`evaluation`, or `evaluationError`)
//   selection   another row is selected
//   saved       the draft's standing is new (`saving`)
//   conflict    somebody else changed the draft first (`conflict`)
//   refused     the server did not take a change (`detail.message`)
import { applyChanges } from "./changes.js";
import { Saving } from "./saving.js";

const EVALUATE_AFTER = 120;

export class Store extends EventTarget {
  state = null;
  evaluation = null;
  evaluationError = "";
  selection = null;
  sample = null;
  #evaluating = null;
  #timer = 0;

  constructor(api, mapping) {
    super();
    this.api = api;
    this.mapping = mapping;
    this.saves = new Saving(this);
  }

  async load() {
    this.adopt(await this.api.state(this.mapping));
    return this;
  }

  // The server's state takes the place of ours; changes not saved yet are the caller's to re-apply.
  adopt(state) {
    this.state = state;
    this.emit("change");
    this.evaluateSoon();
  }

  get isEditable() {
    return Boolean(this.state?.version.editable);
  }

  get document() {
    return this.state.blueprint.mappings[this.mapping] ?? { rows: [], collections: [], checks: [] };
  }

  get rows() {
    return this.document.rows ?? [];
  }

  get tables() {
    return this.state.blueprint.tables ?? {};
  }

  // "saved", "saving", "offline", "conflict" or "reading" (this version cannot be edited).
  get saving() {
    return this.isEditable ? this.saves.standing : "reading";
  }

  get conflict() {
    return this.saves.conflict;
  }

  row(id) {
    return this.rows.find((row) => row.id === id) ?? null;
  }

  transform(name) {
    return this.state.transforms.find((transform) => transform.name === name) ?? null;
  }

  // Applied here at once, saved soon. `changes` are those of the editing API; `label` names the step for undo.
  change(label, changes) {
    if (!this.isEditable || !changes.length) return false;
    this.applyLocally(changes);
    this.saves.add(label, changes);
    return true;
  }

  putRow(label, row, at) {
    const change = { op: "put", item: "row", mapping: this.mapping, id: row.id, value: row };
    return this.change(label, [at === undefined ? change : { ...change, at }]);
  }

  dropRows(label, ids) {
    return this.change(label, ids.map((id) => ({ op: "drop", item: "row", mapping: this.mapping, id })));
  }

  undo() {
    return this.saves.step("undo");
  }

  redo() {
    return this.saves.step("redo");
  }

  applyLocally(changes) {
    this.state = { ...this.state, blueprint: applyChanges(this.state.blueprint, changes) };
    if (this.selection && !this.row(this.selection)) this.select(null);
    this.emit("change");
    this.evaluateSoon();
  }

  // What the server said of the draft after a change.
  learn({ revision, problems, undo, redo }) {
    const version = { ...this.state.version, revision };
    this.state = { ...this.state, version, problems, undo, redo };
    this.emit("change");
  }

  select(rowId) {
    if (this.selection === rowId) return;
    this.selection = rowId;
    this.emit("selection");
  }

  // `sample` is {id} of a stored record or {text} of a pasted one; null evaluates nothing.
  useSample(sample) {
    this.sample = sample;
    this.evaluation = null;
    this.emit("evaluation");
    return this.evaluate();
  }

  evaluateSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.evaluate(), EVALUATE_AFTER);
  }

  // The newest question wins: an answer to an older one is never shown over it.
  async evaluate() {
    clearTimeout(this.#timer);
    this.#evaluating?.abort();
    if (!this.sample || !this.state) return;
    const asked = (this.#evaluating = new AbortController());
    try {
      const evaluation = await this.api.evaluate(this.mapping, this.sample, this.document, asked.signal);
      if (asked === this.#evaluating) this.#show(evaluation, "");
    } catch (error) {
      if (error.name === "AbortError" || asked !== this.#evaluating) return;
      this.#show(null, error.message);
    }
  }

  #show(evaluation, error) {
    this.evaluation = evaluation ?? this.evaluation;
    this.evaluationError = error;
    this.emit("evaluation");
  }

  emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
