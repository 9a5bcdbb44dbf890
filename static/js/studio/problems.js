// Everything wrong or doubtful, of the draft and of the sample, each tied to its field.
import { h, icon, plural } from "./dom.js";

const CAUSES = { mapping: "The mapping", settings: "The pair's settings", record: "This record" };

export function allProblems(store) {
  const found = new Map();
  for (const problem of [...(store.state.problems ?? []), ...(store.evaluation?.problems ?? [])]) {
    found.set(`${problem.row} ${problem.target} ${problem.message}`, problem);
  }
  return [...found.values()].sort((a, b) => (a.severity === b.severity ? 0 : a.severity === "error" ? -1 : 1));
}

export class ProblemsView {
  constructor(root, model, { go, tab }) {
    Object.assign(this, { root, model, go, tab });
    this.list = root.querySelector("[data-problems]");
    this.calm = root.querySelector("[data-calm]");
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) this.go(this.problems[Number(button.dataset.index)]);
    });
  }

  draw() {
    this.problems = allProblems(this.model.store);
    const errors = this.problems.filter((problem) => problem.severity === "error").length;
    this.list.replaceChildren(...this.problems.map((problem, index) => this.#item(problem, index)));
    this.calm.hidden = this.problems.length > 0;
    this.tab.textContent = this.problems.length || "";
    this.tab.hidden = !this.problems.length;
    this.tab.classList.toggle("count--bad", errors > 0);
    this.tab.title = plural(errors, "error");
  }

  #item(problem, index) {
    const where = this.#where(problem);
    const isError = problem.severity === "error";
    const words = h("span", { class: "problem__words" }, h("b", {}, problem.message), h("small", {}, [where, CAUSES[problem.cause]].filter(Boolean).join(" · ")));
    const body = [h("span", { class: `problem__sign problem__sign--${isError ? "bad" : "wait"}` }, icon(isError ? "circle-alert" : "triangle-alert"), h("span", { class: "sr" }, isError ? "Error: " : "Warning: ")), words];
    return h("li", {}, h("button", { type: "button", class: "problem", "data-index": index, disabled: !where }, body));
  }

  #where(problem) {
    const row = problem.row ? this.model.store.row(problem.row) : null;
    const path = row?.target ?? problem.target;
    return path ? (this.model.target.nodes.get(path)?.label ?? path) : "";
  }
}
