// @ts-check
/**
 * What is indexed: since when, from where, how many of which kind, and the list of documents.
 *
 * @typedef {{document_id: string, source: string, title: string, kind: ?string, document_number: ?string, issuer: ?string,
 *            date: ?string, status: ?string, disclosure: ?string, characters: number, uploaded: boolean, corrected: boolean}} Line
 * @typedef {{generation: {name: string, created: string, documents: number, chunks: number, encoder: string},
 *            counts: Record<"kind" | "status" | "disclosure", Record<string, number>>,
 *            folders: {path: string, present: boolean, documents: number, uploads: boolean}[], waiting: string[],
 *            removed: {document_id: string, source: string, root: string}[], job: ?import("./indexing.js").Job,
 *            limits: {max_file_mb: number, formats: string[]}}} Overview
 */

import { statusWords } from "../common.js";
import { KINDS } from "../facts.js";
import { follow, tryIndexing } from "./indexing.js";
import { button, byId, complain, confirmed, counted, el, moment, onPress, Problem, request, words } from "./parts.js";
import { showLimits } from "./uploads.js";

const PAGE = 50;
const COUNTED = /** @type {const} */ (["kind", "status", "disclosure"]);
/** @type {Record<"kind" | "status" | "disclosure", [string, string]>} */
const NAMES = { kind: ["文种", "Kind"], status: ["效力", "Status"], disclosure: ["公开属性", "Disclosure"] };
/** In an address, what stands for documents without a value. */
const NONE = "none";

const form = /** @type {HTMLFormElement} */ (byId("narrow"));
let offset = 0;
/** @type {?AbortController} */
let reading = null;

/**
 * A value of a counted field in both languages.
 * @param {string} name
 * @param {string} value
 * @returns {[string, string]}
 */
export function valueWords(name, value) {
  if (!value) return ["未注明", "not stated"];
  if (name === "kind") return KINDS[value] ?? [value, value];
  return name === "status" ? statusWords(value) : [value, value];
}

/** @param {Overview} overview */
function showGeneration({ generation: { name, created, documents, chunks } }) {
  const number = Number(name);
  words(
    byId("generation"),
    `${documents} 份文件，${chunks} 个段落 · 第 ${number} 代索引，${moment(created)} 发布`,
    `${counted(documents, "document")}, ${counted(chunks, "passage")} · generation ${number}, published ${moment(created)}`,
  );
}

/** @param {Overview} overview */
function showFolders({ folders }) {
  byId("folders").replaceChildren(
    ...folders
      .filter((folder) => !folder.uploads || folder.documents || folder.present)
      .map(({ path, present, documents, uploads }) => {
        const name = uploads ? words(el("b"), "上传的文件", "Uploaded files") : el("b", { class: "path" }, path);
        const state = present || uploads ? words(el("span"), `${documents} 份`, counted(documents, "document")) : words(el("span", { class: "problem" }), "文件夹不在了", "the folder is not there");
        return el("li", {}, name, state);
      }),
  );
}

/** @param {Overview} overview */
function showCounts({ counts }) {
  byId("counts").replaceChildren(
    ...COUNTED.map((name) => {
      const chips = Object.entries(counts[name]).map(([value, n]) => {
        const [zh, en] = valueWords(name, value);
        const chip = words(el("button", { type: "button", class: "chip" }), `${zh} ${n}`, `${en} ${n}`);
        chip.addEventListener("click", () => {
          control(name).value = value || NONE;
          find(0);
          byId("document-list").scrollIntoView({ block: "center" });
        });
        return el("li", {}, chip);
      });
      return el("div", { class: "count" }, words(el("h4"), ...NAMES[name]), el("ul", {}, ...chips));
    }),
  );
  for (const name of COUNTED) {
    const chosen = control(name).value;
    const options = Object.keys(counts[name]).map((value) => words(el("option", { value: value || NONE }), ...valueWords(name, value)));
    control(name).replaceChildren(words(el("option", { value: "" }), "全部", "All"), ...options);
    control(name).value = [...control(name).options].some((option) => option.value === chosen) ? chosen : "";
  }
}

/**
 * @param {string} name
 * @returns {HTMLSelectElement}
 */
function control(name) {
  return /** @type {HTMLSelectElement} */ (form.elements.namedItem(name));
}

/** @param {Overview} overview */
function showWaiting({ waiting }) {
  byId("waiting").hidden = waiting.length === 0;
  byId("waiting-list").replaceChildren(
    ...waiting.map((name) =>
      el("li", {}, el("span", { lang: "zh-CN" }, name), button("不要了…", "Discard…", async () => {
        const sure = await confirmed(["不索引这个文件？", "Discard this upload?"], [`${name} 不再等待索引，文件另存在 uploads/.replaced。`, `${name} is not indexed; the file is kept in uploads/.replaced.`], ["不要了", "Discard"]);
        if (!sure) return;
        await request(`/api/desk/uploads/${encodeURIComponent(name)}`, { method: "DELETE" });
        await refresh();
      })),
    ),
  );
}

/** @param {Overview} overview */
function showRemoved({ removed }) {
  byId("removed").hidden = removed.length === 0;
  words(byId("removed-title"), `已移出的文件：${removed.length}`, `Taken out: ${removed.length}`);
  byId("removed-list").replaceChildren(
    ...removed.map(({ document_id, source }) =>
      el("li", {}, el("span", { lang: "zh-CN" }, source), button("恢复", "Restore", async () => {
        await request(`/api/documents/${encodeURIComponent(document_id)}/restore`, { method: "POST" });
        await follow();
      })),
    ),
  );
}

/** What is indexed, once more. */
export async function refresh() {
  /** @type {Overview} */
  const overview = await request("/api/desk");
  showGeneration(overview);
  showFolders(overview);
  showCounts(overview);
  showWaiting(overview);
  showRemoved(overview);
  showLimits(overview.limits);
  await find(offset);
  return overview;
}

/** @param {Line} line */
function item({ document_id, source, title, kind, document_number, issuer, date, status, disclosure, uploaded, corrected }) {
  const facts = el("p", { class: "card-facts" });
  for (const fact of [document_number, issuer]) if (fact) facts.append(el("span", { lang: "zh-CN" }, fact));
  if (date) facts.append(el("span", {}, el("time", { datetime: date }, date)));
  facts.append(el("span", { class: "path" }, source));
  const marks = el("p", { class: "marks" });
  if (kind) marks.append(words(el("span"), ...valueWords("kind", kind)));
  if (status) marks.append(words(el("span", { class: status === "现行有效" ? "good" : "old" }), ...statusWords(status)));
  marks.append(disclosure ? el("span", { lang: "zh-CN" }, disclosure) : words(el("span", { class: "quiet" }), "未注明公开", "disclosure not stated"));
  if (uploaded) marks.append(words(el("span"), "上传", "uploaded"));
  if (corrected) marks.append(words(el("span", { class: "by-hand" }), "已更正", "corrected"));
  const link = el("a", { href: `#documents/${encodeURIComponent(document_id)}` }, title);
  return el("li", {}, el("div", {}, el("h3", { lang: "zh-CN" }, link), facts), marks);
}

/** @param {number} from */
async function find(from) {
  offset = from;
  reading?.abort();
  const controller = new AbortController();
  reading = controller;
  const asked = new URLSearchParams({ offset: String(from), limit: String(PAGE) });
  for (const [name, value] of new FormData(form)) if (String(value).trim()) asked.set(name, String(value).trim());
  try {
    /** @type {{total: number, documents: Line[]}} */
    const { total, documents } = await request(`/api/desk/documents?${asked}`, { signal: controller.signal });
    if (from && from >= total) return await find(0);
    words(byId("list-count"), total ? `${total} 份` : "没有符合条件的文件。", total ? counted(total, "document") : "No document matches.");
    byId("document-list").replaceChildren(...documents.map(item));
    byId("pager").hidden = total <= PAGE;
    byId("pager-place").textContent = `${from + 1}–${from + documents.length} / ${total}`;
    /** @type {HTMLButtonElement} */ (byId("earlier")).disabled = from === 0;
    /** @type {HTMLButtonElement} */ (byId("later")).disabled = from + PAGE >= total;
  } catch (error) {
    if (controller.signal.aborted) return;
    if (!(error instanceof Problem)) throw error;
    complain(error);
  }
}

export function startDocuments() {
  let pause = 0;
  form.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => find(0), 200);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    find(0);
  });
  for (const [id, step] of /** @type {[string, number][]} */ ([["earlier", -PAGE], ["later", PAGE]])) {
    byId(id).addEventListener("click", async () => {
      await find(Math.max(0, offset + step));
      byId("document-list").focus();
    });
  }
  onPress(byId("update"), () => tryIndexing());
  onPress(byId("rebuild"), async () => {
    const sure = await confirmed(["全部重建？", "Rebuild everything?"], ["所有文件重新读取、重新编码，需要一些时间；期间照常回答问题。", "All files are read and encoded again, which takes a while; questions are answered meanwhile."], ["重建", "Rebuild"]);
    if (sure) await tryIndexing(true);
  });
}
