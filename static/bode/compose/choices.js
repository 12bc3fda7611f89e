// The folded choices under the text: each says what is chosen without being opened.

export function bindChoices(form) {
  let people = "";

  function chosenLists() {
    const boxes = [...form.querySelectorAll("input[name=lists]:checked")];
    return boxes.map((box) => box.closest("label").querySelector("[data-label]").textContent);
  }

  function chosenOption(name) {
    const select = form.elements[name];
    return select?.value ? select.selectedOptions[0].textContent.replace(/\s*<[^>]*>$/, "") : "";
  }

  function write(name, value, detail = "") {
    const place = form.querySelector(`[data-choice=${name}] .choice-value`);
    place.textContent = value || place.dataset.nothing;
    place.classList.toggle("quiet", !value);
    if (value && detail) {
      const more = document.createElement("span");
      more.className = "quiet";
      more.textContent = ` · ${detail}`;
      place.append(more);
    }
  }

  function read() {
    write("lists", chosenLists().join(", "), people);
    write("sender", chosenOption("sender"));
    write("layout", chosenOption("layout"));
  }

  function show(answer) {
    people = answer.people;
    read();
  }

  return { read, show };
}
