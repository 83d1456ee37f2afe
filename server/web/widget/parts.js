// @ts-check
/** The fixed parts of the widget: button, panel, conversation, box for questions. */

import { el } from "../common.js";

const SVG = "http://www.w3.org/2000/svg";
const STROKES = ["M17 12.5l4.5 5", "M15 22v29.5", "M28 15.5h17.5q3.5 0 3.5 3.5v28q0 4.5-4.5 4.5h-4", "M25 28.5h14v13h-14z"];

function sign() {
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of [["viewBox", "0 0 64 64"], ["aria-hidden", "true"], ["fill", "none"], ["stroke", "#fff"], ["stroke-width", "4.6"]]) {
    svg.setAttribute(name, value);
  }
  for (const d of STROKES) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    path.setAttribute("stroke-linecap", "round");
    path.setAttribute("stroke-linejoin", "round");
    svg.append(path);
  }
  return svg;
}

/** @param {import("../words.js").Words} words */
function composer(words) {
  const input = /** @type {HTMLTextAreaElement} */ (
    words.name(el("textarea", { name: "question", rows: "1", enterkeyhint: "send", autocomplete: "off", "aria-describedby": "hint" }), "您的问题", "Your question")
  );
  words.name(input, "请输入您的问题", "Type your question", "placeholder");
  const send = words.text(el("button", { type: "submit", class: "primary" }), "发送", "Send");
  const stop = words.text(el("button", { type: "button", class: "primary stop", hidden: "" }), "停止", "Stop");
  const hint = el(
    "p",
    { class: "hint", id: "hint" },
    words.text(el("span"), "回答摘自原文，请以原文为准。", "Answers quote the documents; the documents prevail."),
    words.text(el("span", { class: "keys" }), "Enter 发送，Shift+Enter 换行", "Enter sends, Shift+Enter starts a new line"),
  );
  const form = words.name(el("form", { class: "composer" }, el("div", { class: "composer-box" }, input, send, stop), hint), "提问", "Ask");
  return { form: /** @type {HTMLFormElement} */ (form), input, send, stop };
}

/**
 * @param {import("../words.js").Words} words
 * @param {boolean} inline in the page, without the button that opens it
 */
export function parts(words, inline) {
  const { form, input, send, stop } = composer(words);
  const hello = el(
    "slot",
    { name: "welcome" },
    el(
      "div",
      { class: "hello" },
      words.text(el("p"), "问政策，看原文", "Ask, and check it against the source"),
      words.text(el("p"), "答案摘自政策文件和建议、提案答复函，每一处引用都能点开原文，逐字核对。", "Answers are taken from policy documents and from replies to deputies’ proposals. Every citation opens the source at the very words quoted."),
    ),
  );
  const log = words.name(el("div", { class: "log", role: "log", "aria-live": "polite", "aria-relevant": "additions" }), "问答记录", "Conversation");
  const talk = el("div", { class: "talk" }, hello, log);
  const title = el("p", { class: "title", id: "title" });
  const restart = words.text(el("button", { type: "button", class: "plain", hidden: "" }), "新对话", "New chat");
  const language = el("button", { type: "button", class: "plain" });
  const close = words.text(el("button", { type: "button", class: "plain" }), "关闭", "Close");
  const panel = el("div", { class: "panel" }, talk, form);
  const launcher = el("button", { type: "button", class: "launcher", "aria-haspopup": "dialog", "aria-expanded": "false" }, sign());
  const frame = el("div", { class: inline ? "frame inline" : "frame floating" }, panel);
  if (!inline) {
    panel.prepend(el("div", { class: "head" }, title, restart, language, close));
    panel.setAttribute("role", "dialog");
    panel.setAttribute("aria-labelledby", "title");
    panel.hidden = true;
    // What scrolls must be reachable by keyboard.
    talk.tabIndex = 0;
    words.name(talk, "对话", "Messages");
    talk.setAttribute("role", "group");
    // Above everything else of the page, whatever transforms and layers it has.
    frame.setAttribute("popover", "manual");
    frame.append(launcher);
  }
  return { frame, panel, launcher, title, restart, language, close, talk, hello, log, form, input, send, stop };
}
