// Trees of conditions, never changed in place. A place is a path of positions: "0.2" is the third part of the first group.

const KINDS = {
  decimal: "number", integer: "number", flag: "flag", date: "date", moment: "date", list: "list", object: "list",
  text: "text", choice: "text", guid: "text", email: "text", url: "text",
};

export function kindOf(type) {
  return KINDS[type] ?? "any";
}

export function part(group) {
  const kind = ["all", "any", "none"].find((name) => group[name]);
  return { kind, members: group[kind] ?? [] };
}

export function at(place, index) {
  return place === "" ? String(index) : `${place}.${index}`;
}

export function replaced(tree, place, make) {
  if (place === "") return make(tree);
  const [first, ...rest] = place.split(".");
  const { kind, members } = part(tree);
  return { [kind]: members.map((member, index) => (String(index) === first ? replaced(member, rest.join("."), make) : member)) };
}

export function found(tree, place) {
  return place === "" ? tree : place.split(".").reduce((node, index) => part(node).members[Number(index)], tree);
}

export function grown(tree, place, node) {
  return replaced(tree, place, (group) => {
    const { kind, members } = part(group);
    return { [kind]: [...members, node] };
  });
}

// Without one part, and without the groups that are empty then.
export function without(tree, place) {
  const steps = place.split(".");
  const last = Number(steps.pop());
  const above = steps.join(".");
  const smaller = replaced(tree, above, (group) => {
    const { kind, members } = part(group);
    return { [kind]: members.filter((_, index) => index !== last) };
  });
  const isEmpty = above !== "" && part(found(smaller, above)).members.length === 0;
  return isEmpty ? without(smaller, above) : smaller;
}

// The verdict of one part, out of the verdict of the whole.
export function verdictAt(verdict, place) {
  return place.split(".").reduce((inner, index) => inner?.members?.[Number(index)], verdict) ?? null;
}
