// Keeps "5 min ago" true while the page stays open. The same words as dashboard/core/wording.py.

const UNITS = [[86400, "day"], [3600, "h"], [60, "min"], [1, "s"]];

export function ago(at, now) {
  const seconds = Math.floor(Math.abs(now - at) / 1000);
  for (const [size, unit] of UNITS) {
    if (seconds < size) continue;
    const count = Math.floor(seconds / size);
    const span = `${count} ${unit}${unit === "day" && count > 1 ? "s" : ""}`;
    return at <= now ? `${span} ago` : `in ${span}`;
  }
  return "now";
}

function refresh() {
  const now = Date.now();
  for (const time of document.querySelectorAll("time[data-relative]")) {
    const words = ago(Date.parse(time.dateTime), now);
    if (time.textContent !== words) time.textContent = words;
  }
}

export function startTimes() {
  setInterval(refresh, 10_000);
}
