// The buttons above the text: what each does, and whether it is on.
import { askDescription, askLink, askTable } from "./dialogs.js";

const MARKS = ["bold", "italic", "underline"];
const BLOCKS = ["bulletList", "orderedList", "blockquote"];
const capital = (name) => name[0].toUpperCase() + name.slice(1);

const COMMANDS = {
  undo: (chain) => chain.undo(),
  redo: (chain) => chain.redo(),
  addRow: (chain) => chain.addRowAfter(),
  addColumn: (chain) => chain.addColumnAfter(),
  deleteRow: (chain) => chain.deleteRow(),
  deleteColumn: (chain) => chain.deleteColumn(),
  headerRow: (chain) => chain.toggleHeaderRow(),
  deleteTable: (chain) => chain.deleteTable(),
};
for (const name of [...MARKS, ...BLOCKS]) {
  COMMANDS[name] = (chain) => chain[`toggle${capital(name)}`]();
}

const QUESTIONS = { link: setLink, table: insertTable, describe: describeImage };

export async function setLink(editor) {
  const { href = "" } = editor.getAttributes("link");
  const isLink = editor.isActive("link");
  const needsWords = editor.state.selection.empty && !isLink;
  const answer = await askLink({ href, isLink, needsWords });
  const chain = editor.chain().focus();
  if (!answer || (!answer.href && !answer.remove)) return chain.run();
  if (isLink) chain.extendMarkRange("link");
  if (answer.remove) return chain.unsetLink().run();
  const link = { type: "link", attrs: { href: answer.href } };
  if (!needsWords) return chain.setMark("link", link.attrs).run();
  return chain.insertContent({ type: "text", text: answer.words || answer.href, marks: [link] }).run();
}

async function insertTable(editor) {
  const answer = await askTable();
  const chain = editor.chain().focus();
  if (answer) chain.insertTable(answer);
  chain.run();
}

async function describeImage(editor) {
  const alt = await askDescription(editor.getAttributes("image").alt ?? "");
  const chain = editor.chain().focus();
  if (alt !== null) chain.updateAttributes("image", { alt });
  chain.run();
}

export function bindToolbar(toolbar, editor) {
  const run = (name) => {
    if (QUESTIONS[name]) QUESTIONS[name](editor);
    else COMMANDS[name](editor.chain().focus()).run();
  };
  for (const button of toolbar.querySelectorAll("button[data-tool]")) {
    // Keep the caret where it is.
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", () => run(button.dataset.tool));
  }
  const block = toolbar.querySelector("[data-tool=block]");
  block.addEventListener("change", () => {
    const level = Number(block.value);
    const chain = editor.chain().focus();
    if (level) chain.setHeading({ level });
    else chain.setParagraph();
    chain.run();
  });
  bindFieldsMenu(toolbar, editor);
  roam(toolbar);
  const show = () => showState(toolbar, editor);
  editor.on("transaction", show);
  show();
  toolbar.hidden = false;
}

function showState(toolbar, editor) {
  for (const name of [...MARKS, ...BLOCKS, "link"]) {
    const button = toolbar.querySelector(`[data-tool=${name}]`);
    button.setAttribute("aria-pressed", String(editor.isActive(name)));
  }
  const level = [2, 3].find((one) => editor.isActive("heading", { level: one })) ?? 0;
  toolbar.querySelector("[data-tool=block]").value = String(level);
  for (const tools of toolbar.querySelectorAll("[data-within]")) {
    tools.hidden = !editor.isActive(tools.dataset.within);
  }
}

// One stop for Tab, arrows from button to button, as the toolbar pattern asks.
function roam(toolbar) {
  const tools = () => [...toolbar.querySelectorAll(".tool")].filter((one) => one.offsetParent);
  const stop = (tool) => {
    for (const one of toolbar.querySelectorAll(".tool")) one.tabIndex = one === tool ? 0 : -1;
  };
  stop(toolbar.querySelector(".tool"));
  toolbar.addEventListener("focusin", (event) => {
    const tool = event.target.closest(".tool");
    if (tool) stop(tool);
  });
  toolbar.addEventListener("keydown", (event) => {
    if (!event.target.matches(".tool")) return;
    const all = tools();
    const here = all.indexOf(event.target);
    const to = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all[(to + all.length) % all.length].focus();
  });
}

function bindFieldsMenu(toolbar, editor) {
  const button = toolbar.querySelector("[data-menu]");
  const menu = document.getElementById(button.dataset.menu);
  const items = [...menu.querySelectorAll("button")];
  const show = (open) => {
    menu.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("mousedown", (event) => event.preventDefault());
  button.addEventListener("click", () => {
    show(menu.hidden);
    if (!menu.hidden) items[0].focus();
  });
  for (const item of items) {
    item.addEventListener("click", () => {
      show(false);
      editor.chain().focus().insertField(item.dataset.field).run();
    });
  }
  menu.addEventListener("keydown", (event) => {
    const here = items.indexOf(document.activeElement);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === "Escape") {
      show(false);
      button.focus();
    } else if (to !== undefined) {
      event.preventDefault();
      items[(to + items.length) % items.length].focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target) && !button.contains(event.target)) show(false);
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) show(false);
  });
}
