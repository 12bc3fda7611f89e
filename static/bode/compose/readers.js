// As whom the mail is shown: the example, somebody of its lists, or who is searched.
import { settings, words } from "./settings.js";

const SEARCH = "search";
const PAUSE = 250;

export function bindReaders(form, chosen) {
  const select = document.getElementById("id_reader");
  const search = document.getElementById("id_reader_search");
  const row = search?.closest(".preview-search");
  let timer = 0;
  let before = "";

  async function read() {
    if (!search) return [];
    const asked = new URLSearchParams({ q: row.hidden ? "" : search.value });
    for (const box of form.querySelectorAll("input[name=lists]:checked")) asked.append("lists", box.value);
    const answer = await fetch(`${settings.pages.readers}?${asked}`, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return [];
    const { readers } = await answer.json();
    fill(readers);
    return readers;
  }

  function fill(readers) {
    const kept = select.selectedOptions[0];
    const options = readers
      .filter(({ id }) => String(id) !== kept.value)
      .map(({ id, label, email }) => new Option(label === email ? email : `${label} (${email})`, id));
    const example = select.options[0];
    const first = kept === example || kept.value === SEARCH ? [example] : [example, kept];
    select.replaceChildren(...first, ...options, new Option(words("search"), SEARCH));
    if (kept.value === SEARCH) select.value = before;
  }

  select.addEventListener("change", () => {
    if (select.value === SEARCH) {
      row.hidden = false;
      select.value = before;
      search.focus();
      return;
    }
    before = select.value;
    chosen();
  });

  search?.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const [first] = await read();
      if (!first || !search.value.trim()) return;
      select.value = String(first.id);
      before = select.value;
      chosen();
    }, PAUSE);
  });
  search?.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  form.addEventListener("change", (event) => {
    if (event.target.name === "lists") read();
  });
  return { read };
}
