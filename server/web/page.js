// @ts-check
/** What the pages share beside common.js: their parts by id, the language switch. */

import { stored } from "./common.js";
import { Words } from "./words.js";

export { el, fetchJson, outOfForce, Problem, statusWords, stored } from "./common.js";

const LANGUAGE_KEY = "zhengwen-language";

const pageWords = new Words();

/**
 * Give an element its text in both languages; the language switch changes it later.
 * @template {HTMLElement} T
 * @param {T} node
 * @param {string} zh
 * @param {string} en
 * @returns {T}
 */
export function words(node, zh, en) {
  return pageWords.text(node, zh, en);
}

/**
 * Give an element its accessible name, or another attribute, in both languages; the language switch changes it later.
 * @template {HTMLElement} T
 * @param {T} node
 * @param {string} zh
 * @param {string} en
 * @param {string} [attribute]
 * @returns {T}
 */
export function named(node, zh, en, attribute) {
  return pageWords.name(node, zh, en, attribute);
}

/**
 * The element with this id; the pages and their scripts are written together, so a missing one is a mistake.
 * @param {string} id
 */
export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`no element #${id}`);
  return node;
}

/** @returns {"zh" | "en"} the language of the page now */
export function pageLanguage() {
  return pageWords.language;
}

/** @param {"zh" | "en"} language */
function translate(language) {
  document.documentElement.lang = language === "en" ? "en" : "zh-CN";
  pageWords.translate(document, language);
  for (const widget of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("zhengwen-chat"))) widget.dataset.lang = language;
  const button = byId("language");
  button.textContent = language === "en" ? "中文" : "English";
  button.lang = language === "en" ? "zh-CN" : "en";
}

/** Choose the language (address, then what was chosen before, then Chinese) and wire the switch. */
export function startLanguage() {
  const address = new URL(location.href);
  const asked = address.searchParams.get("lang");
  const chosen = asked ?? stored(() => localStorage.getItem(LANGUAGE_KEY));
  if (asked) stored(() => localStorage.setItem(LANGUAGE_KEY, asked));
  translate(chosen?.startsWith("en") ? "en" : "zh");
  byId("language").addEventListener("click", () => {
    const language = pageWords.language === "en" ? "zh" : "en";
    stored(() => localStorage.setItem(LANGUAGE_KEY, language));
    const now = new URL(location.href);
    now.searchParams.delete("lang");
    history.replaceState(history.state, "", now);
    translate(language);
  });
}
