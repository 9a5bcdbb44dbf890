// Saving the draft: changes queue up here, go to the server one after the other, and wait when it is away.
import { ApiError } from "./api.js";
import { applyChanges, isSame } from "./changes.js";

const AFTER = 400;
const RETRY_FIRST = 1000;
const RETRY_MOST = 30000;

function touches(changes) {
  return changes.map(({ op, item, mapping, id }) => `${op} ${item} ${mapping ?? ""} ${id}`).join("\n");
}

// Somebody whose session ended logs in again in another tab: nothing that waits is lost meanwhile.
function mayPass(error) {
  return error.isTransient || error.status === 403;
}

export class Saving {
  standing = "saved";
  conflict = null;
  #store;
  #queue = [];
  #timer = 0;
  #retry = RETRY_FIRST;
  #running = null;

  constructor(store) {
    this.#store = store;
    window.addEventListener("online", () => this.#queue.length && this.flush());
    window.addEventListener("beforeunload", (event) => {
      if (this.#queue.length) event.preventDefault();
    });
  }

  get waiting() {
    return this.#queue.length;
  }

  // Typing into one field makes one step of undo: a newer change of the same things replaces the one still waiting.
  add(label, changes) {
    const last = this.#queue.at(-1);
    const isAgain = last && !last.isSent && last.label === label && touches(last.changes) === touches(changes);
    if (isAgain) last.changes = changes;
    else this.#queue.push({ label, changes, isSent: false });
    if (!this.conflict) this.#later(AFTER);
    this.#stand(this.conflict ? "conflict" : "saving");
  }

  // Resolves when nothing waits any more, or nothing can be saved at the moment.
  flush() {
    clearTimeout(this.#timer);
    this.#running ??= this.#drain().finally(() => { this.#running = null; });
    return this.#running;
  }

  async step(name) {
    await this.flush();
    const { isEditable, state } = this.#store;
    if (!isEditable || this.#queue.length || this.conflict || !state[name]) return null;
    const label = state[name];
    try {
      const answer = await this.#store.api[name](this.#store.mapping, state.version.revision);
      this.#store.applyLocally(answer.changes);
      this.#store.learn(answer);
      return label;
    } catch (error) {
      await this.#failed(error, null);
      return null;
    }
  }

  // Theirs: what waits here is given up.
  async takeTheirs() {
    const state = await this.#store.api.state(this.#store.mapping);
    this.#queue = [];
    this.conflict = null;
    this.#store.adopt(state);
    this.#stand("saved");
  }

  // Both: theirs first, and on top of it what waits here. A change whose mapping is gone cannot be kept.
  async keepMine() {
    const state = await this.#store.api.state(this.#store.mapping);
    const fits = this.#queue.filter((item) => item.changes.every((change) => !change.mapping || state.blueprint.mappings[change.mapping]));
    const lost = this.#queue.filter((item) => !fits.includes(item));
    this.#queue = fits.map((item) => ({ ...item, isSent: false }));
    this.conflict = null;
    this.#rebase(state);
    for (const item of lost) this.#store.emit("refused", { message: `“${item.label}” no longer fits and was left out.` });
    await this.flush();
  }

  async #drain() {
    while (this.#queue.length && !this.conflict) {
      const item = this.#queue[0];
      item.isSent = true;
      this.#stand("saving");
      try {
        const answer = await this.#store.api.changes(this.#store.mapping, this.#store.state.version.revision, item.label, item.changes);
        this.#queue.shift();
        this.#retry = RETRY_FIRST;
        this.#store.learn(answer);
      } catch (error) {
        if (!(await this.#failed(error, item))) return;
      }
    }
    if (!this.conflict) this.#stand("saved");
  }

  // Whether the rest of the queue may go on.
  async #failed(error, item) {
    if (mayPass(error)) return this.#wait(error, item);
    try {
      return error.status === 409 ? await this.#overtaken(error) : await this.#refused(error, item);
    } catch (next) {
      if (!(next instanceof ApiError)) throw next;
      return this.#wait(next, item);
    }
  }

  #wait(error, item) {
    this.#stand("offline");
    if (error.status) this.#store.emit("refused", { message: error.message });
    if (item) this.#later(this.#retry);
    this.#retry = Math.min(this.#retry * 2, RETRY_MOST);
    return false;
  }

  // An answer that got lost on the way looks like a conflict with oneself: then nothing is left to change.
  async #overtaken(error) {
    const state = await this.#store.api.state(this.#store.mapping);
    const first = this.#queue[0];
    if (first && state.version.revision === error.body.revision && isSame(applyChanges(state.blueprint, first.changes), state.blueprint)) {
      this.#queue.shift();
      this.#rebase(state);
      return true;
    }
    const { by, at, label } = error.body;
    this.conflict = { by, at, label, waiting: this.#queue.length };
    this.#stand("conflict");
    this.#store.emit("conflict");
    return false;
  }

  // The draft stays as the server has it; the change that it refused is taken back here too.
  async #refused(error, item) {
    this.#queue = this.#queue.filter((waiting) => waiting !== item);
    this.#rebase(await this.#store.api.state(this.#store.mapping));
    this.#store.emit("refused", { message: error.message, problems: error.problems, label: item?.label });
    return true;
  }

  #rebase(state) {
    const changes = this.#queue.flatMap((item) => item.changes);
    this.#store.adopt({ ...state, blueprint: applyChanges(state.blueprint, changes) });
  }

  #later(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), milliseconds);
  }

  #stand(standing) {
    if (standing === this.standing) return;
    this.standing = standing;
    this.#store.emit("saved");
  }
}
