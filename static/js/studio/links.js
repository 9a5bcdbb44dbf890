// The curves between the trees. Places come from line numbers and scroll positions, so that drawing never waits for layout.
import { perFrame, svg } from "./dom.js";
import { pathsInParameters } from "./model.js";

const BEND = 0.5;

export class Links {
  #drawn = new Map();

  constructor(element, panes, model, view) {
    Object.assign(this, { element, panes, model, view });
    this.layer = element.appendChild(svg("g"));
    this.ghost = element.appendChild(svg("path", { class: "link link--ghost" }));
    this.draw = perFrame(() => this.#draw());
    this.measure = perFrame(() => {
      this.#measure();
      this.#draw();
    });
    for (const pane of Object.values(panes)) pane.list.addEventListener("scroll", this.draw, { passive: true });
    new ResizeObserver(this.measure).observe(element.parentElement);
    view.addEventListener("shown", this.measure);
    view.addEventListener("hover", this.draw);
    model.store.addEventListener("selection", this.draw);
    this.element.addEventListener("pointerover", (event) => this.#hover(event.target.dataset?.row));
    this.element.addEventListener("pointerout", () => this.#hover(null));
  }

  #hover(id) {
    this.view.hover(id ? [id] : []);
  }

  #measure() {
    const frame = this.element.getBoundingClientRect();
    this.box = Object.fromEntries(Object.entries(this.panes).map(([side, { list }]) => {
      const box = list.getBoundingClientRect();
      const port = list.querySelector(".port")?.getBoundingClientRect();
      const line = list.querySelector(".field")?.getBoundingClientRect();
      const body = side === "target" ? list.querySelector(".field__chips")?.getBoundingClientRect() : null;
      return [side, {
        top: box.top - frame.top, height: box.height, line: line?.height ?? 34,
        x: (port ? port.left + port.width / 2 : box.left) - frame.left,
        lead: body ? body.left - frame.left : 0,
        pad: parseFloat(getComputedStyle(list).paddingTop),
      }];
    }));
  }

  // {x, y, isAway}: where the end of a link is; `isAway` -1 or 1 when its line is scrolled out above or below.
  end(side, place) {
    const box = this.box[side];
    const y = box.pad + (place + 0.5) * box.line - this.panes[side].list.scrollTop;
    const isAway = y < 0 ? -1 : y > box.height ? 1 : 0;
    return { x: box.x, y: box.top + Math.min(Math.max(y, 0), box.height), isAway };
  }

  #draw() {
    if (!this.box) this.#measure();
    const wanted = new Map(this.#wanted());
    for (const [key, drawn] of this.#drawn) {
      if (wanted.has(key)) continue;
      drawn.remove();
      this.#drawn.delete(key);
    }
    for (const [key, link] of wanted) this.#put(key, link);
    const { selection } = this.model.store;
    this.element.classList.toggle("has-focus", this.view.hovered.size > 0 || Boolean(selection));
  }

  *#wanted() {
    const { selection } = this.model.store;
    for (const row of this.model.links) {
      const isMain = row.id === selection || this.view.hovered.has(row.id);
      for (const path of new Set(row.sources ?? [])) yield* this.#one(row, path, isMain, false);
      if (isMain && !row.isEach) for (const path of new Set(pathsInParameters(row))) yield* this.#one(row, path, isMain, true);
    }
    for (const item of this.model.suggestions.values()) {
      yield* this.#one({ id: `suggestion:${item.target}`, target: item.target }, item.source, false, true);
    }
  }

  *#one(row, path, isMain, isAside) {
    const from = this.model.placeOf("source", path);
    const to = this.model.placeOf("target", row.target);
    if (from < 0 || to < 0) return;
    const [start, end] = [this.end("source", from), this.end("target", to)];
    if (start.isAway && end.isAway) return;
    yield [`${row.id} ${isAside ? "~" : ""}${path}`, { row, start, end, isMain, isAside }];
  }

  #put(key, { row, start, end, isMain, isAside }) {
    let group = this.#drawn.get(key);
    if (!group) {
      group = svg("g");
      group.append(svg("path", { class: "link" }), svg("path", { class: "link-hit", "data-row": row.id }));
      this.#drawn.set(key, group);
      this.layer.append(group);
    }
    const shape = this.curve(start, end);
    for (const path of group.children) path.setAttribute("d", shape);
    const bad = this.model.problems.has(row.id) || Boolean(this.model.values.ofRow(row.id).error);
    const names = ["links__one", isMain && "is-main", isAside && "is-aside", bad && "is-bad", row.isEach && "is-each", (start.isAway || end.isAway) && "is-away"];
    const next = names.filter(Boolean).join(" ");
    if (group.getAttribute("class") !== next) group.setAttribute("class", next);
    if (isMain && group.nextSibling) this.layer.append(group);
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
