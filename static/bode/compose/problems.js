// The numbers of the checks, at their places in the text.
import { Extension, pm } from "../../django_prose_editor/editor.js";
import { asPlace } from "./fields.js";

const { Plugin, PluginKey } = pm.state;
const { Decoration, DecorationSet } = pm.view;
const key = new PluginKey("problems");

const fold = (text) => text.replace(/\s+/g, " ").trim();

// What is read in one paragraph, each character with where it stands in the document.
function readable(block, start) {
  const characters = [];
  const add = (character, from, to) => {
    const folded = /\s/.test(character) ? " " : character;
    if (folded === " " && characters.at(-1)?.character === " ") return;
    characters.push({ character: folded, from, to });
  };
  block.forEach((node, offset) => {
    const from = start + offset;
    if (node.isText) {
      for (let i = 0; i < node.text.length; i++) add(node.text[i], from + i, from + i + 1);
    } else if (node.type.name === "mergeField") {
      for (const one of asPlace(node.attrs)) add(one, from, from + 1);
    } else {
      add(" ", from, from + node.nodeSize);
    }
  });
  return characters;
}

function wordsAt(doc, quote) {
  const found = [];
  doc.descendants((block, pos) => {
    if (!block.isTextblock) return;
    const characters = readable(block, pos + 1);
    const text = characters.map((one) => one.character).join("");
    for (let at = text.indexOf(quote); at >= 0; at = text.indexOf(quote, at + quote.length)) {
      found.push({ from: characters[at].from, to: characters[at + quote.length - 1].to });
    }
  });
  return found;
}

function imagesAt(doc, quote) {
  const found = [];
  const begin = quote.replace(/…$/, "");
  doc.descendants((node, pos) => {
    if (node.type.name === "image" && node.attrs.src?.startsWith(begin)) {
      found.push({ from: pos, to: pos + node.nodeSize });
    }
  });
  return found;
}

function candidates(doc, problem) {
  if (problem.code.startsWith("image_")) return imagesAt(doc, problem.quote);
  const found = wordsAt(doc, fold(problem.quote));
  if (!problem.code.startsWith("link_")) return found;
  const link = doc.type.schema.marks.link;
  const linked = found.filter(({ from, to }) => doc.rangeHasMark(from, to, link));
  return linked.length ? linked : found;
}

// Each problem with its own place: the second "this link" is the second one marked.
function placed(doc, problems) {
  const used = new Map();
  const inOrder = problems.filter((one) => fold(one.quote)).sort((a, b) => a.at - b.at);
  return inOrder.flatMap((problem) => {
    const kind = `${problem.code.split("_")[0]}:${problem.quote}`;
    const nth = used.get(kind) ?? 0;
    used.set(kind, nth + 1);
    const found = candidates(doc, problem);
    const place = found[nth] ?? found.at(-1);
    return place ? [{ ...place, problem }] : [];
  });
}

function badge(problem) {
  return () => {
    const dom = document.createElement("span");
    dom.className = `number ${problem.severity}`;
    dom.textContent = problem.number;
    dom.setAttribute("aria-hidden", "true");
    return dom;
  };
}

function decorate(doc, problems) {
  const decorations = placed(doc, problems).flatMap(({ from, to, problem }) => [
    Decoration.inline(
      from,
      to,
      { class: `problem-words ${problem.severity}` },
      { number: problem.number },
    ),
    Decoration.widget(to, badge(problem), { side: -1, key: `${problem.number}${problem.severity}` }),
  ]);
  return DecorationSet.create(doc, decorations);
}

export const Problems = Extension.create({
  name: "problems",
  addProseMirrorPlugins: () => [
    new Plugin({
      key,
      state: {
        init: () => DecorationSet.empty,
        apply: (transaction, marks) => {
          const problems = transaction.getMeta(key);
          if (problems) return decorate(transaction.doc, problems);
          return marks.map(transaction.mapping, transaction.doc);
        },
      },
      props: { decorations: (state) => key.getState(state) },
    }),
  ],
});

export function markProblems(editor, problems) {
  const inBody = problems.filter((one) => one.where === "body");
  const mark = editor.state.tr.setMeta(key, inBody).setMeta("addToHistory", false);
  editor.view.dispatch(mark);
}

// Select the words of this problem. False where they cannot be found.
export function selectProblem(editor, wanted) {
  const marks = key.getState(editor.state).find(undefined, undefined, (spec) => spec.number === wanted);
  if (!marks.length) return false;
  const { from } = marks[0];
  editor.chain().focus(null, { scrollIntoView: false }).setTextSelection({ from, to: marks.at(-1).to }).run();
  // To where neither the toolbar nor the row at the foot covers it.
  scrollBy({ top: editor.view.coordsAtPos(from).top - innerHeight * 0.4 });
  return true;
}
