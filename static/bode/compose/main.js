// The page where a bulletin is written: brings its parts together.
import { LoggedOut, post } from "./asking.js";
import { goToField, makeChecks } from "./checks.js";
import { bindChoices } from "./choices.js";
import { makeEditor } from "./editor.js";
import { findCopy, forget, forgetSaved, keep, makeAttempt, putBack } from "./kept.js";
import { makePreview } from "./preview.js";
import { bindReaders } from "./readers.js";
import { number, settings, words } from "./settings.js";

const PAUSE = 350;
const form = document.getElementById("bulletin_form");
const body = document.getElementById("id_body");
const byId = (id) => document.getElementById(id);

let dirty = Boolean(byId("compose-errors"));
let leaving = false;
let timer = 0;
let asking = null;

form.elements.attempt.value = makeAttempt();
forgetSaved();

// --- The text's length ----------------------------------------------------------------
const tooLongNote = byId("body-too-long");

function sayTooLong(length) {
  const fits = length <= settings.longestBody;
  const values = { length: number(length), most: number(settings.longestBody) };
  tooLongNote.hidden = fits;
  tooLongNote.querySelector("span").textContent = fits ? "" : words("tooLong", values);
}

const editor = makeEditor(body, { tooLong: sayTooLong });

// --- Checks and preview -----------------------------------------------------------------
const checks = makeChecks(form, editor, () => changed());
const preview = makePreview(form, editor);
const choices = bindChoices(form);
const readers = bindReaders(form, () => lookSoon(0));

async function look() {
  asking?.abort();
  if (leaving || body.value.length > settings.longestBody) return;
  asking = new AbortController();
  const token = form.elements.csrfmiddlewaretoken.value;
  preview.look();
  try {
    show(await post(settings.pages.checks, form, { signal: asking.signal }));
    // It was renewed on the way: the preview was asked for with the old one.
    if (form.elements.csrfmiddlewaretoken.value !== token) preview.look();
  } catch (error) {
    if (error.name !== "AbortError") byId("logged-out").hidden = !(error instanceof LoggedOut);
  }
}

function show(answer) {
  byId("logged-out").hidden = true;
  checks.show(answer);
  choices.show(answer);
  byId("preview-from").textContent = answer.from;
  byId("preview-subject").textContent = answer.subject;
  byId("preview-text").textContent = answer.text;
  showMustMend(answer.errors);
  sayOnce(answer.said);
}

function showMustMend(errors) {
  const note = byId("must-mend");
  note.hidden = !errors;
  const name = errors === 1 ? "mendOne" : "mendMany";
  note.querySelector("span").textContent = words(name, { count: number(errors) });
}

// A screen reader hears the result of the checks when it is another one.
function sayOnce(sentence) {
  const said = byId("compose-said");
  if (said.textContent !== sentence) said.textContent = sentence;
}

function lookSoon(pause = PAUSE) {
  clearTimeout(timer);
  timer = setTimeout(look, pause);
}

// --- What is not saved --------------------------------------------------------------------
function changed() {
  dirty = true;
  byId("saved").querySelector(".saved-yes").hidden = true;
  byId("saved").querySelector(".saved-no").hidden = false;
  keep(form);
  lookSoon();
}

form.addEventListener("input", (event) => {
  if (!event.target.name || event.target.name === "reader") return;
  if (event.target === body) sayTooLong(body.value.length);
  countAll();
  choices.read();
  changed();
});

form.addEventListener("submit", (event) => {
  if (event.submitter === preview.submitter) return;
  if (body.value.length > settings.longestBody) {
    event.preventDefault();
    sayTooLong(body.value.length);
    goToField("body");
    return;
  }
  keep(form);
  leaving = true;
  clearTimeout(timer);
  asking?.abort();
});

addEventListener("beforeunload", (event) => {
  if (dirty && !leaving) event.preventDefault();
});

addEventListener("pageshow", () => {
  leaving = false;
});

addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
    event.preventDefault();
    form.requestSubmit(byId("save-button"));
  }
});

// --- The copy that this browser kept ------------------------------------------------------
const unsaved = byId("unsaved");
const copy = dirty ? null : findCopy(form);
if (copy) {
  const when = new Date(copy.at).toLocaleString(document.documentElement.lang, {
    dateStyle: "long",
    timeStyle: "short",
  });
  unsaved.querySelector("[data-when]").textContent = when;
  unsaved.hidden = false;
  // After a reload the browser would go back to where the text stood, far below it.
  history.scrollRestoration = "manual";
  unsaved.scrollIntoView({ block: "center" });
}
unsaved.querySelector("[data-restore]").addEventListener("click", () => {
  const setBody = (html) => editor.commands.setContent(html, { emitUpdate: true });
  putBack(form, copy, setBody, checks.setTicks);
  unsaved.hidden = true;
  countAll();
  choices.read();
  changed();
  editor.commands.focus("end");
});
unsaved.querySelector("[data-discard]").addEventListener("click", () => {
  forget();
  unsaved.hidden = true;
  byId("id_subject").focus();
});

// --- A test to myself -------------------------------------------------------------------
byId("test-button").addEventListener("click", async (event) => {
  const button = event.currentTarget;
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  sayTest("", words("testing"));
  try {
    const { sent, message } = await post(settings.pages.test, form);
    sayTest(sent ? "good" : "wrong", message);
  } catch (error) {
    sayTest("wrong", words(error instanceof LoggedOut ? "testLoggedOut" : "testFailed"));
  }
  button.removeAttribute("aria-busy");
});

function sayTest(tone, sentence) {
  const said = byId("test-said");
  said.hidden = false;
  said.className = `test-said ${tone}`;
  said.textContent = sentence;
}

// --- Counting characters ------------------------------------------------------------------
function countAll() {
  for (const counter of document.querySelectorAll("[data-counts]")) {
    const most = Number(counter.dataset.most);
    const count = [...byId(counter.dataset.counts).value].length;
    counter.textContent = words("counted", { count: number(count), most: number(most) });
    counter.classList.toggle("over", count > most);
  }
}

for (const link of document.querySelectorAll("[data-goes-to]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    if (link.dataset.goesTo === "body") editor.commands.focus();
    else goToField(link.dataset.goesTo);
  });
}

countAll();
choices.read();
readers.read();
byId("compose-errors")?.focus();
lookSoon(0);
