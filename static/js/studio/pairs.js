// A small table "this → that", edited in place: the maps of transforms.
import { h, icon } from "./dom.js";

export function pairsEditor({ id, label, key, isEditable, change }) {
  const body = h("tbody");
  const usual = h("p", { class: "field__help" });
  const fault = h("p", { class: "field__error", role: "status", hidden: true });
  let pairs = [];
  let told = null;

  const told_ = (table) => JSON.stringify(Object.entries(table));
  const tell = () => {
    const twice = pairs.find(([from], index) => from && pairs.findIndex(([other]) => other === from) !== index);
    fault.hidden = !twice;
    if (twice) return fault.replaceChildren(icon("circle-alert"), `“${twice[0]}” is there twice: each word can become one thing.`);
    const table = Object.fromEntries(pairs.filter(([from]) => from !== ""));
    told = told_(table);
    return change(table);
  };
  const cell = (index, side, title) => {
    const input = h("input", { type: "text", spellcheck: "false", "aria-label": `${title}, row ${index + 1}`, "data-key": `${key}-${index}-${side}` });
    input.value = pairs[index][side];
    input.disabled = !isEditable;
    input.addEventListener("input", () => { pairs[index][side] = input.value; tell(); });
    input.addEventListener("keydown", (event) => onKey(event, index, side));
    return h("td", {}, input);
  };
  const focus = (index, side) => body.rows[index]?.cells[side]?.querySelector("input")?.focus();
  const onKey = (event, index, side) => {
    if (event.key === "Enter" || (event.key === "ArrowDown" && !event.altKey)) {
      event.preventDefault();
      if (index === pairs.length - 1 && event.key === "Enter" && isEditable) add();
      else focus(index + 1, side);
    } else if (event.key === "ArrowUp") {
      event.preventDefault();
      focus(index - 1, side);
    }
  };
  const draw = () => body.replaceChildren(...pairs.map((_, index) => h("tr", {}, cell(index, 0, "From"), cell(index, 1, "To"),
    h("td", {}, isEditable && h("button", { type: "button", class: "icon-button icon-button--small", "aria-label": `Remove row ${index + 1}`, onclick: () => { pairs.splice(index, 1); draw(); tell(); } }, icon("x"))))));
  const add = () => {
    pairs.push(["", ""]);
    draw();
    focus(pairs.length - 1, 0);
  };

  const element = h("div", { class: "pairs-edit", id, role: "group", "aria-label": label },
    h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "This"), h("th", { scope: "col" }, "becomes"), h("th", { scope: "col" }, h("span", { class: "sr" }, "Remove")))), body),
    usual, fault, isEditable && h("button", { type: "button", class: "button button--small button--quiet", "data-key": `${key}-add`, onclick: add }, icon("plus"), "Add a row"));

  return {
    element,
    set(table, fallback) {
      const count = Object.keys(fallback).length;
      usual.hidden = !count || pairs.length > 0;
      usual.textContent = count ? `As usual: ${Object.entries(fallback).slice(0, 3).map((pair) => pair.join(" → ")).join(", ")}${count > 3 ? ` and ${count - 3} more` : ""}.` : "";
      if (told_(table) === told || element.contains(document.activeElement)) return;
      told = told_(table);
      pairs = Object.entries(table).map(([from, to]) => [from, String(to ?? "")]);
      draw();
    },
  };
}
