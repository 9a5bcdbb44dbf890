// Menus are details elements: one open at a time, closed by Escape or a click elsewhere.
// Also: buttons that open dialogs or panels, that copy, and what htmx could not fetch.

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except && !menu.contains(except)) menu.open = false;
  }
}

function say(text) {
  const toast = document.getElementById("toast");
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { toast.hidden = true; }, 6000);
}

function onClick(event) {
  closeMenus(event.target.closest("details.menu"));
  const opener = event.target.closest("[data-open]");
  if (opener) {
    closeMenus(null);
    document.getElementById(opener.dataset.open).showModal();
  }
  const toggler = event.target.closest("[data-toggle]");
  if (toggler) {
    const isOpen = document.getElementById(toggler.dataset.toggle).classList.toggle("is-open");
    toggler.setAttribute("aria-expanded", String(isOpen));
  }
  const copier = event.target.closest("[data-copy]");
  if (copier) {
    navigator.clipboard.writeText(copier.dataset.copy).then(() => say("Copied."), () => say("The browser did not let us copy it."));
  }
}

function onEscape(event) {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details.menu[open]");
  closeMenus(null);
  menu?.querySelector("summary").focus();
}

function onFailed(event) {
  const status = event.detail.xhr.status;
  if (status === 403) say("Your role does not allow this.");
  else if (status >= 500) say("That did not work on our side. Nothing was changed; try again.");
  else say("That was not accepted. Load the page again and retry.");
}

export function startMenus() {
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onEscape);
  document.addEventListener("htmx:responseError", onFailed);
  document.addEventListener("htmx:sendError", () => say("Tillbridge cannot be reached. Is the network there?"));
}
