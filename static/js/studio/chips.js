// What sits on a link where it reaches its target: transforms, a fixed value, a for-each, or a suggestion.
import { h, icon } from "./dom.js";

export function chipsOf(facts) {
  if (facts.links.length) return facts.links.filter(hasChip).map(linkChip);
  return facts.suggestion ? [suggestionChip(facts.suggestion)] : [];
}

function hasChip(link) {
  return link.titles.length > 0 || link.when || link.error;
}

// Named for the mouse only: the line itself says the same to screen readers, and T opens it from the keyboard.
function linkChip(link) {
  const [first, ...rest] = link.titles;
  const kind = link.isEach ? "each" : link.isConstant ? "constant" : "through";
  const words = link.sentences.length ? link.sentences.map((sentence, index) => `${index + 1}. ${sentence}`) : link.titles;
  const title = [...words, link.when && `Only when ${link.when}`, link.error].filter(Boolean).join("\n");
  return h("span", { class: `flow-chip flow-chip--${kind}${link.error ? " is-bad" : ""}`, title, "data-row": link.id },
    link.when ? icon("funnel") : "",
    link.isEach ? icon("repeat") : "",
    first ? h("span", { class: "flow-chip__text" }, first) : "",
    rest.length ? h("span", { class: "flow-chip__more" }, `+${rest.length}`) : "",
  );
}

function suggestionChip(item) {
  return h("span", { class: `flow-chip flow-chip--suggested${item.band === "accept" ? " is-sure" : ""}`, "data-suggestion": item.target },
    h("span", { class: "flow-chip__text" }, item.label),
    h("span", { class: "flow-chip__more" }, `${item.percent} %`),
  );
}
