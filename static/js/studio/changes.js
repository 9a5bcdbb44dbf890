// A blueprint with changes applied: what the server does with them, done here at once so that nobody waits.
// Nothing is changed in place: what was not touched keeps its identity, so views can tell what is new.

const LISTS = { rule: "rules", flow: "flows" };

function placed(list, has, change) {
  const here = list.findIndex(has);
  if (change.op === "drop") return here < 0 ? list : list.filter((_, index) => index !== here);
  const rest = here < 0 ? [...list] : list.filter((_, index) => index !== here);
  const at = change.at ?? (here < 0 ? rest.length : here);
  rest.splice(at, 0, change.value);
  return rest;
}

function keyed(record, change) {
  const { [change.id]: _, ...rest } = record;
  return change.op === "drop" ? rest : { ...record, [change.id]: change.value };
}

function inMapping(mapping, change) {
  switch (change.item) {
    case "row": return { ...mapping, rows: placed(mapping.rows ?? [], (row) => row.id === change.id, change) };
    case "collection":
      return { ...mapping, collections: placed(mapping.collections ?? [], (item) => item.target === change.id, change) };
    default:
      return { ...mapping, checks: placed(mapping.checks ?? [], (_, index) => String(index) === String(change.id), change) };
  }
}

function one(blueprint, change) {
  switch (change.item) {
    case "blueprint": return change.value;
    case "mapping": return { ...blueprint, mappings: keyed(blueprint.mappings ?? {}, change) };
    case "table": return { ...blueprint, tables: keyed(blueprint.tables ?? {}, change) };
    case "rule":
    case "flow": {
      const name = LISTS[change.item];
      return { ...blueprint, [name]: placed(blueprint[name] ?? [], (item) => item.id === change.id, change) };
    }
    default: {
      const mapping = inMapping(blueprint.mappings[change.mapping], change);
      return { ...blueprint, mappings: { ...blueprint.mappings, [change.mapping]: mapping } };
    }
  }
}

export function applyChanges(blueprint, changes) {
  return changes.reduce(one, blueprint);
}

// Whether both say the same, whatever the order of keys; "not there", "" and an empty list mean the same.
export function isSame(left, right) {
  return JSON.stringify(plain(left)) === JSON.stringify(plain(right));
}

function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  const filled = Object.entries(value).filter(([, item]) => item !== "" && item !== undefined && !isEmpty(item));
  return Object.fromEntries(filled.map(([key, item]) => [key, plain(item)]).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isEmpty(item) {
  return item !== null && typeof item === "object" && Object.keys(item).length === 0;
}
