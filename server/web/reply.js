// @ts-check
/**
 * One reply: who asked what, who answered, what is promised and done, each line linked to its place in the text.
 *
 * @typedef {import("./replyitem.js").Reply} Reply
 * @typedef {import("./replyitem.js").Span} Span
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
 * @param {Reply} reply
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
  const items = reply[which].map((statement) => el("li", {}, el("a", { href: sourceUrl(reply, statement) }, statement.text)));
  const none = which === "promised" ? ["没有找到承诺性的语句。", "No promise was found."] : ["没有找到已办事项的语句。", "Nothing reported as done was found."];
  byId(which).append(...(items.length ? items : [words(el("li", { class: "none" }), none[0], none[1])]));
}

/**
 * Other replies to whoever proposed this; a proposal may have several proposers.
 * @param {Reply} reply
 */
async function showOthers(reply) {
  const proposers = (reply.proposer ?? "").split(/[、，,;；\s]+/).filter(Boolean).slice(0, 5);
  /** @type {{replies: Reply[]}[]} */
  const lists = await Promise.all(proposers.map((proposer) => fetchJson(`/api/replies?${new URLSearchParams({ proposer })}`)));
  const others = new Map(lists.flatMap(({ replies }) => replies).map((other) => [other.document_id, other]));
  others.delete(reply.document_id);
  byId("others").hidden = others.size === 0;
  byId("other-replies").replaceChildren(...[...others.values()].map(replyItem));
}

async function open() {
  /** @type {Reply} */
  const reply = await fetchJson(`/api${location.pathname.replace(/\/$/, "")}`);
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
  await showOthers(reply);
}

startLanguage();
byId("print").addEventListener("click", () => print());
open().catch((error) => {
  if (!(error instanceof Problem)) throw error;
  words(byId("notice"), error.zh, error.en).classList.add("problem");
  byId("notice").hidden = false;
});
