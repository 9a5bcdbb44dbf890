// Picking a field up and putting it down on another: the same for mouse, finger and keys.
import { announce } from "./announce.js";
import { plural } from "./dom.js";
import { link, moveTarget, rowsInto, unlinkSource, unlinkTarget } from "./linking.js";

export class Picking {
  constructor(model, view) {
    Object.assign(this, { model, view, store: model.store });
  }

  get picked() {
    return this.view.picked;
  }

  pick(node) {
    if (!this.store.isEditable) {
      announce("This version cannot be changed: edit a copy.");
      return false;
    }
    if (node.kind === "group" || node.field.read_only || node.field.on_delivery) {
      announce(`${node.label} cannot be linked.`);
      return false;
    }
    this.view.pick(node);
    announce(`${node.label} picked up. ${plural(this.fitting().length, "field")} on the other side fit. Arrow keys go through them, Enter links, Escape puts it down.`);
    return true;
  }

  cancel() {
    if (!this.picked) return false;
    announce(`${this.picked.label} put down.`);
    this.view.pick(null);
    return true;
  }

  // What fit() says of putting the picked field on `node`; null when there is nothing to say.
  judge(node) {
    if (!this.picked || !node || node.side === this.picked.side) return null;
    const [source, target] = this.picked.side === "source" ? [this.picked, node] : [node, this.picked];
    return { ...this.model.fit(source, target), source, target };
  }

  fitting() {
    const other = this.picked.side === "source" ? "target" : "source";
    return this.model.shown[other].filter((node) => this.judge(node).fits);
  }

  // Links, and says so; or says why not and keeps the field picked.
  drop(node) {
    const judged = this.judge(node);
    if (!judged) return false;
    if (!judged.fits) {
      announce(`${judged.source.label} does not fit ${judged.target.label}. ${judged.reason}`);
      return false;
    }
    this.view.pick(null);
    const id = link(this.store, judged.source, judged.target, judged);
    this.store.select(id);
    announce(`${judged.source.label} linked to ${judged.target.label}. ${judged.reason}`);
    return true;
  }

  move(row, node) {
    const source = this.model.node("source", row.sources[0]);
    const judged = source && this.model.fit(source, node);
    if (row.isEach || !judged?.fits) return false;
    moveTarget(this.store, row, node);
    announce(`Link moved to ${node.label}.`);
    return true;
  }

  unlink(node) {
    if (!this.store.isEditable) return false;
    const isDone = node.side === "target" ? unlinkTarget(this.store, node) : this.#unlinkSource(node);
    if (isDone) announce(`${node.label} unlinked.`);
    return isDone;
  }

  #unlinkSource(node) {
    const rows = (this.model.bySource.get(node.path) ?? []).filter((row) => !row.isEach);
    const selected = rows.find((row) => row.id === this.store.selection) ?? (rows.length === 1 ? rows[0] : null);
    if (selected) return unlinkSource(this.store, selected, node.path, `Unlink ${node.label}`);
    announce(rows.length ? `${node.label} has ${rows.length} links: choose one on the other side.` : `${node.label} has no link.`);
    return false;
  }

  // The link that a target shows: the selected one, or its first.
  rowAt(node) {
    const links = this.model.byTarget.get(node.path) ?? rowsInto(this.store.rows, node.path);
    return links.find((row) => row.id === this.store.selection) ?? links[0] ?? null;
  }
}
