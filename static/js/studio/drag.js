// Dragging from field to field with mouse, finger or pen. A finger that moves up or down scrolls; sideways drags.
import { h, setText } from "./dom.js";

const SLACK = 6;
const EDGE = 44;
const FASTEST = 14;

export class Drag {
  #down = null;
  #active = null;
  #at = { x: 0, y: 0 };

  constructor(canvas, { panes, links, picking, onStart, onTap }) {
    Object.assign(this, { canvas, panes, links, picking, onStart, onTap });
    this.hint = canvas.appendChild(h("div", { class: "drag-hint", hidden: true, "aria-hidden": "true" }, h("b"), h("span")));
    canvas.addEventListener("pointerdown", (event) => this.#onDown(event));
    canvas.addEventListener("pointermove", (event) => this.#onMove(event));
    canvas.addEventListener("pointerup", (event) => this.#onUp(event));
    canvas.addEventListener("pointercancel", () => this.stop());
    canvas.addEventListener("click", (event) => this.#onClick(event), true);
    canvas.addEventListener("dragstart", (event) => event.preventDefault());
  }

  get isOn() {
    return this.#active !== null;
  }

  nodeAt(element) {
    return this.panes.source.nodeAt(element) ?? this.panes.target.nodeAt(element);
  }

  #onDown(event) {
    this.wasDragged = false;
    if (event.button !== 0 || !event.isPrimary || event.target.closest("[data-fold], [data-suggestion], button, input")) return;
    const node = this.nodeAt(event.target);
    if (!node) return;
    const isLink = node.side === "target" && event.target.closest("[data-port], [data-row]");
    const row = isLink ? this.picking.rowAt(node) : null;
    this.#down = { node, row: row?.sources?.length ? row : null, x: event.clientX, y: event.clientY, isFinger: event.pointerType === "touch" };
  }

  #onMove(event) {
    this.#at = { x: event.clientX, y: event.clientY };
    if (this.#active || !this.#down) return;
    const [right, down] = [Math.abs(event.clientX - this.#down.x), Math.abs(event.clientY - this.#down.y)];
    if (Math.max(right, down) < SLACK) return;
    if (this.#down.isFinger && down > right) this.#down = null;
    else this.#start(event);
  }

  #start(event) {
    const { node, row } = this.#down;
    const held = row ? this.picking.model.node("source", row.sources[0]) : node;
    if (!held || !this.picking.pick(held)) {
      this.#down = null;
      return;
    }
    this.canvas.setPointerCapture(event.pointerId);
    this.onStart(held);
    this.links.measureNow();
    this.#active = { held, row, frame: this.canvas.getBoundingClientRect(), over: undefined };
    this.canvas.classList.add("is-dragging");
    this.hint.hidden = false;
    requestAnimationFrame(() => this.#frame());
  }

  // Everything that follows the finger happens once per frame.
  #frame() {
    if (!this.#active) return;
    const point = this.#point();
    this.#scroll(point);
    this.links.drawGhost(this.#from(), point);
    this.#drawHint(point);
    requestAnimationFrame(() => this.#frame());
  }

  #from() {
    const { held } = this.#active;
    const place = this.links.model.placeOf(held.side, held.path);
    return place < 0 ? null : this.links.end(held.side, place);
  }

  // Where the finger is, within the canvas as it was when the drag began.
  #point() {
    const { frame } = this.#active;
    return { x: this.#at.x - frame.left, y: this.#at.y - frame.top };
  }

  #under(point) {
    const sides = Object.keys(this.panes).filter((side) => this.panes[side].list.checkVisibility());
    return sides.map((side) => this.panes[side].nodes[this.links.lineAt(side, point)]).find(Boolean) ?? null;
  }

  #drawHint(point) {
    const node = this.#under(point);
    if (node !== this.#active.over) this.#mark(node, this.picking.judge(node));
    const flip = point.x > this.#active.frame.width - 280;
    this.hint.style.transform = `translate(${flip ? point.x - 280 : point.x + 16}px, ${point.y + 18}px)`;
  }

  #mark(node, judged) {
    this.#active.over = node;
    for (const old of this.canvas.querySelectorAll(".is-over")) old.classList.remove("is-over");
    if (judged) this.panes[node.side].element(node.path)?.classList.add("is-over");
    this.hint.classList.toggle("is-good", Boolean(judged?.fits));
    this.hint.classList.toggle("is-bad", Boolean(judged && !judged.fits));
    const [title, words] = this.hint.children;
    setText(title, judged ? `${judged.source.label} → ${judged.target.label}` : this.#active.held.label);
    setText(words, this.#words(judged));
  }

  #words(judged) {
    if (judged) return judged.fits ? judged.reason || "Fits." : judged.reason;
    return this.#active.row ? "Let go here to unlink." : "Let go on a field of the other side.";
  }

  // Near the upper or lower edge of a tree, the tree moves along.
  #scroll({ x, y }) {
    for (const [side, { list }] of Object.entries(this.panes)) {
      const box = this.links.box[side];
      if (x < box.left || x > box.right) continue;
      const above = box.top + EDGE - y;
      const below = y - (box.top + box.height - EDGE);
      const far = Math.max(above, below);
      if (far > 0) list.scrollTop += Math.min(FASTEST, far / 3) * (above > 0 ? -1 : 1);
    }
  }

  #onUp(event) {
    this.#down = null;
    if (!this.#active) return;
    this.#at = { x: event.clientX, y: event.clientY };
    const { row } = this.#active;
    const node = this.#under(this.#point());
    this.wasDragged = true;
    if (row) this.#putDownLink(row, node);
    else this.picking.drop(node);
    this.stop();
  }

  // A link taken up at its end: to another field, away, or back to where it was.
  #putDownLink(row, node) {
    if (node?.side === "target") {
      if (node.path !== row.target) this.picking.move(row, node);
    } else if (!node) {
      const target = this.picking.model.node("target", row.target);
      if (target) this.picking.unlink(target);
    }
  }

  stop() {
    this.#down = null;
    if (!this.#active) return;
    this.#active = null;
    for (const old of this.canvas.querySelectorAll(".is-over")) old.classList.remove("is-over");
    this.canvas.classList.remove("is-dragging");
    this.hint.hidden = true;
    this.links.drawGhost(null);
    this.picking.view.pick(null);
  }

  // A drag ends with a click on whatever is there: that click means nothing.
  #onClick(event) {
    if (this.wasDragged) {
      this.wasDragged = false;
      event.stopPropagation();
      event.preventDefault();
      return;
    }
    const node = this.nodeAt(event.target);
    if (node) this.onTap(node, event);
  }
}
