// The text itself: django-prose-editor with the extensions that the form names.
import * as prose from "../../django_prose_editor/editor.js";
import { MergeField, writtenOut } from "./fields.js";
import { cleanPaste } from "./paste.js";
import { Problems } from "./problems.js";
import { settings, words } from "./settings.js";
import { bindToolbar, setLink } from "./toolbar.js";

const COVERED = { top: 110, right: 0, bottom: 120, left: 0 };

// Their own keys for a link open their own dialog, which knows English alone.
const Link = prose.Link.extend({
  addKeyboardShortcuts: () => ({
    "Mod-k": ({ editor }) => {
      setLink(editor);
      return true;
    },
  }),
});

// Tab stays inside a table or a list: other keys lead out of the text.
const WaysOut = prose.Extension.create({
  name: "waysOut",
  addKeyboardShortcuts: () => ({
    Escape: () => focusOn(".choice summary"),
    "Alt-F10": () => focusOn("#editor .tool[tabindex='0']"),
  }),
});

function focusOn(selector) {
  document.querySelector(selector).focus();
  return true;
}

// Numbered as the reader's mail program numbers: the kind of numeral is not kept.
const OrderedList = prose.OrderedList.extend({
  addAttributes() {
    const { start } = this.parent();
    return { start };
  },
  // "1. " begins one, as "- " begins the other kind.
  addInputRules() {
    return [prose.wrappingInputRule({ find: /^1\.\s$/, type: this.type })];
  },
});

// A picture from elsewhere is not fetched here: a box says what it shows. The preview
// has the picture itself.
const Image = prose.Image.extend({
  addNodeView: () => ({ node }) => {
    const dom = document.createElement("span");
    dom.className = "image-box";
    const name = (node.attrs.src ?? "").split(/[?#]/)[0].split("/").at(-1);
    dom.textContent = words("image", { words: node.attrs.alt || name });
    return { dom };
  },
});

function wantedExtensions(textarea) {
  const { extensions } = JSON.parse(textarea.dataset.djangoProseEditorBode);
  const known = { ...prose, Image, Link, OrderedList };
  const wanted = Object.entries(extensions).map(([name, options]) =>
    options === true ? known[name] : known[name].configure(options),
  );
  return [...wanted, MergeField, Problems, WaysOut];
}

export const htmlOf = (editor) => (editor.isEmpty ? "" : writtenOut(editor.getHTML()));

// Make the editor on this textarea, which keeps the HTML for the form.
// `tooLong(length)` hears of a paste that does not fit.
export function makeEditor(textarea, { tooLong }) {
  const toolbar = document.querySelector("#editor .toolbar");
  const place = document.createElement("div");
  textarea.before(place);
  textarea.hidden = true;
  const editor = new prose.Editor({
    element: place,
    extensions: wantedExtensions(textarea),
    // A link without an address stays one, so that the checks can name it.
    content: textarea.value.replaceAll(' href=""', ' href="#"'),
    // Its sheet would be an inline one; ours has the same rules.
    injectCSS: false,
    editorProps: {
      attributes: {
        id: "body-text",
        class: "writing",
        role: "textbox",
        "aria-multiline": "true",
        "aria-labelledby": "body-label",
        "aria-describedby": "body-too-long body-keys",
        lang: document.getElementById("id_language").value,
      },
      // The toolbar sticks to the top, and the row with the buttons to the foot.
      scrollMargin: COVERED,
      scrollThreshold: COVERED,
      transformPastedHTML: cleanPaste,
      handlePaste: (view, _event, slice) => {
        const length = view.state.doc.content.size + slice.content.size;
        if (length <= settings.longestBody) return false;
        tooLong(length);
        return true;
      },
    },
    onUpdate: ({ editor, transaction }) => {
      textarea.value = htmlOf(editor);
      if (transaction.getMeta("begin")) return;
      textarea.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });
  textarea.value = htmlOf(editor);
  toolbar.setAttribute("aria-controls", "body-text");
  document.getElementById("body-label").addEventListener("click", () => editor.commands.focus());
  document.getElementById("id_language").addEventListener("change", (event) => {
    editor.view.dom.lang = event.target.value;
  });
  bindToolbar(toolbar, editor);
  return editor;
}
