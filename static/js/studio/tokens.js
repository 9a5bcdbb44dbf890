// Several values in one box: each becomes a chip on Enter, a comma or leaving; Backspace takes the last one off.
import { announce } from "./announce.js";
import { h, icon } from "./dom.js";

let made = 0;

export function tokens({ label, key, values, choices, isEditable, change }) {
  let all = [...values];
  const list = choices.length ? h("datalist", { id: `choices-${(made += 1)}` }, choices.map((value) => h("option", { value }))) : null;
  const input = h("input", { type: "text", spellcheck: "false", "aria-label": `${label}: type one and press Enter`, "data-key": key, list: list?.id });
  input.disabled = !isEditable;
  const chips = h("ul", { class: "tokens__chips", "aria-label": label });
  const tell = () => {
    draw();
    change(all);
  };
  const drop = (index) => {
    announce(`Removed ${all[index]}.`);
    all = all.filter((_, other) => other !== index);
    tell();
    input.focus();
  };
  const draw = () => {
    chips.replaceChildren(...all.map((value, index) => h("li", { class: "chip chip--token" }, value,
      isEditable && h("button", { type: "button", "aria-label": `Remove ${value}`, onclick: () => drop(index) }, icon("x")))));
    chips.hidden = !all.length;
  };
  const take = () => {
    const given = input.value.split(/[,\n\t]/).map((word) => word.trim()).filter((word) => word && !all.includes(word));
    input.value = "";
    if (!given.length) return;
    all = [...all, ...given];
    tell();
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === ",") {
      event.preventDefault();
      take();
    } else if (event.key === "Backspace" && !input.value && all.length) drop(all.length - 1);
  });
  input.addEventListener("change", take);
  draw();
  return h("div", { class: "tokens" }, chips, input, list);
}
