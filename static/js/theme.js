// The theme is kept in a cookie, so that the server draws the page right from the first byte.

const YEAR = 365 * 24 * 60 * 60;

function use(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `theme=${theme}; path=/; max-age=${theme ? YEAR : 0}; samesite=lax${secure}`;
  document.dispatchEvent(new CustomEvent("theme"));
}

export function startTheme() {
  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-theme-switch]")) use(event.target.value);
  });
}
