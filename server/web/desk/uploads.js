// @ts-check
/**
 * Uploads: several files, one after the other, each with its progress and with what is wrong with it.
 *
 * @typedef {{name: string, size: number, stored: "new" | "same" | "replaced" | "renamed", removed: ?string, corrected: boolean}} Kept
 */

import { asProblem } from "../common.js";
import { isWorking, onJobEnd, tryIndexing } from "./indexing.js";
import { button, byId, el, fileSize, named, Problem, refusal, Refused, request, say, words } from "./parts.js";

const list = byId("upload-list");
const drop = byId("drop");
const input = /** @type {HTMLInputElement} */ (byId("files"));

/** @type {{max: number, formats: string[]}} what the service takes: bytes, suffixes */
const limits = { max: Infinity, formats: [] };
/** @type {Row[]} */
const queue = [];
let busy = false;
let kept = 0;
/** Files came in while the index was being worked on: another run takes them in. */
let deferred = false;
/** @type {() => void} */
let whenKept = () => undefined;

/** A file in the list. */
class Row {
  /** @param {File} file */
  constructor(file) {
    this.file = file;
    this.bar = /** @type {HTMLProgressElement} */ (el("progress", { max: "1", value: "0" }));
    named(this.bar, `${file.name} 的上传进度`, `Upload of ${file.name}`);
    this.state = words(el("span", { class: "upload-state" }), "等待中", "Waiting");
    this.actions = el("span", { class: "upload-actions" });
    const name = el("b", { class: "upload-name", lang: "zh-CN" }, file.name);
    this.node = el("li", {}, name, el("span", { class: "figures" }, fileSize(file.size)), this.bar, this.state, this.actions);
  }

  /**
   * @param {"sending" | "reading" | "kept" | "wrong"} kind
   * @param {string} zh
   * @param {string} en
   */
  tell(kind, zh, en) {
    this.node.dataset.kind = kind;
    this.bar.hidden = kind === "kept" || kind === "wrong";
    words(this.state, zh, en);
    if (this.bar.hidden) say(`${this.file.name}：${zh}`, `${this.file.name}: ${en}`);
  }

  /**
   * Send the file; progress is what fetch does not tell of what it sends.
   * @param {"refuse" | "replace" | "rename"} conflict
   * @returns {Promise<Kept>}
   */
  send(conflict) {
    const form = new FormData();
    form.append("file", this.file);
    form.append("on_conflict", conflict);
    const sending = new XMLHttpRequest();
    return new Promise((resolve, reject) => {
      sending.upload.addEventListener("progress", ({ loaded, total }) => {
        this.bar.value = total ? loaded / total : 0;
        const percent = total ? Math.floor((100 * loaded) / total) : 0;
        this.tell("sending", `上传中 ${percent}%`, `Sending ${percent}%`);
      });
      sending.upload.addEventListener("load", () => {
        this.bar.removeAttribute("value");
        this.tell("reading", "正在检查能否读取", "Checking that it can be read");
      });
      sending.addEventListener("load", () => {
        if (sending.status < 300) resolve(JSON.parse(sending.responseText));
        else reject(refusal(sending.status, sending.responseText) ?? new Problem(`没有上传（${sending.status}），请刷新页面再试。`, `Not uploaded (${sending.status}). Please reload the page and try again.`));
      });
      sending.addEventListener("error", () => reject(asProblem(null)));
      sending.open("POST", "/api/documents");
      sending.send(form);
    });
  }

  /** @returns {?[string, string]} what is wrong with the file before it is sent */
  fault() {
    const suffix = /\.[^.]+$/.exec(this.file.name)?.[0].toLowerCase() ?? "";
    if (limits.formats.length && !limits.formats.includes(suffix)) return [`格式 ${suffix || "（无后缀）"} 暂不支持`, `Format ${suffix || "(no suffix)"} is not supported`];
    if (this.file.size > limits.max) return [`文件超过上限 ${Math.round(limits.max / 1e6)} MB`, `Larger than ${Math.round(limits.max / 1e6)} MB`];
    return this.file.size ? null : ["文件是空的", "The file is empty"];
  }

  /** @param {"refuse" | "replace" | "rename"} [conflict] */
  async upload(conflict = "refuse") {
    const fault = this.fault();
    if (fault) return this.tell("wrong", ...fault);
    this.actions.replaceChildren();
    this.bar.value = 0;
    this.tell("sending", "上传中", "Sending");
    try {
      this.done(await this.send(conflict));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error instanceof Refused && error.status === 409 && error.free) this.offer(error.free);
      else this.tell("wrong", error.zh, error.en);
    }
  }

  /** @param {string} free */
  offer(free) {
    this.tell("wrong", "已有同名而内容不同的文件", "Another file of this name is there");
    const again = (/** @type {"replace" | "rename"} */ conflict) => async () => {
      await this.upload(conflict);
      finish();
    };
    this.actions.append(
      button("替换（旧文件另存）", "Replace (the old one is kept)", again("replace")),
      button(`存为 ${free}`, `Keep as ${free}`, again("rename")),
    );
  }

  /** @param {Kept} result */
  done({ name, stored, removed, corrected }) {
    if (removed) {
      this.tell("wrong", "此文件曾被移出索引，恢复后才能查到", "This document was taken out of the index: restore it");
      this.actions.replaceChildren(
        button("恢复", "Restore", async () => {
          await request(`/api/documents/${encodeURIComponent(removed)}/restore`, { method: "POST" });
          this.tell("kept", "正在恢复", "Being restored");
          this.actions.replaceChildren();
          whenKept();
        }),
      );
      return;
    }
    /** @type {Record<Kept["stored"], [string, string]>} */
    const said = {
      new: [`已保存为 ${name}`, `Kept as ${name}`],
      same: ["已经有这个文件，内容相同", "The same file is there already"],
      replaced: ["已替换，旧文件另存", "Replaced; the old file is kept"],
      renamed: [`已保存为 ${name}`, `Kept as ${name}`],
    };
    const [zh, en] = said[stored];
    const note = corrected && stored === "replaced";
    this.tell("kept", note ? `${zh}；原有更正仍然有效，请核对` : zh, note ? `${en}; its corrections still hold: check them` : en);
    if (stored !== "same") kept += 1;
  }
}

/** @param {Iterable<File>} files */
function take(files) {
  const rows = [...files].map((file) => new Row(file));
  if (!rows.length) return;
  byId("uploads").hidden = false;
  list.append(...rows.map((row) => row.node));
  queue.push(...rows);
  run();
}

async function run() {
  if (busy) return;
  busy = true;
  byId("uploads-clear").hidden = true;
  for (let row = queue.shift(); row; row = queue.shift()) await row.upload();
  busy = false;
  byId("uploads-clear").hidden = false;
  finish();
}

/** All are sent: what was kept is taken into the index, at once where nothing else is being done to it. */
function finish() {
  if (busy || !kept) return;
  kept = 0;
  whenKept();
  if (isWorking()) deferred = true;
  else tryIndexing();
}

/**
 * @param {{max_file_mb: number, formats: string[]}} given
 */
export function showLimits({ max_file_mb, formats }) {
  limits.max = max_file_mb * 1e6;
  limits.formats = formats;
  input.accept = formats.join(",");
  words(
    byId("drop-hint"),
    `可一次选多个：PDF、DOCX、OFD、WPS、TXT、网页、图片等，每个不超过 ${max_file_mb} MB`,
    `Several at once: PDF, DOCX, OFD, WPS, TXT, web pages, images and more, ${max_file_mb} MB each at most`,
  );
}

/** @param {() => void} listener called when files have been kept */
export function startUploads(listener) {
  whenKept = listener;
  onJobEnd(() => {
    if (!deferred) return;
    deferred = false;
    tryIndexing();
  });
  byId("choose").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    take(input.files ?? []);
    input.value = "";
  });
  byId("uploads-clear").addEventListener("click", () => {
    list.replaceChildren();
    byId("uploads").hidden = true;
    byId("choose").focus();
  });
  // Dropped beside the zone, a file would replace the page.
  addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.toggle("over", event.dataTransfer?.types.includes("Files") ?? false);
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) drop.classList.remove("over");
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    take(event.dataTransfer?.files ?? []);
  });
  addEventListener("beforeunload", (event) => {
    if (busy) event.preventDefault();
  });
}
