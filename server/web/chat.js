// @ts-check
/** The chat page: the widget in the page itself, below a welcome with examples. */

import { byId, fetchJson, Problem, startLanguage, words } from "./page.js";
import { defineWidget } from "./widget/define.js";
import { ZhengwenChat } from "./widget/element.js";

defineWidget();
startLanguage();

const chat = byId("chat");
if (!(chat instanceof ZhengwenChat)) throw new Error("#chat is no conversation");
const [welcome, restart] = [byId("welcome"), byId("restart")];

const showTurns = () => {
  const talking = chat.turnsShown > 0;
  restart.hidden = !talking;
  document.body.classList.toggle("talking", talking);
};

/** The way in and out, and the keeper's to the desk. Without keys there is nothing to leave. */
async function showAccount() {
  /** @type {{name: string, role: string}} */
  const { name, role } = await fetchJson("/api/session");
  const link = byId("sign-in");
  if (name === "anonymous") words(link, "登录", "Sign in");
  else words(link, `已登录：${name}（可退出）`, `Signed in: ${name} (sign out)`);
  link.hidden = name === "local";
  byId("desk").hidden = role !== "admin";
}

chat.addEventListener("zhengwen-turns", showTurns);
restart.addEventListener("click", () => chat.restart());
for (const example of welcome.querySelectorAll("button")) {
  example.addEventListener("click", () => chat.ask(example.textContent ?? ""));
}
byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  chat.focus();
});
showTurns();
chat.showLast();
try {
  await showAccount();
} catch (error) {
  if (!(error instanceof Problem)) throw error; // The first question says what is wrong.
}
