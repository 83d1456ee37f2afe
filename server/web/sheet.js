// @ts-check
/**
 * The text of a document as elements: paragraphs, headings, tables, page marks, and a highlight in it. Every offset counts
 * UTF-16 units.
 *
 * @typedef {{start: number, end: number}} Span
 * @typedef {Span & {level: number, title: string}} Heading
 * @typedef {{heading: Heading, depth: number}} Entry a heading and how deep it is nested, 0 at the top
 * @typedef {Span & {node: HTMLElement}} Block a line of the text, or a cell of a table, and the element that shows it
 */

import { byId, el, named, words } from "./page.js";

/** What parts the cells of a row in the text of a document: at the start of a cell, and at its end. */
const BARS = /^(?<before>\s*\|\s*)?.*?(?<after>\s*\|\s*)?$/s;
/** The line below the head of a table in Markdown. */
const RULE = /^[\s|:-]+$/;

/**
 * @param {string} text
 * @param {Span} line
 */
function isRow(text, { start, end }) {
  return /\S \| |^\|.*\|\s*$/.test(text.slice(start, end));
}

/**
 * The cells of a row; together they hold all of it, a bar between two at the end of the first.
 * @param {string} line
 */
function cellsOf(line) {
  const cells = line.match(/[^|]*\|\s*|[^|]+$/g) ?? [line];
  const opening = cells.length > 1 && /^\s*\|\s*$/.test(cells[0]) ? cells.shift() : "";
  return [opening + cells[0], ...cells.slice(1)];
}

/**
 * A table with a cell for each part of each row.
 * @param {string} text
 * @param {Span[]} rows
 * @returns {{frame: HTMLElement, cells: Block[]}}
 */
function tableOf(text, rows) {
  /** @type {Block[]} */
  const cells = [];
  const body = el("tbody");
  for (const row of rows) {
    const line = text.slice(row.start, row.end);
    const tr = el("tr", RULE.test(line) ? { class: "rule" } : {});
    let start = row.start;
    for (const cell of cellsOf(line)) {
      const node = el("td");
      cells.push({ start, end: start + cell.length, node });
      start += cell.length;
      tr.append(node);
    }
    body.append(tr);
  }
  // What scrolls sideways must be reachable by keyboard.
  const frame = named(el("div", { class: "table", role: "region", tabindex: "0" }, el("table", {}, body)), "表格", "Table");
  return { frame, cells };
}

/** The text on the page, line by line, and the highlight in it. */
export class Sheet {
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
    /** @type {HTMLElement[]} what stands on the page, in order: lines, and tables of several */
    this.roots = [];
    /** @type {Block[]} */
    this.blocks = [...this.lines()];
  }

  *lines() {
    let start = 0;
    let spaced = false;
    const lines = this.text.split("\n").map((line) => {
      const span = { start, end: start + line.length };
      start = span.end + 1;
      return span;
    });
    for (let at = 0; at < lines.length; at += 1) {
      const line = lines[at];
      const rows = this.rowsFrom(lines, at);
      if (rows.length > 1) {
        const { frame, cells } = tableOf(this.text, rows);
        if (spaced) frame.classList.add("spaced");
        this.roots.push(frame);
        for (const cell of cells) {
          this.fill(cell, null);
          yield cell;
        }
        at += rows.length - 1;
        spaced = false;
        continue;
      }
      const written = this.text.slice(line.start, line.end).trim() !== "";
      if (written) {
        const node = this.lineElement(line);
        if (spaced) node.classList.add("spaced");
        const block = { ...line, node };
        this.fill(block, null);
        this.roots.push(node);
        yield block;
      }
      spaced = !written;
    }
  }

  /**
   * The lines from one on that are rows of a table. A title or a heading is none, whatever it holds.
   * @param {Span[]} lines
   * @param {number} at
   */
  rowsFrom(lines, at) {
    let end = at;
    while (end < lines.length && isRow(this.text, lines[end]) && this.lineElement(lines[end]).matches("p:not(.sheet-title)")) end += 1;
    return lines.slice(at, end);
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
    const { before = "", after = "" } = (node.tagName === "TD" && BARS.exec(this.text.slice(start, end))?.groups) || {};
    const [first, last] = [start + before.length, end - after.length];
    const edges = [...runIn, ...(mark ? [mark] : [])].flatMap((span) => [span.start, span.end]).concat(pages, first, last);
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
      // What parts two cells is in the text, and so in what is quoted, but not to be seen in a table.
      if (cut < first || cut >= last) target.append(el("span", { class: "cell-bar" }, part));
      else if (node.tagName === "P" && runIn.some((heading) => within(heading, cut))) target.append(el("b", {}, part));
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
    this.bringUp();
  }

  /** Bring the highlight, if there is one, into view. */
  bringUp() {
    const marks = [...byId("text").querySelectorAll("mark")];
    const [first, last] = [marks[0], marks[marks.length - 1]];
    if (!first) return;
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
