// @ts-check
/**
 * The reply history: finds replies by what the form says and lists them. The address holds the search, so that it can be
 * kept and passed on.
 *
 * @typedef {import("./replyitem.js").Reply} Reply
 */

import { csv, saveFile } from "./csv.js";
import { byId, fetchJson, pageLanguage, Problem, startLanguage, words } from "./page.js";
import { nameOf, replyItem, replyUrl } from "./replyitem.js";

/** What the service narrows by; the organ is looked for here, among what it returns. */
const ASKED = ["q", "number", "kind", "proposer", "session", "year"];
const FIELDS = [...ASKED, "organ"];

const form = /** @type {HTMLFormElement} */ (byId("finder"));
const [results, notice, exporter] = [byId("results"), byId("notice"), byId("export")];
/** @type {Reply[]} */
let shown = [];
/** @type {?AbortController} */
let running = null;

/** @param {string} name */
function input(name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
}

/** What is asked for, without what is empty. */
function search() {
  const asked = new URLSearchParams();
  for (const name of FIELDS) if (input(name).value.trim()) asked.set(name, input(name).value.trim());
  return asked;
}

/** @param {URLSearchParams} asked */
async function find(asked) {
  running?.abort();
  const controller = new AbortController();
  running = controller;
  const query = new URLSearchParams([...asked].filter(([name]) => ASKED.includes(name)));
  try {
    /** @type {{replies: Reply[]}} */
    const { replies } = await fetchJson(`/api/replies?${query}`, { signal: controller.signal });
    const organ = asked.get("organ");
    shown = organ ? replies.filter((reply) => reply.organ?.includes(organ)) : replies;
    /** @type {[string, string]} */
    const none = [...asked].length ? ["没有符合条件的答复，请减少条件再试。", "No reply matches. Try fewer conditions."] : ["还没有收录答复函。", "No replies are indexed yet."];
    /** @type {[string, string]} */
    const count = [`共 ${shown.length} 份答复`, shown.length === 1 ? "1 reply" : `${shown.length} replies`];
    words(notice, ...(shown.length ? count : none));
    notice.classList.remove("problem");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (controller.signal.aborted) return;
    shown = [];
    words(notice, error.zh, error.en).classList.add("problem");
  }
  results.replaceChildren(...shown.map(replyItem));
  exporter.hidden = shown.length === 0;
}

function exported() {
  const zh = ["编号", "类别", "会议", "标题", "提出人", "主办单位", "答复文号", "日期", "采纳情况", "办理类别", "承诺办理", "已经办理", "网址"];
  const en = ["Number", "Kind", "Session", "Title", "Proposer", "Handled by", "Document number", "Date", "Adoption", "Category", "Promised", "Done", "Address"];
  const rows = shown.map((reply) => [
    reply.number, reply.kind, reply.session, nameOf(reply), reply.proposer, reply.organ, reply.document_number, reply.date,
    reply.adoption, reply.category, ...[reply.promised, reply.done].map((statements) => statements.map(({ text }) => text).join("\n")),
    new URL(replyUrl(reply), location.href).href,
  ]);
  return csv([pageLanguage() === "en" ? en : zh, ...rows]);
}

function readAddress() {
  const asked = new URL(location.href).searchParams;
  for (const name of FIELDS) input(name).value = asked.get(name) ?? "";
  find(search());
}

/** @param {URLSearchParams} asked */
function go(asked) {
  const query = asked.toString();
  history.pushState(null, "", location.pathname + (query ? `?${query}` : ""));
  find(asked);
}

startLanguage();
form.addEventListener("submit", (event) => {
  event.preventDefault();
  go(search());
});
form.addEventListener("reset", (event) => {
  event.preventDefault();
  for (const name of FIELDS) input(name).value = "";
  go(search());
});
exporter.addEventListener("click", () => saveFile("replies.csv", exported()));
addEventListener("popstate", readAddress);
readAddress();
