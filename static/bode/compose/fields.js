// Merge fields in the text: {{ salutation }} in the HTML, a labelled box on the screen.
import { Node, pm } from "../../django_prose_editor/editor.js";
import { settings } from "./settings.js";

const NAMES = Object.keys(settings.fields).join("|");
const PLACE = new RegExp(`\\{\\{\\s*(${NAMES})\\s*(?:\\|([^{}]*))?\\}\\}`, "g");

export function asPlace({ field, fallback }) {
  return fallback ? `{{ ${field}|${fallback} }}` : `{{ ${field} }}`;
}

// The HTML with its fields written out: the boxes are for the screen alone.
export function writtenOut(html) {
  return html.replace(/<span data-merge-field=[^>]*>([^<]*)<\/span>/g, "$1");
}

// Where the text of the document still says {{ name }}, put the box there.
function withFields(state, type) {
  const found = [];
  state.doc.descendants((node, pos) => {
    if (!node.isText) return;
    for (const match of node.text.matchAll(PLACE)) {
      const attributes = { field: match[1], fallback: (match[2] || "").trim() };
      found.push({
        from: pos + match.index,
        to: pos + match.index + match[0].length,
        box: type.create(attributes, null, node.marks),
      });
    }
  });
  if (!found.length) return null;
  const transaction = state.tr;
  for (const { from, to, box } of found.reverse()) transaction.replaceWith(from, to, box);
  return transaction;
}

function draw(node) {
  const dom = document.createElement("span");
  const label = settings.fields[node.attrs.field];
  dom.className = "merge-field";
  dom.contentEditable = "false";
  dom.title = asPlace(node.attrs);
  dom.textContent = label.charAt(0).toUpperCase() + label.slice(1);
  if (node.attrs.fallback) dom.textContent += ` | ${node.attrs.fallback}`;
  return { dom };
}

export const MergeField = Node.create({
  name: "mergeField",
  group: "inline",
  inline: true,
  atom: true,
  addAttributes: () => ({
    field: { default: "", rendered: false },
    fallback: { default: "", rendered: false },
  }),
  parseHTML: () => [
    {
      tag: "span[data-merge-field]",
      getAttrs: ({ dataset }) => ({ field: dataset.mergeField, fallback: dataset.fallback ?? "" }),
    },
  ],
  renderHTML: ({ node }) => {
    const { field, fallback } = node.attrs;
    return ["span", { "data-merge-field": field, "data-fallback": fallback }, asPlace(node.attrs)];
  },
  renderText: ({ node }) => asPlace(node.attrs),
  addNodeView: () => ({ node }) => draw(node),
  addCommands() {
    return {
      insertField: (field) => ({ commands }) =>
        commands.insertContent({ type: this.name, attrs: { field } }),
    };
  },
  onCreate({ editor }) {
    const begin = editor.state.tr.setMeta("begin", true).setMeta("addToHistory", false);
    editor.view.dispatch(begin);
  },
  addProseMirrorPlugins() {
    return [
      new pm.state.Plugin({
        appendTransaction: (transactions, _before, state) => {
          const begun = transactions.some((one) => one.getMeta("begin"));
          if (!begun && !transactions.some((one) => one.docChanged)) return null;
          const change = withFields(state, this.type);
          return begun ? change?.setMeta("begin", true).setMeta("addToHistory", false) : change;
        },
      }),
    ];
  },
});
