// @ts-check
/** Makes the element known to a page, and lets messages of the page reach it. */

import { ZhengwenChat } from "./element.js";

const TAG = "zhengwen-chat";

/**
 * Messages of the page itself (`postMessage`) reach a widget: {type: "zhengwen:open" | "zhengwen:close" | "zhengwen:ask",
 * question, for: its id}; without `for` the first one of the page. Those of other origins are passed over.
 * @param {MessageEvent} event
 */
function onMessage({ data, origin }) {
  if (origin !== location.origin || typeof data?.type !== "string" || !data.type.startsWith("zhengwen:")) return;
  const found = typeof data.for === "string" ? document.getElementById(data.for) : document.querySelector(TAG);
  if (!(found instanceof ZhengwenChat)) return;
  if (data.type === "zhengwen:open") found.open();
  else if (data.type === "zhengwen:close") found.close();
  else if (data.type === "zhengwen:ask" && typeof data.question === "string") found.ask(data.question);
}

/**
 * Make the element known, once for a page.
 * @param {string} [server] the service of elements without data-server
 */
export function defineWidget(server = "/") {
  if (customElements.get(TAG)) return;
  ZhengwenChat.usualServer = server;
  customElements.define(TAG, ZhengwenChat);
  addEventListener("message", onMessage);
}
