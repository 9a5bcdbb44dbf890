// What is known of a look-up table without asking the server: its faults, and who reads it.

export function slug(title, taken) {
  const plain = title.toLowerCase().normalize("NFD").replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 40) || "table";
  let name = /^[a-z]/.test(plain) ? plain : `t_${plain}`;
  for (let number = 2; taken.includes(name); number += 1) name = `${plain}_${number}`;
  return name;
}

export function cleared(row, width) {
  return Array.from({ length: width }, (_, index) => row[index] ?? "");
}

// {faults: Map "row/column" → words, words: [...]}: keys that are blank or there twice.
export function faultsOf(table) {
  const faults = new Map();
  const words = [];
  const first = new Map();
  table.rows.forEach((row, index) => {
    const key = (row[0] ?? "").trim().toLowerCase();
    if (!key && row.every((cell) => !cell)) return;
    if (!key) add(faults, words, index, `Row ${index + 1} has no ${table.columns[0]}: fill it in, or remove the row.`);
    else if (first.has(key)) add(faults, words, index, `Row ${index + 1} has “${row[0]}” of row ${first.get(key) + 1} again: only the first counts.`);
    else first.set(key, index);
  });
  return { faults, words: words.length > 6 ? [...words.slice(0, 5), `and ${words.length - 5} more`] : words };
}

function add(faults, words, index, text) {
  faults.set(`${index}/0`, text);
  words.push(text);
}

function mentions(value, id) {
  return new RegExp(`context:tables\\."?${id}\\b`).test(JSON.stringify(value ?? ""));
}

// The mappings, rules and flows that read the table: [{words, path}].
export function readersOf(blueprint, id) {
  const mappings = Object.entries(blueprint.mappings ?? {}).flatMap(([name, document]) => (document.rows ?? [])
    .filter((row) => mentions(row, id)).map((row) => ({ words: `${name.replaceAll("_", " ")}: ${row.target}`, path: `studio/${name}/` })));
  const rules = (blueprint.rules ?? []).filter((rule) => mentions(rule, id)).map((rule) => ({ words: `the rule “${rule.name}”`, path: `rules/#${rule.id}` }));
  const flows = (blueprint.flows ?? []).filter((flow) => (flow.steps ?? []).some((step) => step.settings?.table === id || mentions(step, id)))
    .map((flow) => ({ words: `the flow “${flow.name}”`, path: `flows/${flow.id}/` }));
  return [...mappings, ...rules, ...flows];
}
