// What comes out of Word and other programs, made plain before the editor reads it:
// real lists, no classes, no styles, no images that only exist on somebody's disk.

const REMOVED = "script, style, title, meta, link, xml, object, iframe, form, input, button, svg";
const KEPT = { A: ["href", "title"], IMG: ["src", "alt", "width", "height"], OL: ["start"] };
KEPT.TD = KEPT.TH = ["colspan", "rowspan"];
const HEADINGS = { H1: "h2", H4: "h3", H5: "h3", H6: "h3" };
const BULLET = /^[\s\u00a0]*([·•●○▪■§◦‣⁃–-]|o(?=[\s\u00a0]))[\s\u00a0]*/;
const ORDINAL = /^[\s\u00a0]*(\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)][\s\u00a0]+/;

export function cleanPaste(html) {
  // Copied inside the editor itself.
  if (html.includes("data-pm-slice")) return html;
  const { body } = new DOMParser().parseFromString(withoutStyles(html), "text/html");
  dropComments(body);
  for (const one of body.querySelectorAll(REMOVED)) one.remove();
  for (const one of body.querySelectorAll("img")) if (!/^https?:/i.test(one.getAttribute("src") ?? "")) one.remove();
  makeLists(body);
  keepEmphasis(body);
  rename(body);
  for (const one of body.querySelectorAll("*")) dropAttributes(one);
  unwrap(body);
  for (const one of body.querySelectorAll("p, h2, h3, li")) dropWhenEmpty(one);
  return body.innerHTML;
}

// What the page's policy forbids is not even parsed: a style is read as data instead.
function withoutStyles(html) {
  return html
    .replace(/<style[\s\S]*?<\/style\s*>/gi, "")
    .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/(\s)(style|on[a-z]+)(\s*=)/gi, "$1data-$2$3"));
}

const styleOf = (element) => element.dataset.style?.toLowerCase() ?? "";

function dropComments(body) {
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_COMMENT);
  const comments = [];
  while (walker.nextNode()) comments.push(walker.currentNode);
  for (const one of comments) one.remove();
}

// Word writes a list as paragraphs with a typed bullet: MsoListParagraph.
function makeLists(body) {
  const open = [];
  let last = null;
  for (const paragraph of [...body.querySelectorAll("p, h1, h2, h3, h4, h5, h6")]) {
    const item = asItem(paragraph);
    if (!item) continue;
    if (!last || nextElement(last) !== paragraph) open.length = 0;
    last = addItem(paragraph, item, open);
  }
}

function nextElement(element) {
  let next = element.nextElementSibling;
  while (next && !next.textContent.trim() && !next.querySelector("img, table")) next = next.nextElementSibling;
  return next;
}

function asItem(paragraph) {
  const style = styleOf(paragraph);
  const isList = /mso-list:\s*l\d/.test(style) || /MsoList/i.test(paragraph.className);
  if (!isList || paragraph.closest("li")) return null;
  const marker = takeMarker(paragraph);
  if (marker === null && !/mso-list:\s*l\d/.test(style)) return null;
  const level = Number(style.match(/level(\d)/)?.[1] ?? 1);
  return { level, kind: ORDINAL.test(`${marker ?? ""} `) ? "ol" : "ul" };
}

// The typed bullet or number, taken out of the paragraph; null where there is none.
function takeMarker(paragraph) {
  const ignored = [...paragraph.querySelectorAll("[data-style]")].find((one) =>
    /mso-list:\s*ignore/.test(styleOf(one)),
  );
  if (ignored) {
    const text = ignored.textContent.trim();
    ignored.remove();
    return text;
  }
  const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
  while (walker.nextNode() && !walker.currentNode.data.trim());
  const text = walker.currentNode;
  const found = text.data?.match(BULLET) ?? text.data?.match(ORDINAL);
  if (!found) return null;
  text.data = text.data.slice(found[0].length);
  return found[0].trim();
}

// The spaces that Word put between the bullet and the words.
function trimStart(element) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    walker.currentNode.data = walker.currentNode.data.replace(/^[\s\u00a0]+/, "");
    if (walker.currentNode.data) return;
  }
}

// Put the paragraph as an item in the list of its level; the list that stands there.
function addItem(paragraph, { level, kind }, open) {
  const item = document.createElement("li");
  const text = document.createElement("p");
  text.append(...paragraph.childNodes);
  trimStart(text);
  item.append(text);
  const depth = Math.min(level, open.length + 1);
  open.length = Math.min(open.length, depth);
  if (open.length === depth && open[depth - 1].localName !== kind) open.length -= 1;
  if (open.length < depth) {
    const list = document.createElement(kind);
    const parent = open.at(-1)?.lastElementChild;
    if (parent) parent.append(list);
    else paragraph.before(list);
    open.push(list);
  }
  open[depth - 1].append(item);
  paragraph.remove();
  return open[0];
}

// Bold and italic that were written as a style.
function keepEmphasis(body) {
  for (const one of body.querySelectorAll("[data-style]")) {
    const style = styleOf(one);
    if (one.matches("b, strong") && /(^|;)\s*font-weight:\s*(normal|400)/.test(style)) one.replaceWith(...one.childNodes);
    else if (one.matches("span")) {
      if (/(^|;)\s*font-weight:\s*(bold|[6-9]00)/.test(style)) wrapInside(one, "strong");
      if (/(^|;)\s*font-style:\s*italic/.test(style)) wrapInside(one, "em");
    }
  }
}

function wrapInside(element, name) {
  const wrapper = document.createElement(name);
  wrapper.append(...element.childNodes);
  element.append(wrapper);
}

function rename(body) {
  for (const one of body.querySelectorAll(Object.keys(HEADINGS).join(","))) {
    const heading = document.createElement(HEADINGS[one.tagName]);
    heading.append(...one.childNodes);
    one.replaceWith(heading);
  }
}

function dropAttributes(element) {
  const kept = KEPT[element.tagName] ?? [];
  for (const { name } of [...element.attributes]) if (!kept.includes(name)) element.removeAttribute(name);
}

// Spans, fonts and Word's own o:p say nothing any more; a link without address is none.
function unwrap(body) {
  for (const one of body.querySelectorAll("*")) {
    const speaks = !one.localName.includes(":") && !one.matches("span, font, a:not([href])");
    if (!speaks) one.replaceWith(...one.childNodes);
  }
}

function dropWhenEmpty(element) {
  const empty = !element.textContent.replace(/\u00a0/g, " ").trim();
  if (empty && !element.querySelector("img, table, br")) element.remove();
}
