// The panel of checks: what is wrong, where, and what an editor lets be.
import { markProblems, selectProblem } from "./problems.js";

const FIELDS = { sender: "id_sender", lists: "id_lists", layout: "id_layout" };

export function makeChecks(form, editor, changed) {
  const panel = document.getElementById("checks");
  const ticks = document.getElementById("ticks");
  let problems = [];

  function setTicks(keys) {
    ticks.replaceChildren(
      ...keys.map((key) => {
        const input = document.createElement("input");
        Object.assign(input, { type: "hidden", name: "ticks", value: key });
        return input;
      }),
    );
    for (const box of panel.querySelectorAll("[data-tick]")) box.checked = keys.includes(box.dataset.tick);
  }

  const ticked = () => [...ticks.querySelectorAll("input")].map((input) => input.value);

  panel.addEventListener("change", (event) => {
    const { tick } = event.target.dataset;
    if (!tick) return;
    const others = ticked().filter((key) => key !== tick);
    setTicks(event.target.checked ? [...others, tick] : others);
    changed();
  });

  panel.addEventListener("click", (event) => {
    const button = event.target.closest("[data-go]");
    if (button) goTo(problems.find((one) => one.number === Number(button.dataset.go)));
  });

  function goTo(problem) {
    if (problem.where === "body") {
      if (!selectProblem(editor, problem.number)) editor.commands.focus("start");
      return;
    }
    goToField(problem.where, problem.quote);
  }

  function show(answer) {
    problems = answer.marks;
    const focused = document.activeElement?.dataset;
    panel.innerHTML = answer.checks;
    if (focused?.go) panel.querySelector(`[data-go="${focused.go}"]`)?.focus();
    if (focused?.tick) panel.querySelector(`[data-tick="${CSS.escape(focused.tick)}"]`)?.focus();
    markProblems(editor, problems);
    markFields(form, problems);
  }

  return { show, setTicks, ticked };
}

// Bring the reader to a field, inside its folded choice if need be.
export function goToField(name, quote = "") {
  const field = document.getElementById(FIELDS[name] ?? `id_${name}`);
  if (!field) return;
  const choice = field.closest("details");
  if (choice) choice.open = true;
  const input = field.matches("fieldset") ? (field.querySelector("input") ?? field) : field;
  input.focus();
  const at = quote ? (field.value?.indexOf(quote) ?? -1) : -1;
  if (at >= 0) field.setSelectionRange(at, at + quote.length);
}

function markFields(form, problems) {
  for (const one of form.querySelectorAll(".field-head .number, summary .number")) one.remove();
  for (const problem of problems) {
    if (problem.where === "body" && problem.quote) continue;
    const field = document.getElementById(FIELDS[problem.where] ?? `id_${problem.where}`);
    const label = field?.closest("details")?.querySelector(".choice-value") ?? labelOf(field);
    label?.after(badge(problem));
  }
}

const labelOf = (field) => field?.closest(".field")?.querySelector(".field-head label");

function badge({ number, severity }) {
  const dom = document.createElement("span");
  dom.className = `number ${severity}`;
  dom.textContent = number;
  dom.setAttribute("aria-hidden", "true");
  return dom;
}
