// @ts-check
/** What a reader can do with an answer: copy it, rate it, say why, ask on. */

import { el, fetchJson, Problem } from "../common.js";

const COPIED_SHOWN_MS = 2500;
const MAX_COMMENT = 2000;

/**
 * @param {string} text
 * @param {ShadowRoot} root
 */
async function copyText(text, root) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text).then(() => true, () => false);
  // Pages served over plain HTTP, as on many intranets, have no navigator.clipboard.
  const area = /** @type {HTMLTextAreaElement} */ (el("textarea", { class: "offscreen", "aria-hidden": "true" }));
  const focused = /** @type {HTMLElement | null} */ (root.activeElement);
  area.value = text;
  root.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return copied;
}

/**
 * @param {import("./answer.js").AnswerView} view
 * @param {import("./answer.js").Answer} answer
 * @param {ShadowRoot} root
 */
function copyButton(view, answer, root) {
  const { words } = view;
  const button = words.text(el("button", { type: "button", class: "plain" }), "复制回答和引用", "Copy with citations");
  button.addEventListener("click", async () => {
    const copied = await copyText(view.plain(answer), root);
    if (copied) words.text(button, "已复制", "Copied");
    else words.text(button, "复制未成功", "Could not copy");
    setTimeout(() => words.text(button, "复制回答和引用", "Copy with citations"), COPIED_SHOWN_MS);
  });
  return button;
}

/**
 * Two buttons, and once one is pressed a place for a comment.
 * @param {import("./answer.js").AnswerView} view
 * @param {string} answerId
 */
function rating(view, answerId) {
  const { words } = view;
  const said = el("p", { class: "said", "aria-live": "polite" });
  const comment = /** @type {HTMLTextAreaElement} */ (
    words.name(el("textarea", { rows: "2", maxlength: String(MAX_COMMENT) }), "补充说明", "Comment")
  );
  words.name(comment, "可以说说原因（选填）", "Tell us why (optional)", "placeholder");
  const form = el("form", { class: "comment", hidden: "" }, comment, words.text(el("button", { type: "submit", class: "plain" }), "提交", "Submit"));
  /** @type {["up" | "down", string, string][]} */
  const kinds = [["up", "有帮助", "Helpful"], ["down", "没有帮助", "Not helpful"]];
  let chosen = "up";
  const send = async (/** @type {?string} */ text) => {
    const body = JSON.stringify({ answer_id: answerId, rating: chosen, ...(text ? { comment: text } : {}) });
    try {
      const headers = { "Content-Type": "application/json", ...(await view.token?.headers()) };
      await fetchJson(`${view.server}/api/feedback`, { method: "POST", headers, body });
      words.text(said, "谢谢，已收到。", "Thank you, received.");
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      for (const button of buttons) button.setAttribute("aria-pressed", "false");
      // Answers are remembered for a day at most, and until the service is started anew.
      if (error.status === 404) words.text(said, "服务已不记得这条回答，请再问一次后评价。", "The service no longer remembers this answer. Ask again to rate it.");
      else words.text(said, error.zh, error.en);
      return false;
    }
  };
  const buttons = kinds.map(([kind, zh, en]) => {
    const button = words.text(el("button", { type: "button", class: "plain", "aria-pressed": "false" }), zh, en);
    button.addEventListener("click", async () => {
      chosen = kind;
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      if (!(await send(null))) return;
      form.hidden = false;
      form.scrollIntoView({ block: "nearest" });
    });
    return button;
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = comment.value.trim();
    if (!text) return comment.focus();
    if (await send(text)) form.hidden = true;
  });
  return { buttons, rest: [said, form] };
}

/**
 * @param {import("../words.js").Words} words
 * @param {[string, string][]} questions
 * @param {(question: string) => void} ask
 */
function suggestions(words, questions, ask) {
  const items = questions.map(([zh, en]) => {
    const button = words.text(el("button", { type: "button", class: "suggestion" }), zh, en);
    button.addEventListener("click", () => ask(button.textContent ?? ""));
    return el("li", {}, button);
  });
  return [words.text(el("h3"), "接着问", "Ask on"), el("ul", { class: "suggestions" }, ...items)];
}

/**
 * What stands below an answer.
 * @param {import("./answer.js").AnswerView} view
 * @param {import("./answer.js").Answer} answer
 * @param {ShadowRoot} root
 * @param {[string, string][]} questions what may be asked next
 * @param {(question: string) => void} ask
 */
export function actions(view, answer, root, questions, ask) {
  const { buttons, rest } = rating(view, answer.answer_id);
  const copy = answer.answered ? [copyButton(view, answer, root)] : [];
  const next = questions.length ? suggestions(view.words, questions, ask) : [];
  return [el("div", { class: "actions" }, ...copy, ...buttons), ...rest, ...next];
}
