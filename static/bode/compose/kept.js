// The browser's own copy of text that was not saved: it survives a reload, a crash and
// an expired login, and goes once the server says that it was saved.
import { settings } from "./settings.js";

const NOT_TEXT = new Set(["csrfmiddlewaretoken", "attempt", "based_on", "reader"]);
const OLD = 30 * 24 * 3600 * 1000;

const store = {
  read(place) {
    try {
      return JSON.parse(localStorage.getItem(place));
    } catch {
      return null;
    }
  },
  write(place, copy) {
    try {
      localStorage.setItem(place, JSON.stringify(copy));
    } catch {
      // Full or forbidden: then there is no copy, and the text is on the page still.
    }
  },
  remove(place) {
    try {
      localStorage.removeItem(place);
    } catch {
      // Nothing to remove where nothing may be kept.
    }
  },
  places: () => Object.keys(localStorage).filter((one) => one.startsWith("bode:")),
};

export const makeAttempt = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16)).join("");

export function textOf(form) {
  return [...new FormData(form)].filter(([name, value]) => !NOT_TEXT.has(name) && typeof value === "string");
}

const same = (one, other) => JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());

export function forgetSaved() {
  for (const place of store.places()) {
    const copy = store.read(place);
    const old = !copy || Date.now() - copy.at > OLD;
    if (old || (settings.saved && copy.attempt === settings.saved)) store.remove(place);
  }
}

export function keep(form) {
  const { attempt, based_on: basedOn } = form.elements;
  store.write(settings.place, {
    at: Date.now(),
    attempt: attempt.value,
    version: basedOn ? Number(basedOn.value) : 0,
    text: textOf(form),
  });
}

export const forget = () => store.remove(settings.place);

// The copy of this bulletin, where it says something else than the form does.
export function findCopy(form) {
  const copy = store.read(settings.place);
  if (!copy?.text) return null;
  if (!same(copy.text, textOf(form))) return copy;
  forget();
  return null;
}

export function putBack(form, copy, setBody, setTicks) {
  const values = new Map();
  for (const [name, value] of copy.text) values.set(name, [...(values.get(name) ?? []), value]);
  for (const element of form.elements) {
    const all = values.get(element.name) ?? [];
    if (!element.name || NOT_TEXT.has(element.name) || ["submit", "button"].includes(element.type)) continue;
    if (element.type === "checkbox") element.checked = all.includes(element.value);
    else if (element.name !== "body" && element.name !== "ticks") element.value = all[0] ?? "";
  }
  // Somebody saved it since: then saving must meet the question which text stays.
  if (copy.version && form.elements.based_on) form.elements.based_on.value = copy.version;
  setTicks(values.get("ticks") ?? []);
  setBody(values.get("body")?.[0] ?? "");
}
