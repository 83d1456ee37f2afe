// @ts-check
/**
 * The source viewer: a document as written, with the span named by the address (`#start-end`) highlighted.
 *
 * The server counts Unicode code points, JavaScript strings count UTF-16 units. Addresses and links hold code points;
 * a Sheet holds units.
 *
 * @typedef {{start: number, end: number}} Span
 * @typedef {import("./facts.js").Field} Field
 * @typedef {import("./facts.js").Version} Version
 * @typedef {Span & {level: number, title: string}} Heading
 * @typedef {{document_id: string, source: string, sources: string[], title: string, kind: ?string, metadata: Record<string, Field>,
 *            headings: Heading[], pages: number[], n_chunks: number, status: ?string, versions: Version[]}} Info
 * @typedef {{heading: Heading, depth: number}} Entry a heading and how deep it is nested, 0 at the top
 * @typedef {Span & {node: HTMLElement}} Block a line of the text and the element that shows it
 */

import { showBanner, showFields, showVersions } from "./facts.js";
import { byId, el, fetchJson, Problem, startLanguage, words } from "./page.js";

const MAX_OUTLINE_DEPTH = 1;
const MIN_OUTLINE_ENTRIES = 3;

/**
 * How code point offsets of a text become UTF-16 offsets.
 * @param {string} text
 * @returns {{length: number, unit: (point: number) => number}} the length in code points, and the conversion
 */
function offsets(text) {
  /** @type {number[]} code point offsets of the characters that take two units, ascending */
  const wide = [];
  let length = 0;
  for (const character of text) {
    if (character.length === 2) wide.push(length);
    length += 1;
  }
  const unit = (/** @type {number} */ point) => {
    let [low, high] = [0, wide.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (wide[middle] < point) low = middle + 1;
      else high = middle;
    }
    return point + low;
  };
  return { length, unit };
}

/**
 * How deep each heading is nested, whatever numbers the levels have.
 * @param {Heading[]} headings
 * @returns {Entry[]}
 */
function nested(headings) {
  /** @type {Heading[]} */
  const open = [];
  return headings.map((heading) => {
    while (open.length && open[open.length - 1].level >= heading.level) open.pop();
    open.push(heading);
    return { heading, depth: open.length - 1 };
  });
}

/** The text on the page, line by line, and the highlight in it. */
class Sheet {
  /**
   * @param {string} text
   * @param {Entry[]} entries headings, spans in units
   * @param {number[]} pages where each page starts, in units
   * @param {?Span} title where the text states its own title, in units
   */
  constructor(text, entries, pages, title) {
    this.text = text;
    this.entries = entries;
    this.pages = pages;
    this.title = title;
    /** @type {Block[]} */
    this.blocks = [...this.lines()];
  }

  *lines() {
    let start = 0;
    let spaced = false;
    for (const line of this.text.split("\n")) {
      const end = start + line.length;
      if (line.trim()) {
        const node = this.lineElement({ start, end });
        if (spaced) node.classList.add("spaced");
        const block = { start, end, node };
        this.fill(block, null);
        yield block;
      }
      spaced = !line.trim();
      start = end + 1;
    }
  }

  /** @param {Span} line */
  lineElement(line) {
    const entry = this.entries.find(({ heading }) => heading.start >= line.start && heading.end === line.end);
    const isTitle = this.title && line.start < this.title.end && line.end > this.title.start;
    if (isTitle) return el("p", { class: "sheet-title" });
    if (entry) return el(`h${Math.min(entry.depth + 2, 6)}`);
    return el("p", this.text.slice(line.start, line.end).includes("。") ? { class: "running" } : {});
  }

  /**
   * Put the text of a line into its element, cut where a heading, the highlight or a page begins or ends.
   * @param {Block} block
   * @param {?Span} mark
   */
  fill({ start, end, node }, mark) {
    const runIn = this.entries.map(({ heading }) => heading).filter((heading) => heading.start < end && heading.end > start);
    const pages = this.pages.filter((page, index) => index > 0 && page >= start && page < end);
    const edges = [...runIn, ...(mark ? [mark] : [])].flatMap((span) => [span.start, span.end]).concat(pages);
    const cuts = [...new Set([start, ...edges.filter((edge) => edge > start && edge < end), end])].sort((a, b) => a - b);
    const within = (/** @type {Span} */ span, /** @type {number} */ at) => span.start <= at && at < span.end;
    const highlighted = el("mark");
    node.replaceChildren();
    cuts.slice(0, -1).forEach((cut, index) => {
      const inMark = mark !== null && within(mark, cut);
      if (inMark && !highlighted.parentNode) node.append(highlighted);
      const target = inMark ? highlighted : node;
      if (pages.includes(cut)) target.append(pageMark(this.pages.indexOf(cut) + 1));
      const part = this.text.slice(cut, cuts[index + 1]);
      if (node.tagName === "P" && runIn.some((heading) => within(heading, cut))) target.append(el("b", {}, part));
      else if (cut === start && runIn.length && start < runIn[0].start) target.append(el("span", { class: "marker" }, part));
      else target.append(part);
    });
  }

  /**
   * Highlight a span and bring it into view.
   * @param {?Span} mark
   */
  highlight(mark) {
    const touches = (/** @type {Block} */ block, /** @type {?Span} */ span) => span && block.start < span.end && block.end > span.start;
    for (const block of this.blocks) {
      if (touches(block, this.marked ?? null) || touches(block, mark)) this.fill(block, mark);
    }
    this.marked = mark;
    const first = this.blocks.find((block) => touches(block, mark))?.node.querySelector("mark");
    if (!first) return;
    const last = [...byId("text").querySelectorAll("mark")].pop() ?? first;
    const height = last.getBoundingClientRect().bottom - first.getBoundingClientRect().top;
    first.tabIndex = -1;
    first.focus({ preventScroll: true });
    first.scrollIntoView({ block: height > innerHeight / 2 ? "start" : "center" });
  }
}

/** @param {number} number */
function pageMark(number) {
  return words(el("span", { class: "page-mark", role: "note" }), `第 ${number} 页`, `page ${number}`);
}

/** @param {Entry[]} entries headings, spans still in code points as links need them */
function showOutline(entries) {
  const shown = entries.filter(({ depth }) => depth <= MAX_OUTLINE_DEPTH);
  if (shown.length < MIN_OUTLINE_ENTRIES) return;
  byId("contents").hidden = false;
  byId("outline").append(
    ...shown.map(({ heading, depth }) =>
      el("li", { class: `depth-${depth}` }, el("a", { href: `#${heading.start}-${heading.end}` }, heading.title)),
    ),
  );
}

/** @param {Info} info */
function showReplyLink({ document_id, kind }) {
  byId("to-reply").hidden = kind !== "reply";
  byId("to-reply").querySelector("a")?.setAttribute("href", `/replies/${encodeURIComponent(document_id)}`);
}

/** @param {Info} info */
function showHead(info) {
  const { metadata } = info;
  const tab = document.querySelector("title");
  if (tab) words(tab, `${info.title} · 政问`, `${info.title} · Zhengwen 政问`);
  byId("title").textContent = info.title;
  const facts = [metadata.document_number, metadata.issuer, metadata.date].filter(Boolean).map((field) => el("span", {}, field.value));
  byId("subtitle").replaceChildren(...facts);
}

/**
 * The span that the address names, in code points; null when it names none.
 * @returns {?Span}
 */
function addressSpan() {
  const match = /^#(\d+)-(\d+)$/.exec(location.hash);
  return match ? { start: Number(match[1]), end: Number(match[2]) } : null;
}

async function open() {
  const api = `/api${location.pathname.replace(/\/$/, "")}`;
  /** @type {[Info, {document_id: string, text: string}]} */
  const [info, { text }] = await Promise.all([fetchJson(api), fetchJson(`${api}/text`)]);
  const { length, unit } = offsets(text);
  const inUnits = (/** @type {Span} */ span) => ({ start: unit(span.start), end: unit(span.end) });
  const entries = nested(info.headings);
  const { title } = info.metadata;
  const sheet = new Sheet(
    text,
    entries.map(({ heading, depth }) => ({ heading: { ...heading, ...inUnits(heading) }, depth })),
    info.pages.map(unit),
    title && title.start !== null && title.end !== null ? inUnits({ start: title.start, end: title.end }) : null,
  );
  showHead(info);
  showReplyLink(info);
  showFields(info);
  showVersions(info.versions);
  showBanner(info);
  showOutline(entries);
  byId("text").replaceChildren(...sheet.blocks.map((block) => block.node));
  for (const id of ["facts", "text"]) byId(id).hidden = false;

  const follow = () => {
    const span = addressSpan();
    if (!span && location.hash) return; // The skip link keeps the highlight.
    const inText = span !== null && span.start < span.end && span.end <= length;
    const notice = words(byId("notice"), "链接所指的位置不在本文中，文件可能已更新。", "The link points outside this text; the document may have changed.");
    notice.hidden = span === null || inText;
    sheet.highlight(inText ? inUnits(span) : null);
  };
  addEventListener("hashchange", follow);
  follow();
}

startLanguage();
const wide = matchMedia("(min-width: 60rem)").matches;
for (const id of ["fields", "contents"]) byId(id).toggleAttribute("open", wide);
open().catch((error) => {
  if (!(error instanceof Problem)) throw error;
  words(byId("notice"), error.zh, error.en).classList.add("problem");
});
