// @ts-check
/** The chat page: the widget in the page itself, below a welcome with examples. */

import { byId, startLanguage } from "./page.js";
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
