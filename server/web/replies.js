// @ts-check
/**
 * The reply history: finds replies by what the form says and lists them, page by page. The address holds the search, so that
 * it can be kept, passed on, exported and subscribed to.
 *
 * @typedef {import("./replyitem.js").Reply} Reply
 */

import { byId, el, fetchJson, pageLanguage, Problem, startLanguage, words } from "./page.js";
import { replyItem } from "./replyitem.js";

const FIELDS = ["q", "number", "kind", "proposer", "organ", "session", "year", "category", "adoption"];
const SHOWN = 50;
/** How many replies the service writes into one file. */
const MOST_EXPORTED = 5000;

const form = /** @type {HTMLFormElement} */ (byId("finder"));
const [results, notice, exports, pager] = [byId("results"), byId("notice"), byId("exports"), byId("pager")];
/** @type {?AbortController} */
let running = null;

/** @param {string} name */
function input(name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
}

/** What is asked for, without what is empty. */
function search() {
  const asked = new URLSearchParams();
  for (const name of FIELDS) if (input(name).value.trim()) asked.set(name, input(name).value.trim());
  return asked;
}

/** The page that the address names, from 1. */
function pageNumber() {
  const number = Number(new URL(location.href).searchParams.get("page") ?? "1");
  return Number.isInteger(number) && number > 0 && number < 1e6 ? number : 1;
}

/**
 * @param {URLSearchParams} asked
 * @param {number} page
 */
async function find(asked, page) {
  running?.abort();
  const controller = new AbortController();
  running = controller;
  const query = new URLSearchParams(asked);
  query.set("limit", String(SHOWN));
  query.set("offset", String((page - 1) * SHOWN));
  /** @type {{total: number, replies: Reply[]}} */
  let found = { total: 0, replies: [] };
  try {
    found = await fetchJson(`/api/replies?${query}`, { signal: controller.signal });
    showCount(found.total, found.replies.length, page, [...asked].length > 0);
    notice.classList.remove("problem");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (controller.signal.aborted) return;
    words(notice, error.zh, error.en).classList.add("problem");
  }
  results.replaceChildren(...found.replies.map(replyItem));
  showExports(asked, found.total);
  showPager(asked, page, found.total);
}

/**
 * @param {number} total
 * @param {number} shown
 * @param {number} page
 * @param {boolean} narrowed
 */
function showCount(total, shown, page, narrowed) {
  const first = (page - 1) * SHOWN + 1;
  if (!total && narrowed) words(notice, "没有符合条件的答复，请减少条件再试。", "No reply matches. Try fewer conditions.");
  else if (!total) words(notice, "还没有收录答复函。", "No replies are indexed yet.");
  else if (!shown) words(notice, `共 ${total} 份答复，没有第 ${page} 页。`, `${total} replies; there is no page ${page}.`);
  else if (shown === total) words(notice, `共 ${total} 份答复`, total === 1 ? "1 reply" : `${total} replies`);
  else words(notice, `共 ${total} 份答复，第 ${first}–${first + shown - 1} 份`, `${first}–${first + shown - 1} of ${total} replies`);
}

/**
 * The list as files, and as a feed that says what is new.
 * @param {URLSearchParams} asked
 * @param {number} total
 */
function showExports(asked, total) {
  const query = asked.toString() ? `?${asked}` : "";
  for (const id of ["feed", "feed-link"]) byId(id).setAttribute("href", `/replies.atom${query}`);
  for (const id of ["xlsx", "csv"]) {
    const link = byId(id);
    link.hidden = total === 0 || total > MOST_EXPORTED;
    link.setAttribute("href", `/api/replies.${id}${query}`);
  }
  exports.hidden = notice.classList.contains("problem");
}

/**
 * @param {URLSearchParams} asked
 * @param {number} page
 * @param {number} total
 */
function showPager(asked, page, total) {
  const last = Math.max(1, Math.ceil(total / SHOWN));
  const link = (/** @type {number} */ to, /** @type {string} */ zh, /** @type {string} */ en, /** @type {string} */ rel) => {
    const query = new URLSearchParams(asked);
    if (to > 1) query.set("page", String(to));
    return words(el("a", { class: "plain button", rel, href: `/replies${query.toString() ? `?${query}` : ""}` }), zh, en);
  };
  const here = words(el("span", {}), `第 ${page} 页，共 ${last} 页`, `Page ${page} of ${last}`);
  pager.replaceChildren(
    ...(page > 1 ? [link(Math.min(page - 1, last), "上一页", "Previous", "prev")] : []),
    here,
    ...(page < last ? [link(page + 1, "下一页", "Next", "next")] : []),
  );
  pager.hidden = last === 1 && page === 1;
}

function readAddress() {
  const asked = new URL(location.href).searchParams;
  for (const name of FIELDS) input(name).value = asked.get(name) ?? "";
  byId("more").toggleAttribute("open", ["category", "adoption"].some((name) => asked.get(name)));
  find(search(), pageNumber());
}

function go() {
  const asked = search();
  history.pushState(null, "", location.pathname + (asked.toString() ? `?${asked}` : ""));
  find(asked, 1);
}

startLanguage();
form.addEventListener("submit", (event) => {
  event.preventDefault();
  go();
});
form.addEventListener("reset", (event) => {
  event.preventDefault();
  for (const name of FIELDS) input(name).value = "";
  go();
});
exports.addEventListener("click", ({ target }) => {
  const link = /** @type {HTMLElement} */ (target).closest("a[download]");
  if (!(link instanceof HTMLAnchorElement)) return;
  // The titles of the columns are in the language of the page.
  const address = new URL(link.href);
  address.searchParams.set("lang", pageLanguage());
  link.href = address.href;
});
addEventListener("popstate", readAddress);
readAddress();
