// @ts-check
/**
 * The chat page: asks POST /api/ask, shows the answer while it streams and then with its citations.
 *
 * @typedef {{document_id: string, title: string, section: string[], start: number, end: number, status: ?string,
 *            superseded_by: ?string}} Place
 * @typedef {Place & {n: number, document_number: ?string, issuer: ?string, date: ?string, page: ?number, quote: string}} Citation
 * @typedef {Place & {rank: number, text: string}} Passage
 * @typedef {{answered: boolean, answer: string, language: "zh" | "en", refusal: ?{reason: string, message: string},
 *            citations: Citation[], passages: Passage[], note?: string, standalone_question: ?string}} Answer
 * @typedef {{question: string, answer: Answer}} Turn
 */

import { fetchEvents } from "./events.js";
import { byId, el, named, outOfForce, pageLanguage, Problem, startLanguage, stored, words } from "./page.js";

const TURNS_KEY = "zhengwen-turns";
const MAX_TURNS_KEPT = 30;
/** Turns that go along with a question, and the longest text of one. */
const MAX_TURNS_SENT = 4;
const MAX_SENT = 4000;
const CITATION_MARK = /\[(\d{1,3})\]/g;

/**
 * The address of a place in the source viewer; offsets count Unicode code points.
 * @param {Place} place
 */
function placeUrl(place) {
  return `/documents/${encodeURIComponent(place.document_id)}#${place.start}-${place.end}`;
}

/**
 * What a text is written in, for fonts and screen readers: an English question may well get quotes in Chinese.
 * @param {string} text
 */
function languageOf(text) {
  return /\p{Script=Han}/u.test(text) ? "zh-CN" : "en";
}

/**
 * The answer in paragraphs, its [1] marks as links to what they cite.
 * @param {Answer} answer
 */
function answerText(answer) {
  const cited = new Map(answer.citations.map((citation) => [citation.n, citation]));
  const body = el("div", { class: "answer-text", lang: languageOf(answer.answer) });
  for (const line of answer.answer.split(/\n+/).filter((text) => text.trim())) {
    const paragraph = el("p");
    let done = 0;
    for (const mark of line.matchAll(CITATION_MARK)) {
      const citation = cited.get(Number(mark[1]));
      if (!citation) continue;
      paragraph.append(line.slice(done, mark.index), citationLink(citation, mark[0], "mark-link"));
      done = (mark.index ?? 0) + mark[0].length;
    }
    paragraph.append(line.slice(done));
    body.append(paragraph);
  }
  return body;
}

/**
 * @param {Citation} citation
 * @param {string} text
 * @param {string} kind the link's class
 */
function citationLink(citation, text, kind) {
  const link = el("a", { class: kind, href: placeUrl(citation) }, text);
  return named(link, `引用 ${citation.n}：${citation.title}`, `Citation ${citation.n}: ${citation.title}`);
}

/** @param {Citation} citation */
function citationFacts(citation) {
  return [citation.document_number, citation.issuer, citation.date].filter((fact) => typeof fact === "string" && fact !== "");
}

/**
 * Says that a place stands in a document that is out of force or has a newer one; null when it does not.
 * @param {Place} place
 */
function outdated(place) {
  const state = outOfForce(place.status);
  if (!state && !place.superseded_by) return null;
  const line = el("p", { class: "outdated" }, words(el("span"), state ? `该文件${state[0]}` : "该文件有更新的版本", state ? `This document is ${state[1]}` : "There is a newer version"));
  if (place.superseded_by) {
    const href = `/documents/${encodeURIComponent(place.superseded_by)}`;
    line.append(el("span", {}, words(el("a", { href }), "打开新文件", "Open the newer one")));
  }
  return line;
}

/** @param {Citation} citation */
function citationCard(citation) {
  const facts = el("p", { class: "card-facts" }, ...citationFacts(citation).map((fact) => el("span", { lang: "zh-CN" }, String(fact))));
  if (citation.page) facts.append(words(el("span"), `第 ${citation.page} 页`, `page ${citation.page}`));
  return el(
    "li",
    { class: "card" },
    el("span", { class: "card-number", "aria-hidden": "true" }, String(citation.n)),
    el("p", { class: "card-title", lang: "zh-CN" }, citationLink(citation, citation.title, "card-link")),
    facts,
    outdated(citation),
    citation.section.length ? el("p", { class: "section", lang: "zh-CN" }, citation.section.join(" › ")) : null,
    el("blockquote", { lang: "zh-CN", cite: placeUrl(citation) }, citation.quote),
  );
}

/** @param {Passage[]} passages */
function passageList(passages) {
  const items = passages.map((passage) =>
    el(
      "li",
      { value: String(passage.rank) },
      el("a", { href: placeUrl(passage) }, passage.title),
      outdated(passage),
      passage.section.length ? el("p", { class: "section" }, passage.section.join(" › ")) : null,
      el("p", { class: "passage-text" }, passage.text),
    ),
  );
  const summary = words(el("summary"), `检索到的段落（${passages.length}）`, `Passages (${passages.length})`);
  return el("details", { class: "passages" }, summary, el("ol", { lang: "zh-CN" }, ...items));
}

/**
 * The documents that came nearest to a question without an answer, each once.
 * @param {Passage[]} passages
 */
function nearestDocuments(passages) {
  const first = new Map();
  for (const passage of passages) if (!first.has(passage.document_id)) first.set(passage.document_id, passage);
  const links = [...first.values()].map((passage) => el("li", {}, el("a", { href: placeUrl(passage) }, passage.title)));
  return [words(el("h3"), "最接近的文件", "Nearest documents"), el("ul", { class: "nearest", lang: "zh-CN" }, ...links)];
}

/**
 * The answer with its citations as plain text, in the page's language.
 * @param {Answer} answer
 */
function asText(answer) {
  const english = pageLanguage() === "en";
  const notes = answer.citations.map((citation) => {
    const head = [citation.title, ...citationFacts(citation), citation.section.join(" › ")].filter(Boolean).join(english ? ", " : "，");
    const quote = `${english ? "Quote: " : "原文："}${citation.quote}`;
    return `[${citation.n}] ${head}\n${quote}\n${new URL(placeUrl(citation), location.href).href}`;
  });
  return [answer.answer, ...notes].join("\n\n");
}

/** @param {Answer} answer */
function copyButton(answer) {
  const button = words(el("button", { type: "button", class: "plain" }), "复制回答和引用", "Copy with citations");
  button.addEventListener("click", async () => {
    const copied = await copyText(asText(answer));
    if (copied) words(button, "已复制", "Copied");
    else words(button, "复制未成功", "Could not copy");
    setTimeout(() => words(button, "复制回答和引用", "Copy with citations"), 2500);
  });
  return button;
}

/** @param {string} text */
async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text).then(() => true, () => false);
  // Pages served over plain HTTP, as on many intranets, have no navigator.clipboard.
  const area = /** @type {HTMLTextAreaElement} */ (el("textarea", { class: "hidden", "aria-hidden": "true" }));
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return copied;
}

/**
 * @param {HTMLElement} reply where the answer goes
 * @param {Answer} answer
 */
function showAnswer(reply, answer) {
  const passages = answer.passages.length ? [passageList(answer.passages)] : [];
  const whole = answer.standalone_question;
  const understood = whole ? [words(el("p", { class: "section" }), `理解为：${whole}`, `Understood as: ${whole}`)] : [];
  if (!answer.answered) {
    const message = answer.refusal?.message ?? answer.answer;
    const nearest = answer.passages.length ? nearestDocuments(answer.passages) : [];
    reply.replaceChildren(...understood, el("p", { class: "refusal", role: "status", lang: languageOf(message) }, message), ...nearest, ...passages);
    return;
  }
  const sources = answer.citations.length
    ? [words(el("h3"), "引用原文", "Sources"), el("ol", { class: "cards" }, ...answer.citations.map(citationCard))]
    : [];
  const notes = answer.note ? [el("p", { class: "outdated", lang: languageOf(answer.note) }, answer.note)] : [];
  reply.replaceChildren(...understood, ...notes, answerText(answer), ...sources, copyButton(answer), ...passages);
}

/**
 * Ask, and show the text while it comes. What comes last, the whole answer, replaces it.
 * @param {string} question
 * @param {HTMLElement} reply
 * @param {AbortSignal} signal
 * @returns {Promise<Answer>}
 */
async function streamed(question, reply, signal) {
  const history = turns.slice(-MAX_TURNS_SENT).flatMap((turn) => [
    { role: "user", content: turn.question.slice(0, MAX_SENT) },
    { role: "assistant", content: turn.answer.answer.slice(0, MAX_SENT) },
  ]);
  const body = JSON.stringify({ question, history, stream: true });
  const headers = { "Content-Type": "application/json", Accept: "text/event-stream" };
  let text = "";
  for await (const { name, data } of fetchEvents("/api/ask", { method: "POST", headers, body, signal })) {
    if (name === "done") return data;
    if (name === "error") break;
    if (name !== "delta") continue;
    text += data.text;
    const lines = text.split(/\n+/).filter((line) => line.trim());
    reply.replaceChildren(el("div", { class: "answer-text", lang: languageOf(text) }, ...lines.map((line) => el("p", {}, line))));
  }
  throw new Problem("回答中断，请再问一次。", "The answer broke off. Please ask again.");
}

const welcome = byId("welcome");
const log = byId("log");
const composer = /** @type {HTMLFormElement} */ (byId("composer"));
const input = /** @type {HTMLTextAreaElement} */ (byId("question"));
const [send, stop, restart] = [byId("send"), byId("stop"), byId("restart")];

/** @type {?AbortController} the question that is being answered */
let waiting = null;
/** @type {Turn[]} kept for this tab, so that coming back from a source finds the conversation */
let turns = [];

/** @param {boolean} talking whether there is a conversation, or the welcome */
function setTalking(talking) {
  welcome.hidden = talking;
  restart.hidden = !talking;
  document.body.classList.toggle("talking", talking);
}

/** @param {string} question */
function openTurn(question) {
  setTalking(true);
  const reply = el("div", { class: "reply" });
  const turn = el(
    "article",
    { class: "turn", tabindex: "-1" },
    words(el("span", { class: "who", "aria-hidden": "true" }), "问", "Q"),
    el("h2", { lang: languageOf(question) }, question),
    words(el("span", { class: "who who-answers", "aria-hidden": "true" }), "答", "A"),
    reply,
  );
  log.append(turn);
  return { turn, reply };
}

/** @param {?AbortController} controller */
function setWaiting(controller) {
  waiting = controller;
  send.hidden = controller !== null;
  stop.hidden = controller === null;
}

/** @param {string} question */
async function ask(question) {
  if (waiting) return;
  const typed = document.activeElement === input;
  const { turn, reply } = openTurn(question);
  reply.append(words(el("p", { class: "waiting" }), "正在查阅文件", "Reading the documents"));
  const controller = new AbortController();
  setWaiting(controller);
  if (!typed) stop.focus();
  turn.scrollIntoView({ block: "start" });
  try {
    const answer = await streamed(question, reply, controller.signal);
    showAnswer(reply, answer);
    turns = [...turns, { question, answer }].slice(-MAX_TURNS_KEPT);
    stored(() => sessionStorage.setItem(TURNS_KEY, JSON.stringify(turns)));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const again = words(el("button", { type: "button", class: "plain" }), "再问一次", "Ask again");
    again.addEventListener("click", () => {
      if (waiting) return;
      turn.remove();
      ask(question);
    });
    const line = el("p", controller.signal.aborted ? { class: "waiting-stopped" } : { class: "problem", role: "alert" });
    reply.replaceChildren(words(line, error.zh, error.en), again);
  } finally {
    const leave = document.activeElement === stop;
    setWaiting(null);
    if (leave) turn.focus({ preventScroll: true });
    turn.scrollIntoView({ block: "start" });
  }
}

function fitInput() {
  input.style.height = "auto";
  input.style.height = `${input.scrollHeight}px`;
}

function start() {
  startLanguage();
  turns = stored(() => JSON.parse(sessionStorage.getItem(TURNS_KEY) ?? "[]")) ?? [];
  for (const { question, answer } of turns) showAnswer(openTurn(question).reply, answer);
  log.lastElementChild?.scrollIntoView({ block: "start" });

  composer.addEventListener("submit", (event) => {
    event.preventDefault();
    const question = input.value.trim();
    if (!question || waiting) return input.focus();
    input.value = "";
    fitInput();
    ask(question);
  });
  input.addEventListener("input", fitInput);
  input.addEventListener("keydown", (event) => {
    // While an input method composes, Enter picks a candidate; Safari reports that Enter as key code 229.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    composer.requestSubmit();
  });
  stop.addEventListener("click", () => waiting?.abort());
  restart.addEventListener("click", () => {
    waiting?.abort();
    turns = [];
    stored(() => sessionStorage.removeItem(TURNS_KEY));
    log.replaceChildren();
    setTalking(false);
    input.focus();
  });
  for (const example of welcome.querySelectorAll("button")) {
    example.addEventListener("click", () => ask(example.textContent ?? ""));
  }
}

start();
