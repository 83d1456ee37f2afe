// @ts-check
/**
 * What the pages share: the language switch, building elements, fetching JSON with errors a reader understands.
 *
 * Whatever comes from the server or the user enters a page as text nodes, never as HTML.
 */

const LANGUAGE_KEY = "zhengwen-language";

/** @type {"zh" | "en"} */
let language = "zh";

/**
 * Create an element. Strings become text nodes; null children are left out.
 * @param {string} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string | null)} children
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  for (const child of children) if (child !== null) node.append(child);
  return node;
}

/**
 * Give an element its text in both languages; the language switch changes it later.
 * @template {HTMLElement} T
 * @param {T} node
 * @param {string} zh
 * @param {string} en
 * @returns {T}
 */
export function words(node, zh, en) {
  node.dataset.zh = zh;
  node.dataset.en = en;
  node.textContent = language === "en" ? en : zh;
  return node;
}

/**
 * Give an element its accessible name in both languages.
 * @template {HTMLElement} T
 * @param {T} node
 * @param {string} zh
 * @param {string} en
 * @returns {T}
 */
export function named(node, zh, en) {
  node.setAttribute("data-zh-aria-label", zh);
  node.setAttribute("data-en-aria-label", en);
  node.setAttribute("aria-label", language === "en" ? en : zh);
  return node;
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

/**
 * @template T
 * @param {() => T} use a use of localStorage or sessionStorage, which throw where the browser forbids them
 * @returns {T | null}
 */
export function stored(use) {
  try {
    return use();
  } catch {
    return null;
  }
}

/** @returns {"zh" | "en"} the language of the page now */
export function pageLanguage() {
  return language;
}

function translate() {
  document.documentElement.lang = language === "en" ? "en" : "zh-CN";
  for (const node of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-en]"))) {
    if (node.dataset.zh === undefined) node.dataset.zh = node.textContent ?? "";
    node.textContent = node.dataset[language] ?? "";
  }
  for (const attribute of ["aria-label", "placeholder"]) {
    const name = `data-${language}-${attribute}`;
    for (const node of document.querySelectorAll(`[${name}]`)) node.setAttribute(attribute, node.getAttribute(name) ?? "");
  }
  const button = byId("language");
  button.textContent = language === "en" ? "中文" : "English";
  button.lang = language === "en" ? "zh-CN" : "en";
}

/** 效力 as it is written in documents, in English. @type {Record<string, string>} */
const STATUSES = { 现行有效: "in force", 已修改: "amended", 废止: "repealed", 失效: "no longer in force" };

/**
 * A status in both languages; one that is not known stays as it is.
 * @param {string} status
 * @returns {[string, string]}
 */
export function statusWords(status) {
  return [status, STATUSES[status] ?? status];
}

/**
 * What is wrong with relying on a document, in both languages; null when nothing is known to be.
 * @param {?string} status
 * @param {?string} [expires] the last day on which it is in force, YYYY-MM-DD
 * @returns {?[string, string]}
 */
export function outOfForce(status, expires = null) {
  const now = new Date();
  const today = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  const ended = status === "废止" || status === "失效" ? status : expires !== null && expires < today ? "失效" : null;
  if (ended && expires) return [`已${ended}（有效至 ${expires}）`, `${STATUSES[ended]} (in force until ${expires})`];
  if (ended) return [`已${ended}`, STATUSES[ended]];
  return status === "已修改" ? ["已修改", "amended"] : null;
}

/** Choose the language (address, then what was chosen before, then Chinese) and wire the switch. */
export function startLanguage() {
  const address = new URL(location.href);
  const asked = address.searchParams.get("lang");
  const chosen = asked ?? stored(() => localStorage.getItem(LANGUAGE_KEY));
  language = chosen?.startsWith("en") ? "en" : "zh";
  if (asked) stored(() => localStorage.setItem(LANGUAGE_KEY, language));
  translate();
  byId("language").addEventListener("click", () => {
    language = language === "en" ? "zh" : "en";
    stored(() => localStorage.setItem(LANGUAGE_KEY, language));
    address.searchParams.delete("lang");
    history.replaceState(history.state, "", address.pathname + address.search + location.hash);
    translate();
  });
}

/** What went wrong, said to the reader in both languages. */
export class Problem extends Error {
  /**
   * @param {string} zh
   * @param {string} en
   */
  constructor(zh, en) {
    super(en);
    this.zh = zh;
    this.en = en;
  }
}

/**
 * Fetch JSON; every failure becomes a Problem.
 * @param {string} url
 * @param {RequestInit} [init]
 */
export async function fetchJson(url, init = {}) {
  try {
    const response = await fetch(url, init);
    if (response.ok) return await response.json();
    throw await problemOf(response);
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (init.signal?.aborted) throw new Problem("已停止。", "Stopped.");
    if (error instanceof SyntaxError) throw new Problem("服务的回复无法读取，请稍后再试。", "The service sent an unreadable reply. Please try again later.");
    throw new Problem("连接不上服务，请检查网络后再试。", "The service cannot be reached. Please check your connection and try again.");
  }
}

/**
 * What a response that is no answer means to the reader.
 * @param {Response} response
 */
export async function problemOf(response) {
  const { status } = response;
  if (status >= 500) return new Problem(`服务暂时出错（${status}），请稍后再试。`, `The service has a temporary fault (${status}). Please try again later.`);
  if (status === 429) {
    const seconds = Number(response.headers.get("Retry-After"));
    return seconds > 0
      ? new Problem(`提问太频繁，请 ${seconds} 秒后再试。`, `Too many questions. Please try again in ${seconds} seconds.`)
      : new Problem("提问太频繁，请稍后再试。", "Too many questions. Please try again in a moment.");
  }
  if (status === 401 || status === 403) return new Problem("没有权限，或登录已过期。", "No permission, or the sign-in has expired.");
  if (status === 404) return new Problem("没有找到，可能已被移除，或无权查看。", "Not found: it may have been removed, or you may not see it.");
  const problem = await response.json().catch(() => null);
  const detail = typeof problem?.detail === "string" ? problem.detail : String(problem?.title ?? status);
  return new Problem(`问题未被接受：${detail}`, `The question was not accepted: ${detail}`);
}
