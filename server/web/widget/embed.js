// @ts-check
/**
 * What the script tag does: it defines the element and, where the page has none of its own, adds one. The attributes
 * data-server, data-key, data-title and data-lang of the tag are those of the element; the service is where the script comes from.
 */

import { defineWidget } from "./define.js";

/** @param {HTMLScriptElement} script */
function embed(script) {
  const server = new URL(".", script.src).href;
  defineWidget(server);
  const options = { server, ...script.dataset };
  const place = () => {
    const own = [...document.querySelectorAll("zhengwen-chat")].filter((element) => !element.hasAttribute("data-embedded"));
    if (own.length) return;
    const element = document.createElement("zhengwen-chat");
    Object.assign(element.dataset, options, { embedded: "" });
    document.body.append(element);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", place);
  else place();
}

if (document.currentScript instanceof HTMLScriptElement) embed(document.currentScript);
