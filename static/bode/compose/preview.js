// The mail as it leaves, in a frame that can do nothing. Each look gets a frame of its
// own: no white flash, and no entry in the history for the Back button.
import { settings, words } from "./settings.js";

const WIDTHS = { desktop: 640, phone: 375 };

export function makePreview(form, editor) {
  const stage = document.getElementById("preview-stage");
  const text = document.getElementById("preview-text");
  const submitter = makeSubmitter(form);
  let shown = "desktop";
  let count = 0;

  function fit() {
    for (const frame of stage.clientWidth ? stage.children : []) fitOne(frame);
  }

  function fitOne(frame) {
    const room = stage.clientWidth;
    const width = shown === "desktop" ? Math.max(WIDTHS.desktop, room) : WIDTHS[shown];
    const scale = Math.min(1, room / width);
    const height = Math.max(lengthOf(editor, shown), stage.clientHeight / scale);
    frame.style.width = `${width}px`;
    frame.style.height = `${height}px`;
    frame.style.transform = scale < 1 ? `scale(${scale})` : "";
    frame.style.marginBottom = `${height * (scale - 1)}px`;
    frame.style.marginLeft = `${Math.max(0, (room - width * scale) / 2)}px`;
  }

  function look() {
    const frame = document.createElement("iframe");
    frame.name = `mail-${++count}`;
    frame.title = words("frameTitle");
    frame.setAttribute("sandbox", "allow-popups allow-popups-to-escape-sandbox");
    frame.className = "arriving";
    stage.append(frame);
    fit();
    frame.addEventListener("load", () => {
      while (stage.firstElementChild !== frame) stage.firstElementChild.remove();
      frame.className = "";
    });
    submitter.formTarget = frame.name;
    form.requestSubmit(submitter);
  }

  function show(how) {
    shown = how === "text" ? shown : how;
    stage.hidden = how === "text";
    text.hidden = how !== "text";
    stage.className = `preview-stage ${shown}`;
    for (const tab of document.querySelectorAll("[data-show]")) {
      tab.setAttribute("aria-pressed", String(tab.dataset.show === how));
    }
    fit();
  }

  for (const tab of document.querySelectorAll("[data-show]")) {
    tab.addEventListener("click", () => show(tab.dataset.show));
  }
  new ResizeObserver(() => fit()).observe(stage);
  return { look, submitter, fit };
}

// The frame cannot say how long its page is, and the text knows it well enough.
function lengthOf(editor, shown) {
  const written = editor.view.dom.scrollHeight * (editor.view.dom.clientWidth / 480);
  return Math.round(written * (shown === "phone" ? 1.7 : 1.15)) + 900;
}

function makeSubmitter(form) {
  const button = document.createElement("button");
  button.type = "submit";
  button.hidden = true;
  button.formAction = settings.pages.preview;
  button.formNoValidate = true;
  form.append(button);
  return button;
}
