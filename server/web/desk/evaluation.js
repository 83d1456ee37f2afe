// @ts-check
/** The last report of the evaluation, as tables. */

import { byId, el, moment, named, request, words } from "./parts.js";

/** @param {number} share */
function percent(share) {
  return `${(100 * share).toFixed(1)}%`;
}

/** @param {number[] | undefined} ends @param {(value: number) => string} shown */
function interval(ends, shown) {
  return ends ? el("small", { class: "figures" }, ` ${shown(ends[0])}–${shown(ends[1])}`) : null;
}

/**
 * @param {[string, string]} caption
 * @param {(Node | string)[]} head
 * @param {(Node | string)[][]} rows
 */
function table(caption, head, rows) {
  const cells = rows.map(([first, ...rest]) => el("tr", {}, el("th", { scope: "row" }, first), ...rest.map((cell) => el("td", {}, cell))));
  const heads = head.map((cell) => el("th", { scope: "col" }, cell));
  const made = el("table", {}, words(el("caption"), ...caption), el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...cells));
  return named(el("div", { class: "scroll panel", tabindex: "0", role: "region" }, made), ...caption);
}

/** @param {string} zh @param {string} en */
function both(zh, en) {
  return words(el("span"), zh, en);
}

/** @param {Record<string, any>} report */
function retrieval({ systems, significance }) {
  const names = [...new Set(Object.values(systems).flatMap((system) => Object.keys(system.metrics)))];
  const fixed = (/** @type {number} */ value) => value.toFixed(3);
  const rows = Object.entries(systems).map(([name, { metrics, intervals, p_values, queries }]) => [
    name,
    ...names.map((metric) => {
      const differs = p_values && p_values[metric] <= (significance?.max_p ?? 0.05);
      const cell = el("span", { class: "figures" }, metric in metrics ? fixed(metrics[metric]) : "–", differs ? "*" : "");
      const ends = interval(intervals?.[metric], fixed);
      if (ends) cell.append(ends);
      return cell;
    }),
    String(queries ?? ""),
  ]);
  const note = words(el("p", { class: "hint" }), `* 与 ${significance?.against ?? "第一个"} 相差显著；小字为 95% 区间`, `* differs significantly from ${significance?.against ?? "the first"}; small figures are 95% intervals`);
  return [table(["检索", "Retrieval"], [both("系统", "System"), ...names, both("问题数", "Queries")], rows), note];
}

/** @param {Record<string, any>} report */
function questions({ types, intervals, right, questions: total, accuracy, interval: all, citations, false_citations, wrong }) {
  const share = (/** @type {number} */ n, /** @type {number} */ of, /** @type {number[] | undefined} */ ends) => {
    const cell = el("span", { class: "figures" }, of ? percent(n / of) : "–");
    const shown = interval(ends, percent);
    if (shown) cell.append(shown);
    return cell;
  };
  const rows = Object.entries(types ?? {}).map(([name, counts]) => [name, `${counts.right} / ${counts.questions}`, share(counts.right, counts.questions, intervals?.[name])]);
  rows.push([both("合计", "All"), `${right} / ${total}`, share(accuracy * total, total, all)]);
  const head = [both("类型", "Type"), both("答对", "Right"), both("比例", "Share")];
  const note = words(el("p", { class: "hint" }), `引用 ${citations} 处，其中与原文不符 ${false_citations} 处`, `${citations} citations, ${false_citations} of them not in the text`);
  const shown = (wrong ?? []).map((/** @type {any} */ one) => el("li", {}, el("b", { lang: "zh-CN" }, one.question), el("span", {}, `${one.type} · ${one.reason}`)));
  const list = shown.length ? [el("details", { class: "panel" }, words(el("summary"), `答错的问题（前 ${shown.length} 个）`, `Wrong answers (the first ${shown.length})`), el("ul", { class: "reasons" }, ...shown))] : [];
  return [table(["问答", "Questions"], head, rows), note, ...list];
}

export async function showEvaluation() {
  /** @type {{folder: string, report: ?Record<string, any>, page: ?string}} */
  const { folder, report, page } = await request("/api/desk/evaluation");
  byId("evaluation-page").hidden = !page;
  if (page) byId("evaluation-page").setAttribute("href", page);
  if (!report) {
    words(byId("evaluation-facts"), "", "");
    const none = words(el("p", { class: "none" }), `${folder} 里还没有报告。运行评测并写到那里：`, `There is no report in ${folder} yet. Run the evaluation and write it there:`);
    byId("evaluation").replaceChildren(none, el("pre", { class: "panel", tabindex: "0" }, `python -m eval eval/questions/sample.jsonl --corpus corpus --out ${folder}`));
    return;
  }
  const { dataset, date, settings } = report;
  const facts = [dataset, date ? moment(date) : "", settings?.encoder].filter(Boolean).join(" · ");
  words(byId("evaluation-facts"), facts, facts);
  const parts = report.kind === "questions" ? questions(report) : report.systems ? retrieval(report) : [el("pre", { class: "panel", tabindex: "0" }, JSON.stringify(report, null, 1))];
  byId("evaluation").replaceChildren(...parts);
}
