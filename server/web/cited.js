// @ts-check
/**
 * What else the same answer quotes. The address carries it (`?cited=1:ID:START-END,2:…`), so that it works in a new tab, in
 * a bookmark and for whoever gets the link; offsets count Unicode code points.
 *
 * @typedef {{n: number, documentId: string, start: number, end: number}} Cited
 * @typedef {{document_id: string, title: string}} Titled
 */

import { byId, el, fetchJson, Problem, words } from "./page.js";

const ONE = /^(\d{1,3}):([\w-]{1,64}):(\d{1,9})-(\d{1,9})$/;
const MOST = 20;
const SHOWN_CHARACTERS = 56;

/** @returns {Cited[]} what the address names; whatever else it may hold is passed over */
function citedInAddress() {
  const parts = (new URL(location.href).searchParams.get("cited") ?? "").split(",").slice(0, MOST);
  return parts.flatMap((part) => {
    const match = ONE.exec(part);
    return match ? [{ n: Number(match[1]), documentId: match[2], start: Number(match[3]), end: Number(match[4]) }] : [];
  });
}

/**
 * Title and text of a document; null when it cannot be had.
 * @param {string} documentId
 * @returns {Promise<?{title: string, text: string}>}
 */
async function fetched(documentId) {
  const api = `/api/documents/${encodeURIComponent(documentId)}`;
  try {
    /** @type {[Titled, {text: string}]} */
    const [{ title }, { text }] = await Promise.all([fetchJson(api), fetchJson(`${api}/text`)]);
    return { title, text };
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

/**
 * List the quotes of the answer, this page's own marked as the current one.
 * @param {Titled} info the document of this page
 * @param {string} text its text
 */
export async function showCited(info, text) {
  const cited = citedInAddress();
  if (cited.length < 2) return;
  const ids = [...new Set(cited.map(({ documentId }) => documentId))];
  const known = new Map(
    await Promise.all(
      ids.map(async (id) => /** @type {[string, ?{title: string, text: string}]} */ ([id, id === info.document_id ? { title: info.title, text } : await fetched(id)])),
    ),
  );
  const items = cited.flatMap((one) => {
    const document = known.get(one.documentId);
    if (!document) return [];
    const quote = [...document.text].slice(one.start, one.end).join("").replace(/\s+/g, " ").trim();
    if (!quote) return [];
    const shown = quote.length > SHOWN_CHARACTERS ? `${quote.slice(0, SHOWN_CHARACTERS)}…` : quote;
    const address = new URL(location.href);
    address.pathname = `/documents/${encodeURIComponent(one.documentId)}`;
    address.hash = `${one.start}-${one.end}`;
    const link = el("a", { href: address.pathname + address.search + address.hash }, words(el("b"), `引用 ${one.n}`, `Citation ${one.n}`), el("span", { lang: "zh-CN" }, shown));
    const where = one.documentId === info.document_id ? null : el("p", { class: "section", lang: "zh-CN" }, document.title);
    return [el("li", {}, link, where)];
  });
  if (items.length < 2) return;
  byId("cited-list").append(...items);
  byId("cited").hidden = false;
  const follow = () => {
    const here = location.pathname + location.hash;
    for (const link of byId("cited-list").querySelectorAll("a")) {
      if (link.pathname + link.hash === here) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  addEventListener("hashchange", follow);
  follow();
}
