// Rows with check boxes: how many are picked, all of a page at once, and the bar of what to do with them.

function refresh(form) {
  const picks = [...form.querySelectorAll("[data-pick]")];
  const picked = picks.filter((pick) => pick.checked).length;
  const bar = form.querySelector("[data-bulk]");
  if (!bar) return;
  bar.hidden = picked === 0;
  form.querySelector("[data-picked]").textContent = picked;
  const all = form.querySelector("[data-pick-all]");
  all.checked = picked > 0 && picked === picks.length;
  all.indeterminate = picked > 0 && picked < picks.length;
}

function onChange(event) {
  const form = event.target.closest("[data-select]");
  if (!form) return;
  if (event.target.matches("[data-pick-all]")) {
    for (const pick of form.querySelectorAll("[data-pick]")) pick.checked = event.target.checked;
  }
  refresh(form);
}

export function startSelecting() {
  document.addEventListener("change", onChange);
  for (const form of document.querySelectorAll("[data-select]")) refresh(form);
}
