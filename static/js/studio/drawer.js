// The drawer's tabs: the selected link, the document, the problems. Arrow keys change tabs as everywhere.

export class Drawer {
  constructor(root) {
    this.root = root;
    this.tabs = [...root.querySelectorAll("[role=tab]")];
    for (const tab of this.tabs) {
      tab.addEventListener("click", () => this.show(tab.dataset.tab));
      tab.addEventListener("keydown", (event) => this.#onKey(event));
    }
  }

  get shown() {
    return this.tabs.find((tab) => tab.getAttribute("aria-selected") === "true").dataset.tab;
  }

  show(name) {
    for (const tab of this.tabs) {
      const isShown = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(isShown));
      tab.tabIndex = isShown ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !isShown;
    }
    this.root.dispatchEvent(new CustomEvent("tab", { detail: name }));
  }

  // Shows a tab and goes to the first thing in it that can be worked with.
  enter(name) {
    this.show(name);
    const tab = this.tabs.find((each) => each.dataset.tab === name);
    const panel = document.getElementById(tab.getAttribute("aria-controls"));
    const all = panel.querySelectorAll("button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), a[href]");
    const first = [...all].find((element) => element.checkVisibility());
    (first ?? tab).focus();
  }

  #onKey(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const here = this.tabs.indexOf(event.currentTarget);
    const next = this.tabs[(here + step + this.tabs.length) % this.tabs.length];
    this.show(next.dataset.tab);
    next.focus();
    event.preventDefault();
  }
}
