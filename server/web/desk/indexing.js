// @ts-check
/**
 * The work on the index: how far it is, what came of it, and which files could not be taken in.
 *
 * @typedef {{source: string, reason: string}} Reason
 * @typedef {{job_id: string, action: "index" | "remove" | "restore", started: string, finished: ?string,
 *            state: "running" | "done" | "failed" | "stopped", step: string, done: number, total: number, error: ?string,
 *            report: ?Record<string, any>, skipped: Reason[], notes: Reason[]}} Job
 */

import { fetchEvents } from "../events.js";
import { both, byId, calm, complain, counted, el, Problem, request, say, send, words } from "./parts.js";

/** @type {Record<string, [string, string]>} */
const TITLES = {
  index: ["正在更新索引", "Updating the index"],
  remove: ["正在移出文件", "Taking a document out"],
  restore: ["正在恢复文件", "Restoring a document"],
};

/** @type {Record<string, [string, string]>} */
const STEPS = {
  read: ["读取文件", "Reading files"],
  encode: ["分词、编码", "Analysing and encoding"],
  publish: ["发布", "Publishing"],
};

/** @type {Set<(job: Job) => void>} */
const listeners = new Set();
let following = false;
/** What was announced last: each step once, not each file. */
let announced = "";

/** @param {(job: Job) => void} listener called when a piece of work is over */
export function onJobEnd(listener) {
  listeners.add(listener);
}

/** Whether work is being followed now. */
export function isWorking() {
  return following;
}

/** @param {boolean} [rebuild] */
export async function startIndexing(rebuild = false) {
  calm();
  show(await send("/api/desk/index", "POST", { rebuild }));
  return follow();
}

/** Follow what runs to its end; nothing when nothing does. */
export async function follow() {
  if (following) return;
  following = true;
  let last = null;
  try {
    for await (const { name, data } of fetchEvents("/api/desk/index/events", {})) {
      if (name !== "job") continue;
      last = /** @type {Job} */ (data);
      show(last);
    }
  } catch (error) {
    complain(error);
  } finally {
    following = false;
  }
  const ended = last;
  if (ended && ended.state !== "running") listeners.forEach((listener) => listener(ended));
}

/** @param {Job} job */
export function show(job) {
  const running = job.state === "running";
  byId("job").hidden = false;
  byId("job").dataset.state = job.state;
  byId("job-progress").hidden = !running;
  byId("job-stop").hidden = !running;
  byId("job-close").hidden = running;
  byId("job-summary").hidden = running;
  if (running) showProgress(job);
  else showEnd(job);
  showReasons(job);
}

/** @param {Job} job */
function showProgress({ action, step, done, total }) {
  words(byId("job-title"), ...TITLES[action]);
  const [zh, en] = STEPS[step] ?? [step, step];
  words(byId("job-step"), zh, en);
  byId("job-count").textContent = total ? `${done} / ${total}` : "";
  const bar = /** @type {HTMLProgressElement} */ (byId("job-bar"));
  if (total) {
    bar.max = total;
    bar.value = done;
  } else {
    bar.removeAttribute("value");
  }
  if (announced !== step) {
    announced = step;
    say(`${TITLES[action][0]}：${zh}`, `${TITLES[action][1]}: ${en}`);
  }
}

/**
 * What came of it, in a line.
 * @param {Job} job
 * @returns {[string, string]}
 */
function summary({ action, report, skipped }) {
  if (action === "remove" || !report) return ["文件已移出索引，可以恢复。", "The document is out of the index; it can be restored."];
  const { added, changed, removed, documents, published } = report;
  const left = skipped.length ? `，${skipped.length} 份没有收进来` : "";
  const out = skipped.length ? `; ${skipped.length} not taken in` : "";
  if (!published) return [`没有变化，仍是 ${documents} 份文件${left}。`, `Nothing has changed: still ${counted(documents, "document")}${out}.`];
  return [
    `现有 ${documents} 份文件：新增 ${added}，更新 ${changed}，移出 ${removed}${left}。`,
    `${counted(documents, "document")} now: ${added} added, ${changed} changed, ${removed} gone${out}.`,
  ];
}

/** @param {Job} job */
function showEnd(job) {
  announced = "";
  const line = byId("job-summary");
  if (job.state === "done") {
    words(byId("job-title"), "索引已更新", "The index is up to date");
    words(line, ...summary(job));
  } else if (job.state === "stopped") {
    words(byId("job-title"), "已停止", "Stopped");
    words(line, "已发布的索引没有改变；下次从停下的地方继续。", "What is published has not changed; the next run goes on from here.");
  } else {
    words(byId("job-title"), "没有完成", "Not done");
    words(line, ...both(job.error ?? ""));
  }
  say(`${byId("job-title").dataset.zh}。${line.dataset.zh}`, `${byId("job-title").dataset.en}. ${line.dataset.en}`);
}

/** @param {Job} job */
function showReasons({ state, skipped, notes }) {
  const details = /** @type {HTMLDetailsElement} */ (byId("job-problems"));
  const rows = state === "running" ? [] : [...skipped, ...notes];
  details.hidden = rows.length === 0;
  details.open = skipped.length > 0 && skipped.length <= 10;
  const [zh, en] = skipped.length
    ? [`没有收进来的文件：${skipped.length}`, `Files not taken in: ${skipped.length}`]
    : [`提示：${notes.length}`, `Remarks: ${notes.length}`];
  words(byId("job-problems-title"), zh, en);
  byId("job-reasons").replaceChildren(
    ...rows.map(({ source, reason }) => el("li", {}, el("b", { lang: "zh-CN" }, source), words(el("span"), ...both(reason)))),
  );
}

/** What ended well has been seen by whoever goes elsewhere. */
export function dismiss() {
  if (byId("job").dataset.state === "done" && byId("job-problems").hidden) byId("job").hidden = true;
}

byId("job-stop").addEventListener("click", () => request("/api/desk/index", { method: "DELETE" }).catch(complain));
byId("job-close").addEventListener("click", () => {
  byId("job").hidden = true;
});

/**
 * Begin, or say why not; work that others have begun is followed.
 * @param {boolean} [rebuild]
 */
export async function tryIndexing(rebuild = false) {
  try {
    await startIndexing(rebuild);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    complain(error);
    await follow();
  }
}
