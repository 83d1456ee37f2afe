// @ts-check
/**
 * The source viewer: a document as written, with the span named by the address (`#start-end`) highlighted, and beside it
 * what is known of the document, its versions, its file, and what else the same answer quotes.
 *
 * The server counts Unicode code points, JavaScript strings count UTF-16 units. Addresses and links hold code points;
 * a Sheet holds units.
 *
 * @typedef {import("./sheet.js").Span} Span
 * @typedef {import("./sheet.js").Heading} Heading
 * @typedef {import("./sheet.js").Entry} Entry
 * @typedef {import("./facts.js").Field} Field
 * @typedef {import("./facts.js").Version} Version
 * @typedef {{document_id: string, source: string, sources: string[], title: string, kind: ?string, metadata: Record<string, Field>,
 *            headings: Heading[], pages: number[], n_chunks: number, status: ?string, versions: Version[]}} Info
 */

import { showCited } from "./cited.js";
import { showBanner, showFields, showVersions } from "./facts.js";
import { byId, el, fetchJson, Problem, startLanguage, words } from "./page.js";
import { Sheet } from "./sheet.js";

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

/**
 * The versions directly before and after this one.
 * @param {Version[]} versions the newest first
 */
function showNeighbours(versions) {
  const older = versions.find(({ relation }) => relation === "older");
  const newer = versions.filter(({ relation }) => relation === "newer").pop();
  for (const [id, version, zh, en] of /** @type {[string, ?Version, string, string][]} */ ([
    ["older", older ?? null, "上一版本", "Previous version"],
    ["newer", newer ?? null, "下一版本", "Next version"],
  ])) {
    const link = byId(id);
    link.hidden = version === null;
    if (!version) continue;
    const day = version.date ? [`（${version.date}）`, ` (${version.date})`] : ["", ""];
    link.setAttribute("href", `/documents/${encodeURIComponent(version.document_id)}`);
    words(link, zh + day[0], en + day[1]);
  }
  byId("neighbours").hidden = !older && !newer;
}

/**
 * The link to the file itself, where it is unchanged and the reader may have it.
 * @param {string} api
 */
async function showOriginal(api) {
  const link = byId("original");
  link.setAttribute("href", `${api}/original`);
  const response = await fetch(`${api}/original`, { method: "HEAD" }).catch(() => null);
  link.hidden = !response?.ok;
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
  showNeighbours(info.versions);
  showBanner(info);
  showOutline(entries);
  byId("text").replaceChildren(...sheet.roots);
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
  // On a phone these stand above the text and push it down: the highlight comes back, unless the reader has moved on.
  let moved = false;
  for (const type of ["wheel", "touchstart", "pointerdown", "keydown", "hashchange"]) addEventListener(type, () => (moved = true), { once: true, passive: true });
  await Promise.all([showOriginal(api), showCited(info, text)]);
  if (!moved) sheet.bringUp();
}

startLanguage();
const wide = matchMedia("(min-width: 60rem)").matches;
for (const id of ["cited", "fields", "contents"]) byId(id).toggleAttribute("open", wide);
open().catch((error) => {
  if (!(error instanceof Problem)) throw error;
  words(byId("notice"), error.zh, error.en).classList.add("problem");
});
