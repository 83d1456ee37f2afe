// @ts-check
/**
 * What readers missed and what they said.
 *
 * @typedef {{question: string, standalone: ?string, language: string, reason: string, times: number, last: string}} Unanswered
 * @typedef {{document_id: string, title: string, start: number, end: number, text: string}} Passage
 * @typedef {{answer_id: string, at: string, rating: "up" | "down", comment: ?string, question: string, answered: boolean,
 *            answer: string, cited: boolean, passages: Passage[]}} Feedback
 */

import { languageOf } from "../common.js";
import { byId, complain, counted, el, moment, request, words } from "./parts.js";

// Characters of a question in the list.
const MOST_SHOWN = 160;

/** @type {Record<string, [string, string]>} */
const REASONS = {
  no_evidence: ["没有依据", "no evidence"],
  unknown_number: ["没有这个编号", "no such number"],
  mismatch: ["文件没有提到所问的", "the documents do not mention it"],
};

/**
 * A question; of one that fills the page the beginning, and the rest when it is opened.
 * @param {string} question
 */
function askedText(question) {
  const lang = languageOf(question);
  const characters = [...question];
  if (characters.length <= MOST_SHOWN) return el("p", { class: "asked", lang }, question);
  return el("details", { lang }, el("summary", { class: "asked" }, `${characters.slice(0, MOST_SHOWN).join("")}…`), el("p", {}, question));
}

/** @param {Unanswered} one */
function unansweredItem({ question, standalone, reason, times, last }) {
  const facts = el("p", { class: "card-facts" });
  if (standalone) facts.append(words(el("span"), `理解为：${standalone}`, `Understood as: ${standalone}`));
  facts.append(words(el("span"), ...(REASONS[reason] ?? [reason, reason])), words(el("span"), `最近 ${moment(last)}`, `last asked ${moment(last)}`));
  const often = words(el("b", { class: "times" }), `${times} 次`, counted(times, "time"));
  return el("li", {}, el("div", {}, askedText(question), facts), often);
}

async function showUnanswered() {
  /** @type {{recorded: boolean, kept_days: number, questions: Unanswered[]}} */
  const { recorded, kept_days, questions } = await request("/api/desk/unanswered?days=7");
  const kept = kept_days < 7 ? [`只保留 ${kept_days} 天。`, `Kept for ${counted(kept_days, "day")} only.`] : ["", ""];
  if (recorded) words(byId("unanswered-hint"), `同样的问题合在一起；号码已遮盖。${kept[0]}`, `The same questions stand together; personal numbers are masked. ${kept[1]}`);
  else words(byId("unanswered-hint"), "没有记录：设置 ZHENGWEN_RECORD_UNANSWERED 已关闭。", "Not recorded: ZHENGWEN_RECORD_UNANSWERED is off.");
  const none = words(el("li", { class: "none" }), "近七天的问题都有回答。", "Every question of the last seven days was answered.");
  byId("unanswered").replaceChildren(...(questions.length ? questions.map(unansweredItem) : recorded ? [none] : []));
}

/** @param {Passage} passage */
function passageItem({ document_id, title, start, end, text }) {
  const link = el("a", { href: `/documents/${encodeURIComponent(document_id)}#${start}-${end}`, lang: "zh-CN" }, title);
  const shown = text.length > 160 ? `${text.slice(0, 160)}…` : text;
  return el("li", {}, link, el("blockquote", { lang: languageOf(text) }, shown.replace(/\s+/g, " ")));
}

/** @param {Feedback} one */
function feedbackItem({ at, rating, comment, question, answered, answer, cited, passages }) {
  const good = rating === "up";
  const mark = words(el("span", { class: `rating ${rating}` }), good ? "有帮助" : "没有帮助", good ? "helpful" : "not helpful");
  const head = el("p", { class: "feedback-head" }, mark, el("time", { class: "figures", datetime: at }, moment(at)));
  const item = el("li", { class: "panel" }, head, el("p", { class: "asked", lang: languageOf(question) }, question));
  if (comment) item.append(el("p", { class: "comment", lang: languageOf(comment) }, comment));
  const told = words(el("summary"), answered ? "当时的回答" : "当时没有回答", answered ? "The answer given" : "No answer was given");
  item.append(el("details", {}, told, el("p", { class: "answer", lang: languageOf(answer) }, answer)));
  if (!passages.length) return item;
  const title = cited ? ["引用的段落", "Passages cited"] : ["找到的段落", "Passages found"];
  item.append(words(el("h3"), title[0], title[1]), el("ul", { class: "passages" }, ...passages.map(passageItem)));
  return item;
}

async function showFeedback() {
  const rating = /** @type {HTMLSelectElement} */ (byId("feedback-rating")).value;
  /** @type {{total: number, up: number, down: number, feedback: Feedback[]}} */
  const { up, down, feedback } = await request(`/api/desk/feedback${rating ? `?rating=${rating}` : ""}`);
  words(byId("feedback-count"), `有帮助 ${up}，没有帮助 ${down}`, `${up} helpful, ${down} not`);
  const none = words(el("li", { class: "none" }), "还没有评价。", "Nothing yet.");
  byId("feedback").replaceChildren(...(feedback.length ? feedback.map(feedbackItem) : [none]));
}

export async function showQuestions() {
  await Promise.all([showUnanswered(), showFeedback()]);
}

export function startQuestions() {
  byId("feedback-rating").addEventListener("change", () => showFeedback().catch(complain));
}
