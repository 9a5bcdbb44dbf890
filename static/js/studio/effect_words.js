// What rules do, in the words of finance staff.
import { labelOf } from "./options.js";

export const EFFECTS = {
  hold: "hold it until a person lets it go",
  require_approval: "ask a second person to approve it",
  skip: "make no documents for it",
  route: "use another mapping for it",
  tag: "put a label on it",
  set_field: "set one of its fields",
};
export const ROLES = { operator: "an operator", administrator: "an administrator" };

export function mappingWords(name) {
  return String(name ?? "").replaceAll("_", " ") || "…";
}

export function effectWords(effect, fields) {
  const because = effect.reason ? `, because ${effect.reason.replace(/[.\s]+$/, "")}` : "";
  const value = effect.value ?? "…";
  switch (effect.kind) {
    case "hold": return `hold it${because}`;
    case "skip": return `make no documents${because}`;
    case "require_approval": return `${ROLES[effect.value] ?? "a second person"} must approve it${because}`;
    case "route": return `use the mapping “${mappingWords(effect.value)}”${because}`;
    case "tag": return `label it “${value}”${because}`;
    default: return `set ${effect.target ? labelOf(fields, effect.target) : "a field"} to “${value}”${because}`;
  }
}
