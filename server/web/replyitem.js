// @ts-check
/**
 * A reply as a line of a list, and what is said of it on both pages.
 *
 * @typedef {{start: number, end: number}} Span
 * @typedef {Span & {text: string}} Statement
 * @typedef {{document_id: string, source: string, kind: ?string, number: ?string, session: ?string, title: string,
 *            proposal_title: ?string, proposer: ?string, organ: ?string, document_number: ?string, date: ?string,
 *            disclosure: ?string, category: ?string, adoption: ?string, done: Statement[], promised: Statement[],
 *            citations: Record<string, Span>}} Reply
 */

import { el, words } from "./page.js";

/**
 * Its number, as people write it: 第0457号建议.
 * @param {Reply} reply
 * @returns {[string, string]}
 */
export function numberOf({ number, kind }) {
  if (!number) return ["（无编号）", "(no number)"];
  return [`第${number}号${kind ?? ""}`, `No. ${number}${kind ? ` ${kind}` : ""}`];
}

/**
 * What the proposal is called; replies that do not say have a title of their own.
 * @param {Reply} reply
 */
export function nameOf({ proposal_title, title }) {
  return proposal_title || title;
}

/** @param {Reply} reply */
export function replyUrl({ document_id }) {
  return `/replies/${encodeURIComponent(document_id)}`;
}

/** @param {Reply} reply */
export function replyItem(reply) {
  const which = el("p", { class: "reply-which" }, words(el("b"), ...numberOf(reply)));
  if (reply.session) which.append(el("span", { lang: "zh-CN" }, reply.session));
  const facts = el("p", { class: "card-facts" });
  if (reply.proposer) facts.append(words(el("span"), `提出人：${reply.proposer}`, `Proposer: ${reply.proposer}`));
  if (reply.organ) facts.append(words(el("span"), `主办：${reply.organ}`, `Handled by: ${reply.organ}`));
  if (reply.document_number) facts.append(el("span", { lang: "zh-CN" }, reply.document_number));
  if (reply.date) facts.append(el("span", {}, el("time", { datetime: reply.date }, reply.date)));
  const marks = el("div", { class: "reply-marks" });
  if (reply.adoption) marks.append(el("span", { class: "adoption", lang: "zh-CN" }, reply.adoption));
  if (reply.category) marks.append(words(el("span"), `${reply.category} 类`, `Category ${reply.category}`));
  const [promised, done] = [reply.promised.length, reply.done.length];
  marks.append(words(el("span"), `承诺 ${promised} 句 · 已办 ${done} 句`, `${promised} promised · ${done} done`));
  const name = el("h2", { class: "reply-name", lang: "zh-CN" }, el("a", { href: replyUrl(reply) }, nameOf(reply)));
  return el("li", { class: "reply-item" }, which, el("div", {}, name, facts), marks);
}
