// The three questions of the editor. Each promises an answer, or null for "never mind".

function ask(id, answer) {
  const dialog = document.getElementById(id);
  dialog.returnValue = "";
  dialog.querySelector("[data-cancel]").onclick = () => dialog.close();
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue ? answer(dialog.returnValue) : null);
    dialog.showModal();
  });
}

const field = (id) => document.getElementById(id);

// What stands before an address that somebody typed without it.
function whole(address) {
  const typed = address.trim();
  if (!typed || /^([a-z][a-z0-9+.-]*:|#|\/|\{\{)/i.test(typed)) return typed;
  if (/^[^\s/@]+@[^\s/@]+\.[^\s/@]+$/.test(typed)) return `mailto:${typed}`;
  return /^[^\s/]+\.[^\s/]+/.test(typed) ? `https://${typed}` : typed;
}

export function askLink({ href, isLink, needsWords }) {
  const dialog = field("link-dialog");
  dialog.querySelector("[data-words]").hidden = !needsWords;
  const remove = dialog.querySelector("[data-remove]");
  remove.hidden = !isLink;
  remove.onclick = () => dialog.close("remove");
  field("link-words").value = "";
  field("link-address").value = href;
  return ask("link-dialog", (pressed) => ({
    remove: pressed === "remove",
    href: whole(field("link-address").value),
    words: field("link-words").value.trim(),
  }));
}

export function askTable() {
  return ask("table-dialog", () => ({
    rows: Math.min(50, Math.max(1, Number(field("table-rows").value) || 3)),
    cols: Math.min(8, Math.max(1, Number(field("table-columns").value) || 2)),
    withHeaderRow: field("table-heading").checked,
  }));
}

export function askDescription(alt) {
  field("image-words").value = alt;
  return ask("image-dialog", () => field("image-words").value.trim());
}
