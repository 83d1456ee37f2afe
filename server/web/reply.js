// @ts-check
/**
 * One reply: who asked what, who answered, what is promised and done, each line linked to its place in the text; and what was
 * found beside it: later documents that may bear on a promise, other proposals of the proposer, similar ones.
 *
 * @typedef {import("./replyitem.js").Reply} Reply
 * @typedef {import("./replyitem.js").Span} Span
 * @typedef {import("./replyitem.js").Statement} Statement
 * @typedef {Span & {document_id: string, title: string, document_number: ?string, issuer: ?string, date: string,
 *            section: string[], quote: string, score: number}} Later
 * @typedef {{later: {promise: Statement, documents: Later[]}[], same_proposer: Reply[], similar: Reply[]}} Related
 */

import { byId, el, fetchJson, Problem, startLanguage, words } from "./page.js";
import { nameOf, numberOf, replyItem } from "./replyitem.js";

/** @type {[keyof Reply & string, string, string][]} */
const FACTS = [
  ["proposer", "提出人", "Proposed by"],
  ["session", "会议", "Session"],
  ["organ", "主办单位", "Handled by"],
  ["document_number", "答复文号", "Document number"],
  ["date", "答复日期", "Date"],
  ["adoption", "采纳情况", "Adoption"],
  ["category", "办理类别", "Category"],
  ["disclosure", "公开属性", "Disclosure"],
];

/**
 * @param {{document_id: string}} document
 * @param {?Span} [span]
 */
function sourceUrl({ document_id }, span = null) {
  return `/documents/${encodeURIComponent(document_id)}${span ? `#${span.start}-${span.end}` : ""}`;
}

/** @param {Reply} reply */
function showFacts(reply) {
  const rows = FACTS.flatMap(([name, zh, en]) => {
    const value = reply[name];
    if (typeof value !== "string" || !value) return [];
    const span = reply.citations[name];
    const shown = span ? el("a", { href: sourceUrl(reply, span) }, value) : value;
    return [words(el("dt"), zh, en), el("dd", { lang: "zh-CN" }, shown)];
  });
  const letter = el("a", { href: sourceUrl(reply) }, reply.title);
  byId("facts").append(...rows, words(el("dt"), "原文", "Source"), el("dd", { lang: "zh-CN" }, letter));
}

/**
 * @param {Reply} reply
 * @param {"promised" | "done"} which
 */
function showStatements(reply, which) {
  const items = reply[which].map((statement) => el("li", { "data-start": String(statement.start) }, el("a", { href: sourceUrl(reply, statement) }, statement.text)));
  const none = which === "promised" ? ["没有找到承诺性的语句。", "No promise was found."] : ["没有找到已办事项的语句。", "Nothing reported as done was found."];
  byId(which).append(...(items.length ? items : [words(el("li", { class: "none" }), none[0], none[1])]));
}

/**
 * A sentence of a later document. The page says that it may be related, and leaves it to the reader whether it is.
 * @param {Later} later
 */
function laterItem(later) {
  const facts = el("p", { class: "card-facts" }, el("span", {}, el("time", { datetime: later.date }, later.date)));
  for (const fact of [later.document_number, later.issuer]) if (fact) facts.append(el("span", {}, fact));
  return el("li", {}, el("a", { href: sourceUrl(later, later) }, later.title), facts, el("blockquote", { cite: sourceUrl(later, later) }, later.quote));
}

/** @param {Related["later"]} later */
function showLater(later) {
  const note = byId("later-note");
  if (!later.length) {
    words(note, "没有找到可能相关的后续文件。", "No later document was found that may be related.");
    return;
  }
  words(
    note,
    "“可能相关”的后续文件由程序按内容检索，不表示承诺已经落实；请点开原文核对。",
    "Later documents marked “possibly related” were found by their content. They do not say that a promise was kept: please check the sources.",
  );
  for (const { promise, documents } of later) {
    const line = byId("promised").querySelector(`[data-start="${Number(promise.start)}"]`);
    const head = words(el("p", { class: "later-head" }), "可能相关的后续文件", "Possibly related, later");
    line?.append(el("div", { class: "later" }, head, el("ul", {}, ...documents.map(laterItem))));
  }
}

/**
 * @param {string} section
 * @param {string} list
 * @param {Reply[]} replies
 */
function showReplies(section, list, replies) {
  byId(section).hidden = replies.length === 0;
  byId(list).replaceChildren(...replies.map(replyItem));
}

/**
 * What takes the service longer to find than the reply itself.
 * @param {string} api
 * @param {Reply} reply
 */
async function showRelated(api, reply) {
  const note = byId("later-note");
  if (reply.promised.length) words(note, "正在查找可能相关的后续文件…", "Looking for later documents that may be related…");
  try {
    /** @type {Related} */
    const related = await fetchJson(`${api}/related`);
    if (reply.promised.length) showLater(related.later);
    showReplies("others", "other-replies", related.same_proposer);
    showReplies("similar", "similar-replies", related.similar);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    words(note, `后续文件未能查找：${error.zh}`, `Later documents could not be looked for: ${error.en}`).classList.add("problem");
  }
}

/** On paper there is no address bar, and no day. */
function showPrinted() {
  const now = new Date();
  const today = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  const address = location.origin + location.pathname;
  words(byId("printed"), `打印日期 ${today}，来源 ${address}`, `Printed on ${today} from ${address}`);
}

async function open() {
  const api = `/api${location.pathname.replace(/\/$/, "")}`;
  /** @type {Reply} */
  const reply = await fetchJson(api);
  const tab = document.querySelector("title");
  const number = numberOf(reply);
  if (tab) words(tab, `${number[0]} · 政问`, `${number[1]} · Zhengwen 政问`);
  for (const id of ["number", "which"]) words(byId(id), ...number);
  byId("title").textContent = nameOf(reply);
  showFacts(reply);
  showStatements(reply, "promised");
  showStatements(reply, "done");
  byId("notice").hidden = true;
  byId("reply").hidden = false;
  showPrinted();
  await showRelated(api, reply);
}

startLanguage();
byId("print").addEventListener("click", () => print());
open().catch((error) => {
  if (!(error instanceof Problem)) throw error;
  words(byId("notice"), error.zh, error.en).classList.add("problem");
  byId("notice").hidden = false;
});
