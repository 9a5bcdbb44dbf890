// Writing a rule for bank lines: the builder of the mapping studio over the condition, which stays a text of the form.
import { ApiError } from "../studio/api.js";
import { ConditionBuilder } from "../studio/conditions.js";
import { sourceOptions } from "../studio/options.js";

async function asked(url, question, signal) {
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["x-csrftoken"];
  const response = await fetch(url, { method: "POST", signal, headers: { "content-type": "application/json", "x-csrftoken": token }, body: JSON.stringify(question) });
  if (!response.ok) throw new ApiError("The condition could not be checked. Load the page again.", { status: response.status });
  return response.json();
}

function start(form) {
  const place = form.querySelector("[data-builder-of]");
  const text = place.querySelector("textarea");
  const fields = sourceOptions(JSON.parse(document.getElementById("rule-schema").textContent));
  const builder = new ConditionBuilder({
    api: { condition: (question, signal) => asked(`${form.dataset.api}conditions/`, question, signal) },
    label: "When", isEditable: true, always: "Add a condition.", noun: "the newest bank line", isTextOpen: true,
    ask: () => ({}), fields: () => fields,
    change: (condition) => {
      text.value = condition;
      text.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });
  text.hidden = true;
  place.querySelector(".field__help")?.remove();
  text.after(builder.element);
  builder.set(text.value, "newest");
  // What is written but not understood is sent as it is: the server says what is wrong with it.
  form.addEventListener("submit", () => { text.value = builder.area.value; });
  // Only what belongs to the rule itself: the builder writes its condition into the text.
  form.addEventListener("input", (event) => event.target.name && form.querySelector("[data-trial]").dispatchEvent(new CustomEvent("try")));
  drawPayer(form);
  form.addEventListener("change", () => drawPayer(form));
}

function drawPayer(form) {
  form.querySelector("[data-payer]").hidden = form.querySelector("[name=action]:checked")?.value !== "match";
}

start(document.querySelector("[data-rule-form]"));
