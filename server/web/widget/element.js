// @ts-check
/**
 * <zhengwen-chat>: ask in any page. Attributes: data-server (address of the service), data-key (publish key, in
 * pages of other hosts), data-title, data-lang (zh, en), inline (in the page, without a button). Methods: open(), close(), ask(text), stop(), restart(), showLast(). Events:
 * zhengwen-answer (detail: the answer as the service gave it), zhengwen-turns (detail: how many questions are shown).
 *
 * @typedef {import("./answer.js").Answer} Answer
 */

import { el, languageOf, Problem } from "../common.js";
import { Words } from "../words.js";
import { actions } from "./actions.js";
import { AnswerView, paragraphs } from "./answer.js";
import { Conversation } from "./conversation.js";
import { followUps } from "./followups.js";
import { parts } from "./parts.js";
import { widgetSheet } from "./style.js";
import { Token } from "./token.js";

/** Floating widgets of one page stand side by side, this many pixels apart. */
const SLOT = 76;
const EDGE = 20;

export class ZhengwenChat extends HTMLElement {
  static observedAttributes = ["data-lang", "data-title"];
  /** Where the service is when no attribute says so. */
  static usualServer = "/";

  constructor() {
    super();
    this.words = new Words();
    this.root = this.attachShadow({ mode: "open" });
    /** @type {?ReturnType<typeof parts>} */
    this.parts = null;
    /** @type {?AbortController} the question that is being answered */
    this.waiting = null;
  }

  connectedCallback() {
    if (this.parts === null) this.build();
    const { frame } = this.shown;
    if (frame.popover === undefined || !frame.hasAttribute("popover")) return;
    frame.showPopover();
    const others = [...document.querySelectorAll(this.localName)].filter((other) => !other.hasAttribute("inline"));
    frame.style.right = `${EDGE + SLOT * Math.max(0, others.indexOf(this))}px`;
  }

  disconnectedCallback() {
    this.stop();
  }

  attributeChangedCallback() {
    if (this.parts !== null) this.showLanguage();
  }

  get shown() {
    if (this.parts === null) throw new Error("not in a page yet");
    return this.parts;
  }

  /** The address of the service, without a slash at the end. */
  get server() {
    const address = new URL(this.dataset.server || ZhengwenChat.usualServer, document.baseURI);
    return (address.origin + address.pathname).replace(/\/+$/, "");
  }

  /** How many questions are shown, the one that is being answered included. */
  get turnsShown() {
    return this.parts?.log.childElementCount ?? 0;
  }

  get inline() {
    return this.hasAttribute("inline");
  }

  /** The questions and answers of this tab: whoever comes back from a source finds the conversation. */
  get turns() {
    return this.conversation?.turns ?? [];
  }

  build() {
    this.root.adoptedStyleSheets = [widgetSheet()];
    const shown = parts(this.words, this.inline);
    this.parts = shown;
    const token = new Token(this.server, this.dataset.key ?? "");
    this.token = token;
    this.view = new AnswerView(this.words, this.server, !this.inline, token);
    for (const kind of ["pointerover", "focusin", "pointerdown", "click"]) {
      this.root.addEventListener(kind, (event) => token.carry(event));
    }
    this.root.append(shown.frame);
    this.wire();
    this.showLanguage();
    this.conversation = new Conversation(this.server, this.id || this.dataset.title || "", token);
    for (const { question, answer } of this.turns) this.showAnswer(this.openTurn(question).reply, answer, false);
    this.setTalking();
  }

  wire() {
    const { launcher, close, language, restart, form, input, stop, panel } = this.shown;
    launcher.addEventListener("click", () => (panel.hidden ? this.open() : this.close()));
    close.addEventListener("click", () => this.close());
    restart.addEventListener("click", () => this.restart());
    stop.addEventListener("click", () => this.stop());
    language.addEventListener("click", () => (this.dataset.lang = this.words.language === "en" ? "zh" : "en"));
    panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing) this.close();
      // Keys typed here are not for the shortcuts of the page around.
      event.stopPropagation();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const question = input.value.trim();
      if (!question || this.waiting) return input.focus();
      input.value = "";
      this.fitInput();
      this.ask(question);
    });
    input.addEventListener("input", () => this.fitInput());
    input.addEventListener("keydown", (event) => {
      // While an input method composes, Enter picks a candidate; Safari reports that Enter as key code 229.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      form.requestSubmit();
    });
  }

  showLanguage() {
    const english = (this.dataset.lang ?? "zh").startsWith("en");
    const { frame, title, language, launcher } = this.shown;
    this.words.translate(this.root, english ? "en" : "zh");
    frame.lang = english ? "en" : "zh-CN";
    title.textContent = this.dataset.title || (english ? "Zhengwen 政问" : "政问");
    language.textContent = english ? "中文" : "English";
    language.lang = english ? "zh-CN" : "en";
    launcher.setAttribute("aria-label", `${english ? "Ask: " : "提问："}${title.textContent}`);
  }

  fitInput() {
    const { input } = this.shown;
    input.style.height = "auto";
    input.style.height = `${input.scrollHeight}px`;
  }

  setTalking() {
    const { hello, restart } = this.shown;
    const talking = this.turnsShown > 0;
    hello.hidden = talking;
    restart.hidden = !talking;
    this.dispatchEvent(new CustomEvent("zhengwen-turns", { detail: this.turnsShown, bubbles: true }));
  }

  /** @param {HTMLElement} turn */
  bringUp(turn) {
    const { talk } = this.shown;
    if (this.inline) turn.scrollIntoView({ block: "start" });
    else talk.scrollTop += turn.getBoundingClientRect().top - talk.getBoundingClientRect().top;
  }

  /** Bring the last question into view. */
  showLast() {
    const last = /** @type {?HTMLElement} */ (this.shown.log.lastElementChild);
    if (last) this.bringUp(last);
  }

  /** @param {string} question */
  openTurn(question) {
    const { words } = this;
    const reply = el("div", { class: "reply" });
    const turn = el(
      "article",
      { class: "turn", tabindex: "-1" },
      words.text(el("span", { class: "who", "aria-hidden": "true" }), "问", "Q"),
      el("h2", { lang: languageOf(question) }, question),
      words.text(el("span", { class: "who who-answers", "aria-hidden": "true" }), "答", "A"),
      reply,
    );
    this.shown.log.append(turn);
    this.setTalking();
    return { turn, reply };
  }

  /**
   * @param {HTMLElement} reply where the answer goes
   * @param {Answer} answer
   * @param {boolean} last whether it may be followed up
   */
  showAnswer(reply, answer, last) {
    const { view } = this;
    if (!view) return;
    const asked = [...this.turns.map(({ question }) => question), answer.question];
    const next = last ? followUps(answer, asked) : [];
    const below = actions(view, answer, this.root, next, (question) => this.ask(question));
    reply.replaceChildren(...view.whole(answer), ...below, ...(answer.passages.length ? [view.passages(answer.passages)] : []));
  }

  /** @param {?AbortController} controller */
  setWaiting(controller) {
    this.waiting = controller;
    this.shown.send.hidden = controller !== null;
    this.shown.stop.hidden = controller === null;
  }

  /**
   * Ask, and show the text while it comes. What comes last, the whole answer, replaces it.
   * @param {string} question
   * @param {HTMLElement} reply
   * @param {AbortSignal} signal
   * @returns {Promise<Answer>}
   */
  async streamed(question, reply, signal) {
    const { conversation, view } = this;
    if (!conversation || !view) throw new Error("not in a page yet");
    const answer = await conversation.ask(
      question,
      signal,
      (passages) => passages.length && reply.replaceChildren(view.reading(passages)),
      (text) => {
        reply.querySelector(".answer-text")?.remove();
        reply.append(paragraphs(text));
      },
    );
    this.showAnswer(reply, answer, true);
    conversation.add({ question, answer });
    return answer;
  }

  /** Put the cursor into the box for questions. */
  focus() {
    this.shown.input.focus();
  }

  /** Show the panel, and put the cursor into the box for questions. */
  open() {
    const { panel, launcher, input } = this.shown;
    if (panel.hidden) {
      panel.hidden = false;
      launcher.setAttribute("aria-expanded", "true");
      this.showLast();
    }
    input.focus({ preventScroll: true });
  }

  /** Hide the panel; an answer that is on its way goes on. */
  close() {
    const { panel, launcher } = this.shown;
    if (this.inline || panel.hidden) return;
    const within = panel.contains(this.root.activeElement);
    panel.hidden = true;
    launcher.setAttribute("aria-expanded", "false");
    if (within) launcher.focus();
  }

  /** Stop the answer that is on its way. */
  stop() {
    this.waiting?.abort();
  }

  /** Forget the conversation. */
  restart() {
    this.stop();
    this.conversation?.clear();
    this.shown.log.replaceChildren();
    this.setTalking();
    this.shown.input.focus();
  }

  /**
   * Ask a question, opening the panel.
   * @param {string} text
   * @returns {Promise<?Answer>} null when it was stopped, failed, or another one is being answered
   */
  async ask(text) {
    const question = String(text).trim();
    if (this.waiting || !question) return null;
    if (!this.inline && this.shown.panel.hidden) this.open();
    const { input, stop, log } = this.shown;
    // Whoever pressed what is about to vanish goes on at the button that stops the answer.
    const moves = this.contains(document.activeElement) && this.root.activeElement !== input;
    for (const old of log.querySelectorAll(".suggestions")) {
      old.previousElementSibling?.remove();
      old.remove();
    }
    const { turn, reply } = this.openTurn(question);
    reply.append(this.words.text(el("p", { class: "waiting" }), "正在查阅文件", "Reading the documents"));
    // A screen reader reads the answer once it is whole, not at every piece.
    reply.setAttribute("aria-busy", "true");
    const controller = new AbortController();
    this.setWaiting(controller);
    if (moves) stop.focus({ preventScroll: true });
    this.bringUp(turn);
    try {
      const answer = await this.streamed(question, reply, controller.signal);
      this.dispatchEvent(new CustomEvent("zhengwen-answer", { detail: answer, bubbles: true, composed: true }));
      return answer;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.showProblem(turn, reply, question, error, controller.signal.aborted);
      return null;
    } finally {
      reply.removeAttribute("aria-busy");
      const leave = this.root.activeElement === stop;
      if (this.waiting === controller) this.setWaiting(null);
      if (leave) turn.focus({ preventScroll: true });
      this.bringUp(turn);
    }
  }

  /**
   * @param {HTMLElement} turn
   * @param {HTMLElement} reply
   * @param {string} question
   * @param {Problem} problem
   * @param {boolean} stopped whether the reader wanted it so
   */
  showProblem(turn, reply, question, problem, stopped) {
    if (!stopped) this.token?.forget();
    const again = this.words.text(el("button", { type: "button", class: "plain again" }), "再问一次", "Ask again");
    again.addEventListener("click", () => {
      if (this.waiting) return;
      turn.remove();
      this.ask(question);
    });
    const line = el("p", stopped ? { class: "waiting-stopped" } : { class: "problem", role: "alert" });
    reply.replaceChildren(this.words.text(line, problem.zh, problem.en), again);
  }
}
