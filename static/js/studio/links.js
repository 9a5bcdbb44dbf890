// The curves between the trees. Places come from line numbers and scroll positions, so that drawing never waits for layout.
import { perFrame, svg } from "./dom.js";
import { pathsInParameters } from "./model.js";

const BEND = 0.5;

export class Links {
  #drawn = new Map();

  constructor(element, panes, model, view) {
    Object.assign(this, { element, panes, model, view });
    this.layer = element.appendChild(svg("g"));
    // On a layer of its own: what follows the finger must not have all links painted anew.
    const over = svg("svg", { class: "links links--ghost", "aria-hidden": "true" });
    this.ghost = over.appendChild(svg("path", { class: "link link--ghost" }));
    element.after(over);
    this.draw = perFrame(() => this.#draw());
    this.measure = perFrame(() => {
      this.#measure();
      this.#draw();
    });
    for (const pane of Object.values(panes)) pane.list.addEventListener("scroll", this.draw, { passive: true });
    new ResizeObserver(this.measure).observe(element.parentElement);
    const anew = (then) => () => {
      this.isStale = true;
      then();
    };
    view.addEventListener("shown", anew(this.measure));
    view.addEventListener("hover", anew(this.draw));
    model.store.addEventListener("selection", anew(this.draw));
    this.element.addEventListener("pointerover", (event) => this.#hover(event.target.dataset?.row));
    this.element.addEventListener("pointerout", () => this.#hover(null));
  }

  measureNow() {
    this.#measure();
  }

  #hover(id) {
    this.view.hover(id ? [id] : []);
  }

  #measure() {
    this.#look();
    const frame = this.element.getBoundingClientRect();
    this.box = Object.fromEntries(Object.entries(this.panes).map(([side, { list }]) => {
      const box = list.getBoundingClientRect();
      const port = list.querySelector(".port")?.getBoundingClientRect();
      const line = list.querySelector(".field")?.getBoundingClientRect();
      const body = side === "target" ? list.querySelector(".field__chips")?.getBoundingClientRect() : null;
      return [side, {
        top: box.top - frame.top, height: box.height, left: box.left - frame.left, right: box.right - frame.left, line: line?.height ?? 34,
        x: (port ? port.left + port.width / 2 : box.left) - frame.left,
        lead: body ? body.left - frame.left : 0,
        pad: parseFloat(getComputedStyle(list).paddingTop),
      }];
    }));
  }

  // The number of the line at a place in the window, or -1; in arithmetic, as it is asked in every frame of a drag.
  lineAt(side, { x, y }) {
    const box = this.box[side];
    const isInside = x >= box.left && x <= box.right && y >= box.top && y <= box.top + box.height;
    return isInside ? Math.floor((y - box.top - box.pad + this.panes[side].list.scrollTop) / box.line) : -1;
  }

  // Read once per frame: asking after writing would make the browser lay out the page again.
  #look() {
    this.scrolled = Object.fromEntries(Object.entries(this.panes).map(([side, { list }]) => [side, list.scrollTop]));
  }

  // {x, y, isAway}: where the end of a link is; `isAway` -1 or 1 when its line is scrolled out above or below.
  end(side, place) {
    const box = this.box[side];
    const y = box.pad + (place + 0.5) * box.line - this.scrolled[side];
    const isAway = y < 0 ? -1 : y > box.height ? 1 : 0;
    return { x: box.x, y: box.top + Math.min(Math.max(y, 0), box.height), isAway };
  }

  // What there is to draw changes with the mapping and with what is pointed at; scrolling only moves it.
  #plan() {
    const wanted = new Map();
    for (const line of this.#lines()) wanted.set(line.key, line);
    for (const [key, drawn] of this.#drawn) {
      if (wanted.has(key)) continue;
      drawn.group.remove();
      this.#drawn.delete(key);
    }
    for (const line of wanted.values()) this.#prepare(line);
    this.lines = [...wanted.values()];
    this.element.classList.toggle("has-focus", this.view.hovered.size > 0 || Boolean(this.model.store.selection));
  }

  *#lines() {
    const { selection } = this.model.store;
    for (const row of this.model.links) {
      const isMain = row.id === selection || this.view.hovered.has(row.id);
      for (const path of new Set(row.sources ?? [])) yield* this.#line(row, path, isMain, false);
      if (isMain && !row.isEach) for (const path of new Set(pathsInParameters(row))) yield* this.#line(row, path, isMain, true);
    }
    for (const item of this.model.suggestions.values()) {
      const row = { id: `suggestion:${item.target}`, target: item.target };
      for (const path of item.sources ?? [item.source]) yield* this.#line(row, path, false, true);
    }
  }

  *#line(row, path, isMain, isAside) {
    const from = this.model.placeOf("source", path);
    const to = this.model.placeOf("target", row.target);
    if (from < 0 || to < 0) return;
    const isBad = this.model.problems.has(row.id) || Boolean(this.model.values.ofRow(row.id).error);
    const names = ["links__one", isMain && "is-main", isAside && "is-aside", isBad && "is-bad", row.isEach && "is-each"];
    yield { key: `${row.id} ${isAside ? "~" : ""}${path}`, row, from, to, isMain, names: names.filter(Boolean).join(" ") };
  }

  #prepare({ key, row, isMain }) {
    if (!this.#drawn.has(key)) {
      const group = svg("g");
      const parts = [svg("path", { class: "link" }), svg("path", { class: "link-hit", "data-row": row.id })];
      group.append(...parts);
      this.layer.append(group);
      this.#drawn.set(key, { group, parts, shape: "", names: "" });
    }
    const { group } = this.#drawn.get(key);
    if (isMain && group.nextSibling) this.layer.append(group);
  }

  #draw() {
    if (!this.box) this.#measure();
    if (!this.lines || this.isStale) this.#plan();
    this.isStale = false;
    this.#look();
    for (const line of this.lines) this.#place(line);
  }

  // A link of which both ends are scrolled away is not drawn at all.
  #place({ key, from, to, names }) {
    const drawn = this.#drawn.get(key);
    const [start, end] = [this.end("source", from), this.end("target", to)];
    const shape = start.isAway && end.isAway ? "" : this.curve(start, end);
    if (shape !== drawn.shape) for (const part of drawn.parts) part.setAttribute("d", shape);
    const next = start.isAway || end.isAway ? `${names} is-away` : names;
    if (next !== drawn.names) drawn.group.setAttribute("class", next);
    Object.assign(drawn, { shape, names: next });
  }

  // A curve to the column of chips, then straight through the chip into the port.
  curve(start, end) {
    const lead = Math.max(this.box.target.lead, start.x + 24);
    const bend = (lead - start.x) * BEND;
    return `M${start.x},${start.y} C${start.x + bend},${start.y} ${lead - bend},${end.y} ${lead},${end.y} L${end.x},${end.y}`;
  }

  // The line under a moving finger, from a port to wherever it is. null puts it away.
  drawGhost(from, to) {
    if (!from) {
      this.ghost.removeAttribute("d");
      return;
    }
    const bend = (to.x - from.x) * BEND;
    this.ghost.setAttribute("d", `M${from.x},${from.y} C${from.x + bend},${from.y} ${to.x - bend},${to.y} ${to.x},${to.y}`);
  }
}
