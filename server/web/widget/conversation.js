// @ts-check
/**
 * The questions and answers of one widget: asked of the service, kept for this tab.
 *
 * @typedef {import("./answer.js").Answer} Answer
 * @typedef {import("./answer.js").Passage} Passage
 * @typedef {{question: string, answer: Answer}} Turn
 */

import { Problem, stored } from "../common.js";
import { fetchEvents } from "../events.js";

const MAX_TURNS_KEPT = 30;
/** Turns that go along with a question, and the longest text of one. */
const MAX_TURNS_SENT = 4;
const MAX_SENT = 4000;

export class Conversation {
  /**
   * @param {string} server
   * @param {string} name tells the widgets of a page apart
   * @param {import("./token.js").Token} token
   */
  constructor(server, name, token) {
    this.server = server;
    this.token = token;
    this.key = ["zhengwen-turns", server, name].join(" ");
    /** @type {Turn[]} */
    this.turns = stored(() => JSON.parse(sessionStorage.getItem(this.key) ?? "[]")) ?? [];
  }

  /** @param {Turn} turn */
  add(turn) {
    this.turns = [...this.turns, turn].slice(-MAX_TURNS_KEPT);
    stored(() => sessionStorage.setItem(this.key, JSON.stringify(this.turns)));
  }

  clear() {
    this.turns = [];
    stored(() => sessionStorage.removeItem(this.key));
  }

  /**
   * Ask, and report what comes before the whole answer.
   * @param {string} question
   * @param {AbortSignal} signal
   * @param {(passages: Passage[]) => void} onPassages
   * @param {(text: string) => void} onText all of the text so far
   * @returns {Promise<Answer>}
   */
  async ask(question, signal, onPassages, onText) {
    const history = this.turns.slice(-MAX_TURNS_SENT).flatMap((turn) => [
      { role: "user", content: turn.question.slice(0, MAX_SENT) },
      { role: "assistant", content: turn.answer.answer.slice(0, MAX_SENT) },
    ]);
    const body = JSON.stringify({ question, history, stream: true });
    const headers = { "Content-Type": "application/json", Accept: "text/event-stream", ...(await this.token.headers()) };
    let text = "";
    for await (const { name, data } of fetchEvents(`${this.server}/api/ask`, { method: "POST", headers, body, signal })) {
      if (name === "done") return data;
      if (name === "error") break;
      if (name === "passages") onPassages(data.passages);
      else if (name === "delta") onText((text += data.text));
    }
    throw new Problem("回答中断，请再问一次。", "The answer broke off. Please ask again.");
  }
}
