// The page of the review. Filters replace the desk; then everything begins anew with what is there.
import { Desk } from "./desk.js";
import { startKeys } from "./keys.js";

let desk = null;

function begin() {
  const root = document.querySelector("[data-review]");
  if (root && root !== desk?.root) desk = new Desk(root);
}

begin();
document.addEventListener("htmx:afterSettle", begin);
startKeys(() => desk);
