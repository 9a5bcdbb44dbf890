// Puts the studio together: what is known (store), what is looked at (view), what is drawn of it (model), and the parts.
import { announce, startAnnouncing } from "./announce.js";
import { Api } from "./api.js";
import { Bar } from "./bar.js";
import { Conflict } from "./conflict.js";
import { DocumentView } from "./document.js";
import { perFrame } from "./dom.js";
import { Drag } from "./drag.js";
import { Drawer } from "./drawer.js";
import { startStudioKeys, TreeKeys } from "./keyboard.js";
import { Links } from "./links.js";
import { Model } from "./model.js";
import { mountPanel } from "./panel.js";
import { Picking } from "./picking.js";
import { ProblemsView } from "./problems.js";
import { Samples } from "./samples.js";
import { Store } from "./store.js";
import { SuggestionCard, Suggestions } from "./suggestions.js";
import { TableView } from "./table.js";
import { startTools } from "./tools.js";
import { TreePane } from "./trees.js";
import { UnlinkedPanel } from "./unlinked.js";
import { View } from "./view.js";

class Studio {
  constructor(root) {
    this.root = root;
    this.store = new Store(new Api(root.dataset.api), root.dataset.mapping);
    this.view = new View();
    this.suggestions = new Suggestions(this.store);
  }

  async start() {
    startAnnouncing(this.root.querySelector("[data-announce]"));
    await this.store.load();
    this.#build();
    this.#listen();
    this.root.classList.add("is-ready");
    this.samples.start();
    if (!this.store.sample) this.#suggest();
  }

  // Asked anew with each sample: values say more than names.
  #suggest() {
    this.suggestions.load().catch((error) => this.#say(error.message));
  }

  #build() {
    const { root, store, view } = this;
    const find = (name) => root.querySelector(`[data-part="${name}"]`);
    this.model = new Model(store, view);
    this.suggestions.watch(this.model);
    this.model.foldAtFirst();
    this.picking = new Picking(this.model, view);
    this.panes = { source: new TreePane("source", find("source"), this.model, view), target: new TreePane("target", find("target"), this.model, view) };
    this.links = new Links(find("links"), this.panes, this.model, view);
    this.drawer = new Drawer(find("drawer"));
    this.card = new SuggestionCard(find("card"), find("canvas"), this.suggestions);
    this.bar = new Bar(root, this.model, this.suggestions, this.#actions());
    this.problems = new ProblemsView(find("problems"), this.model, { go: (problem) => this.#goTo(problem), tab: find("problem-count") });
    this.document = new DocumentView(find("document"), this.model, view, { select: (id) => this.#selectRow(id) });
    const select = (node) => this.#open(node, "link");
    this.table = new TableView(find("table"), this.model, view, { picking: this.picking, suggestions: this.suggestions, select });
    this.samples = new Samples(root, store);
    this.unlinked = new UnlinkedPanel(find("unlinked"), this.model, view);
    this.conflict = new Conflict(store);
    mountPanel(find("panel"), store);
    this.tools = startTools(this, (node) => this.#ask(node, true));
    this.#hands();
  }

  // Mouse, finger and keys.
  #hands() {
    const { panes, picking, view, links } = this;
    const actions = {
      show: (node, then) => this.#show(node, then), select: (node) => this.#select(node), open: (node) => this.#open(node, "link", true),
      accept: (node) => this.suggestions.accept(node.path), acceptByTab: (node) => this.#acceptByTab(node),
      escape: () => this.#escape(), focused: (node) => this.#focused(node),
    };
    new TreeKeys(panes.source, panes.target, { picking, view, actions });
    new TreeKeys(panes.target, panes.source, { picking, view, actions });
    this.drag = new Drag(this.root.querySelector("[data-part=canvas]"), {
      panes, links, picking, onStart: (node) => this.tools.showPane(node.side === "source" ? "target" : "source"), onTap: (node, event) => this.#onTap(node, event),
    });
    startStudioKeys({ ...this.#actions(), search: () => this.tools.search(this.#side()) });
  }

  #actions() {
    const step = async (name) => {
      const label = await this.store[name]();
      if (label) announce(`${name === "undo" ? "Undone" : "Done again"}: ${label}.`);
    };
    return { undo: () => step("undo"), redo: () => step("redo"), nextMissing: () => this.#nextMissing() };
  }

  #listen() {
    const { store, view, model } = this;
    const refresh = perFrame(() => this.#refresh());
    for (const name of ["change", "evaluation"]) store.addEventListener(name, refresh);
    this.suggestions.addEventListener("change", refresh);
    view.addEventListener("look", () => model.show());
    store.addEventListener("selection", () => this.#onSelection());
    store.addEventListener("refused", (event) => this.#say(event.detail.message));
    let sample = null;
    store.addEventListener("evaluation", () => {
      if (!store.evaluation || store.sample === sample) return;
      sample = store.sample;
      this.#suggest();
    });
    this.#refresh();
  }

  #refresh() {
    for (const side of ["source", "target"]) document.getElementById(`${side}-title`).textContent = this.store.state[side].title;
    this.model.refresh();
    this.bar.draw();
    this.problems.draw();
    this.document.draw();
    this.#drawLink();
  }

  #onSelection() {
    const { selection } = this.store;
    this.#drawLink();
    if (selection && this.drawer.shown === "problems") this.drawer.show("link");
    if (selection) this.#bringEnds(selection);
  }

  // Both ends of the selected link come into view, as far as they are not folded away.
  #bringEnds(id) {
    const row = this.model.links.find((each) => each.id === id);
    for (const [side, path] of [["source", row?.sources?.[0]], ["target", row?.target]]) {
      const place = path ? this.model.placeOf(side, path) : -1;
      const node = this.model.shown[side][place];
      if (node) this.panes[side].element(node.path)?.scrollIntoView({ block: "nearest" });
    }
  }

  #drawLink() {
    this.unlinked.draw();
    this.root.querySelector("[data-part=panel]").hidden = !this.unlinked.element.hidden;
  }

  // A field that nothing fills: the drawer says what it wants.
  #ask(node, isEntered = false) {
    this.store.select(null);
    this.unlinked.show(node);
    this.#drawLink();
    if (isEntered) this.tools.showPane("drawer");
    return isEntered ? this.drawer.enter("link") : this.drawer.show("link");
  }

  #say(message) {
    const toast = document.getElementById("toast");
    toast.textContent = message;
    toast.hidden = false;
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => { toast.hidden = true; }, 8000);
  }

  #side() {
    return this.panes.target.list.contains(document.activeElement) || this.table.isShown ? "target" : "source";
  }

  // A tap on a field: puts down what is picked up, folds a group, opens a link, or picks the field up.
  #onTap(node, event) {
    if (event.target.closest("[data-fold]")) return this.view.fold(node, !this.view.isFolded(node));
    const chip = event.target.closest("[data-suggestion]");
    if (chip) return event.pointerType === "mouse" ? this.suggestions.accept(node.path) : this.card.show(node.path, chip);
    this.panes[node.side].activate(node.path);
    if (this.picking.picked && this.picking.picked.side !== node.side) return this.#tapDown(node);
    const row = event.target.closest("[data-row]")?.dataset.row;
    if (row) return this.#selectRow(row);
    return this.#tapField(node, event);
  }

  #tapDown(node) {
    const judged = this.picking.judge(node);
    if (!this.picking.drop(node)) this.#say(judged.reason);
  }

  #tapField(node, event) {
    const links = this.model[node.side === "source" ? "bySource" : "byTarget"].get(node.path) ?? [];
    if (node.kind === "group") return this.#tapGroup(node);
    const isFinger = event.pointerType !== "mouse";
    if (this.picking.picked === node) return this.picking.cancel();
    if (isFinger && this.store.isEditable && (node.side === "source" || !links.length)) return this.#tapUp(node);
    if (links.length) return this.#select(node);
    if (node.side === "target") return this.#ask(node);
    return node.children.length ? this.view.fold(node, !this.view.isFolded(node)) : this.store.select(null);
  }

  #tapGroup(node) {
    if (node.path === "work:" && node.side === "target") this.#ask(node);
    this.view.fold(node, !this.view.isFolded(node));
  }

  #tapUp(node) {
    if (this.picking.pick(node)) this.tools.showPane(node.side === "source" ? "target" : "source");
  }

  #selectRow(id) {
    this.store.select(id);
    this.drawer.show("link");
  }

  #select(node) {
    const links = this.model[node.side === "source" ? "bySource" : "byTarget"].get(node.path) ?? [];
    const here = links.findIndex((row) => row.id === this.store.selection);
    const next = links[(here + 1) % links.length];
    if (next) this.#selectRow(next.id);
    else announce(`${node.label} has no link.`);
  }

  #open(node, tab, isEntered = false) {
    const row = this.picking.rowAt(node) ?? (this.model.bySource.get(node.path) ?? [])[0];
    if (!row && node.side === "target") return this.#ask(node, isEntered);
    if (!row) return announce(`${node.label} has no link yet.`);
    this.store.select(row.id);
    this.tools.showPane("drawer");
    return isEntered ? this.drawer.enter(tab) : this.drawer.show(tab);
  }

  #escape() {
    if (!this.store.selection) return false;
    this.store.select(null);
    return true;
  }

  #focused(node) {
    const chip = node.side === "target" ? this.panes.target.element(node.path)?.querySelector("[data-suggestion]") : null;
    if (chip) this.card.show(node.path, chip);
    else this.card.hide();
  }

  // Only while going through suggestions: elsewhere Tab leaves the tree, as it must.
  #acceptByTab(node) {
    if (this.view.filter.target !== "suggested" || node.side !== "target") return false;
    const { nodes } = this.panes.target;
    const next = nodes.slice(nodes.indexOf(node) + 1).find((each) => this.model.suggestions.has(each.path));
    if (!this.suggestions.accept(node.path)) return false;
    this.model.refresh();
    if (next) this.panes.target.activate(next.path);
    return true;
  }

  // Makes sure that a field can be seen, then does `then` with it.
  #show(node, then) {
    this.tools.showPane(node.side);
    const isHidden = !this.model.shown[node.side].includes(node);
    if (isHidden) {
      this.tools.resetLook(node.side);
      this.view.reveal(node);
    }
    then();
  }

  #nextMissing() {
    const { missing } = this.model;
    if (!missing.length) return;
    const next = missing[(missing.findIndex((node) => node.path === this.missingAt) + 1) % missing.length];
    this.missingAt = next.path;
    this.tools.showView("canvas");
    this.#show(next, () => this.panes.target.activate(next.path));
  }

  #goTo(problem) {
    const path = this.store.row(problem.row)?.target ?? problem.target;
    const node = this.model.node("target", path) ?? this.model.node("target", path.replace(/\[\d+\]/g, "[]"));
    if (!node) return;
    this.tools.showView("canvas");
    this.#show(node, () => this.panes.target.activate(node.path));
    if (problem.row) this.#selectRow(problem.row);
  }
}

const studio = new Studio(document.querySelector("[data-studio]"));
studio.start().catch((error) => {
  const sign = document.querySelector("[data-loading]");
  sign.textContent = `The studio could not be opened. ${error.message}`;
  sign.classList.add("is-bad");
  throw error;
});
