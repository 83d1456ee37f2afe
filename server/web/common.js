// @ts-check
/**
 * What the pages and the widget share: building elements, what a status means, errors a reader understands.
 *
 * Whatever comes from the server or the user enters a page as text nodes, never as HTML.
 */

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

/**
 * What a text is written in, for fonts and screen readers: an English question may well get quotes in Chinese.
 * @param {string} text
 */
export function languageOf(text) {
  return /\p{Script=Han}/u.test(text) ? "zh-CN" : "en";
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

/** What went wrong, said to the reader in both languages. */
export class Problem extends Error {
  /**
   * @param {string} zh
   * @param {string} en
   * @param {?number} [status] of the response, where there was one
   */
  constructor(zh, en, status = null) {
    super(en);
    this.zh = zh;
    this.en = en;
    this.status = status;
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
    throw asProblem(error, init.signal);
  }
}

/**
 * What a failed request means to the reader.
 * @param {unknown} error
 * @param {?AbortSignal} [signal]
 */
export function asProblem(error, signal) {
  if (error instanceof Problem) return error;
  if (signal?.aborted) return new Problem("已停止。", "Stopped.");
  if (error instanceof SyntaxError) return new Problem("服务的回复无法读取，请稍后再试。", "The service sent an unreadable reply. Please try again later.");
  return new Problem("连接不上服务，请检查网络后再试。", "The service cannot be reached. Please check your connection and try again.");
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
  if (status === 401 || status === 403) return new Problem("没有权限，或登录已过期，请刷新页面或重新登录。", "No permission, or the sign-in has expired. Please reload the page or sign in again.");
  if (status === 404) return new Problem("没有找到，可能已被移除，或无权查看。", "Not found: it may have been removed, or you may not see it.", 404);
  const problem = await response.json().catch(() => null);
  const detail = typeof problem?.detail === "string" ? problem.detail : String(problem?.title ?? status);
  return new Problem(`未被接受：${detail}`, `Not accepted: ${detail}`);
}
