// @ts-check
/**
 * One document: each field with the words it was read from, and a way to correct it.
 *
 * @typedef {{name: string, value: string, start: ?number, end: ?number, origin: "read" | "corrected" | "default" | "derived", in_index: boolean}} Field
 * @typedef {{document_id: string, source: string, title: string, file: string, file_present: boolean, sidecar: ?string,
 *            fields: Field[], correctable: string[], choices: Record<string, string[]>}} Info
 */

import { FIELDS } from "../facts.js";
import { valueWords } from "./documents.js";
import { isWorking, show as showJob, tryIndexing } from "./indexing.js";
import { both, byId, calm, complain, confirmed, el, named, Problem, Refused, request, send, words } from "./parts.js";

/** Fields that the pages of readers show elsewhere. @type {Record<string, [string, string]>} */
const MORE = { title: ["标题", "Title"], reporter: ["记者", "Reporter"] };
const DAYS = ["date", "published", "effective", "expires"];
/** Characters around the words that a value was read from. */
const AROUND = 24;

/** @type {Record<Field["origin"], [string, string]>} */
const ORIGINS = { read: ["读自原文", "read"], corrected: ["已更正", "corrected"], default: ["文件夹默认", "folder default"], derived: ["推断", "derived"] };

const form = /** @type {HTMLFormElement} */ (byId("fields"));
const pane = byId("text");
const take = /** @type {HTMLButtonElement} */ (byId("take"));

/** @type {?{info: Info, points: string[]}} the document shown; its text by code points, in which the service counts */
let open = null;
/** @type {Map<string, HTMLInputElement | HTMLSelectElement>} */
const inputs = new Map();
/** @type {Map<string, string>} what the inputs held at first */
const before = new Map();
/** @type {?string} the field that was worked on last */
let current = null;
/** @type {?string} the id of the document asked for last */
let wanted = null;
/** Corrections were written that the index does not hold yet. */
let saved = false;

/** @param {string} name @returns {[string, string]} */
function label(name) {
  return FIELDS[name] ?? MORE[name] ?? [name, name];
}

/**
 * The text with a span of it highlighted.
 * @param {?number} start
 * @param {?number} end
 */
function highlight(start, end) {
  if (!open) return;
  const { points } = open;
  if (start === null || end === null) {
    pane.replaceChildren(points.join(""));
    return;
  }
  const mark = el("mark", {}, points.slice(start, end).join(""));
  pane.replaceChildren(points.slice(0, start).join(""), mark, points.slice(end).join(""));
  pane.scrollTop = mark.offsetTop - pane.clientHeight / 3;
}

/**
 * The words a value was read from, within what stands around them; pressing shows them in the text.
 * @param {Field} field
 */
function source({ name, start, end }) {
  if (!open || start === null || end === null) return null;
  const { points } = open;
  const part = (/** @type {number} */ from, /** @type {number} */ to) => points.slice(Math.max(0, from), to).join("").replace(/\s+/g, " ");
  const shown = el("button", { type: "button", class: "source", lang: "zh-CN" }, `…${part(start - AROUND, start)}`, el("mark", {}, part(start, end)), `${part(end, end + AROUND)}…`);
  const [zh, en] = label(name);
  named(shown, `${zh}读自：${part(start, end)}，在正文中查看`, `${en} was read from ${part(start, end)}: show it in the text`);
  shown.addEventListener("click", () => {
    highlight(start, end);
    pane.scrollIntoView({ block: "nearest" });
  });
  return shown;
}

/**
 * @param {string} name
 * @param {string} value
 * @param {string} id
 */
function inputFor(name, value, id) {
  const choices = open?.info.choices[name];
  if (choices) {
    const values = choices.includes(value) || !value ? choices : [value, ...choices];
    const options = values.map((one) => words(el("option", { value: one }), ...valueWords(name, one)));
    const select = /** @type {HTMLSelectElement} */ (el("select", { id, name }, el("option", { value: "" }, "—"), ...options));
    select.value = value;
    return select;
  }
  const day = DAYS.includes(name) && /^(\d{4}-\d\d-\d\d)?$/.test(value);
  const input = /** @type {HTMLInputElement} */ (el("input", { id, name, type: day ? "date" : "text", ...(day ? {} : { maxlength: "500" }), lang: "zh-CN" }));
  input.value = value;
  return input;
}

/** @param {Field} field */
function row(field) {
  const { name, value, start, end, origin, in_index } = field;
  const id = `field-${name}`;
  const input = inputFor(name, value, id);
  inputs.set(name, input);
  before.set(name, value);
  input.setAttribute("aria-describedby", `${id}-error`);
  input.addEventListener("focus", () => {
    current = name;
    highlight(start, end);
    offerSelection();
  });
  input.addEventListener("input", () => showError(name, null));
  const head = el("div", { class: "field-head" }, words(el("label", { for: id }), ...label(name)));
  const [zh, en] = ORIGINS[origin];
  if (value) head.append(words(el("span", { class: `origin ${origin}` }), in_index ? zh : `${zh}，待更新索引`, in_index ? en : `${en}, index not updated yet`));
  if (origin === "corrected") head.append(withdrawal(name, input));
  const error = el("p", { class: "field-error problem", id: `${id}-error` });
  return el("div", { class: "field" }, head, input, source(field), error);
}

/**
 * @param {string} name
 * @param {HTMLInputElement | HTMLSelectElement} input
 */
function withdrawal(name, input) {
  const made = words(el("button", { type: "button", class: "link" }), "撤销更正", "Withdraw");
  const [zh, en] = label(name);
  named(made, `撤销对${zh}的更正`, `Withdraw the correction of ${en}`);
  made.addEventListener("click", () => {
    input.value = "";
    save().catch(complain);
  });
  return made;
}

/**
 * @param {string} name
 * @param {?string} reason
 */
function showError(name, reason) {
  const line = document.getElementById(`field-${name}-error`);
  if (!line) return;
  if (reason) words(line, ...both(reason));
  else line.replaceChildren();
  inputs.get(name)?.setAttribute("aria-invalid", String(Boolean(reason)));
}

/** @param {Info} info */
function show(info) {
  inputs.clear();
  before.clear();
  words(byId("save-note"), "", "");
  byId("editor-title").textContent = info.title;
  words(byId("editor-file"), info.sidecar ? `${info.file}（更正：${info.sidecar}）` : info.file, info.sidecar ? `${info.file} (corrections: ${info.sidecar})` : info.file);
  byId("editor-open").setAttribute("href", `/documents/${encodeURIComponent(info.document_id)}`);
  const order = ["title", ...Object.keys(FIELDS)];
  const at = (/** @type {Field} */ { name }) => (order.includes(name) ? order.indexOf(name) : order.length);
  const fields = info.fields.filter(({ name }) => info.correctable.includes(name)).sort((one, other) => at(one) - at(other));
  byId("field-list").replaceChildren(...fields.map(row));
  const missing = info.correctable.filter((name) => !inputs.has(name)).sort((one, other) => order.indexOf(one) - order.indexOf(other));
  byId("add-field").replaceChildren(words(el("option", { value: "" }), "选择…", "Choose…"), ...missing.map((name) => words(el("option", { value: name }), ...label(name))));
  /** @type {HTMLButtonElement} */ (byId("save")).disabled = !info.file_present;
  highlight(null, null);
}

/** The fields whose value was changed, with their inputs. */
function changes() {
  return [...inputs].filter(([name, input]) => input.value.trim() !== before.get(name));
}

/** Write what was changed, then bring the index up to date. */
async function save() {
  if (!open) return;
  calm();
  const { document_id } = open.info;
  const changed = changes();
  for (const [name] of inputs) showError(name, null);
  if (!changed.length) {
    words(byId("save-note"), "没有改动。", "Nothing was changed.");
    return;
  }
  try {
    const fields = Object.fromEntries(changed.map(([name, input]) => [name, input.value.trim()]));
    open.info = await send(`/api/desk/documents/${encodeURIComponent(document_id)}/corrections`, "PUT", { fields });
  } catch (error) {
    if (!(error instanceof Refused) || !Object.keys(error.errors).length) throw error;
    for (const [name, reason] of Object.entries(error.errors)) showError(name, reason);
    inputs.get(Object.keys(error.errors)[0])?.focus();
    words(byId("save-note"), "没有保存，请看标出的字段。", "Not saved: see the fields that are marked.");
    return;
  }
  show(open.info);
  saved = true;
  words(byId("save-note"), "已写入，正在更新索引…", "Written; the index is being updated…");
  if (isWorking()) words(byId("save-note"), "已写入；索引正在更新，完成后请再更新一次。", "Written; the index is being updated: update it once more afterwards.");
  else await tryIndexing();
}

/** The button that puts the words selected in the text into a field. */
function offerSelection() {
  const selected = selectedText();
  const name = current;
  take.disabled = !selected || !name;
  if (name) words(take, `选中文字填入“${label(name)[0]}”`, `Selection into “${label(name)[1]}”`);
  else words(take, "选中文字填入字段", "Selection into a field");
}

/** @returns {string} what is selected in the text, on one line */
function selectedText() {
  const selection = getSelection();
  const inside = selection && !selection.isCollapsed && selection.anchorNode && pane.contains(selection.anchorNode);
  return inside ? selection.toString().replace(/\s+/g, " ").trim().slice(0, 500) : "";
}

/** @param {string} documentId */
async function read(documentId) {
  const address = encodeURIComponent(documentId);
  const [info, { text }] = await Promise.all([request(`/api/desk/documents/${address}`), request(`/api/documents/${address}/text`)]);
  return { info, points: [...text] };
}

/** @param {string} documentId */
export async function openDocument(documentId) {
  wanted = documentId;
  const found = await read(documentId);
  if (wanted !== documentId) return; // Another one was opened meanwhile.
  open = found;
  current = null;
  saved = false;
  show(open.info);
  offerSelection();
}

/**
 * The document shown, once more: the index has changed. What is being typed stays.
 * @param {import("./indexing.js").Job} job
 */
export async function refreshDocument(job) {
  if (!open || byId("editor-view").hidden) return;
  const documentId = open.info.document_id;
  const found = job.state === "done" ? await read(documentId) : null;
  if (wanted !== documentId) return;
  if (found && !changes().length) {
    open = found;
    show(open.info);
  }
  if (!saved) return;
  saved = job.state !== "done";
  if (saved) words(byId("save-note"), "更正已写入，但索引没有更新，见页首。", "Written, but the index is not updated: see the top of the page.");
  else words(byId("save-note"), "索引已更新，更正生效。", "The index is updated: the corrections hold.");
}

/** @param {() => void} whenRemoved */
export function startEditor(whenRemoved) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save().catch(complain);
  });
  byId("add-field").addEventListener("change", (event) => {
    const select = /** @type {HTMLSelectElement} */ (event.target);
    const name = select.value;
    if (!name) return;
    byId("field-list").append(row({ name, value: "", start: null, end: null, origin: "derived", in_index: true }));
    select.selectedOptions[0].remove();
    select.value = "";
    inputs.get(name)?.focus();
  });
  document.addEventListener("selectionchange", offerSelection);
  // The selection outlives the press.
  take.addEventListener("mousedown", (event) => event.preventDefault());
  take.addEventListener("click", () => {
    const input = current ? inputs.get(current) : null;
    if (!input || !current) return;
    const text = selectedText();
    input.value = text;
    input.focus();
    if (input.value !== text) showError(current, `选中的文字不能填入这里：${text.slice(0, 20)} / the selection does not fit here`);
  });
  byId("remove").addEventListener("click", () => remove(whenRemoved).catch(complain));
}

/** @param {() => void} whenRemoved */
async function remove(whenRemoved) {
  if (!open) return;
  calm();
  const { document_id, title } = open.info;
  const sure = await confirmed(["移出这份文件？", "Take this document out?"], [`《${title}》不再出现在回答中，直到恢复；原文件不会删除。`, `“${title}” is in no answer until it is restored; its file is not deleted.`], ["移出", "Take out"]);
  if (!sure) return;
  words(byId("save-note"), "正在移出…", "Being taken out…");
  try {
    await request(`/api/documents/${encodeURIComponent(document_id)}`, { method: "DELETE" });
  } finally {
    words(byId("save-note"), "", "");
  }
  open = null;
  whenRemoved();
  const { job } = await request("/api/desk");
  if (job) showJob(job);
}
