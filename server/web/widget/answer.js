// @ts-check
/**
 * An answer as elements: its text with citations as links, a card for each source, the passages behind it.
 *
 * @typedef {{document_id: string, title: string, section: string[], start: number, end: number, status: ?string,
 *            superseded_by: ?string}} Place
 * @typedef {Place & {n: number, document_number: ?string, issuer: ?string, date: ?string, page: ?number, quote: string}} Citation
 * @typedef {Place & {rank: number, text: string}} Passage
 * @typedef {{answer_id: string, question: string, answered: boolean, answer: string, language: "zh" | "en",
 *            refusal: ?{reason: string, message: string}, citations: Citation[], passages: Passage[], note?: string,
 *            standalone_question: ?string}} Answer
 */

import { el, languageOf, outOfForce, statusWords } from "../common.js";

const CITATION_MARK = /\[(\d{1,3})\]/g;
// Citations that an address carries along.
const MAX_CITED = 20;

/**
 * The documents of some passages, each once, in the order in which they come.
 * @template {Place} T
 * @param {T[]} places
 * @returns {T[]}
 */
export function eachDocument(places) {
  const first = new Map();
  for (const place of places) if (!first.has(place.document_id)) first.set(place.document_id, place);
  return [...first.values()];
}

/**
 * A text in paragraphs.
 * @param {string} text
 */
export function paragraphs(text) {
  const lines = text.split(/\n+/).filter((line) => line.trim());
  return el("div", { class: "answer-text", lang: languageOf(text) }, ...lines.map((line) => el("p", {}, line)));
}

/**
 * Where a message names a document: by its title in one line, or by as much of a long one as it shows.
 * @param {string} message
 * @param {string} title
 * @returns {{at: number, shown: string}} ``at``: -1 where it does not
 */
function namedIn(message, title) {
  const whole = title.trim().replace(/\s+/g, " ");
  const begun = [...message.matchAll(/《([^》]{8,})…》/g)].map((match) => match[1]).find((start) => whole.startsWith(start));
  const full = message.indexOf(`《${whole}》`);
  if (full >= 0 || begun === undefined) return { at: full, shown: whole };
  return { at: message.indexOf(`《${begun}…》`), shown: `${begun}…` };
}

/** @param {Citation} citation */
function citationFacts(citation) {
  return [citation.document_number, citation.issuer, citation.date].filter((fact) => typeof fact === "string" && fact !== "");
}

/** Makes the elements of an answer; links lead to the source viewer of one server. */
export class AnswerView {
  /**
   * @param {import("../words.js").Words} words
   * @param {string} server its address, without a slash at the end
   * @param {boolean} newTab whether sources open beside the page
   * @param {?import("./token.js").Token} [token] what goes along with requests
   */
  constructor(words, server, newTab, token = null) {
    this.words = words;
    this.server = server;
    this.newTab = newTab;
    this.token = token;
  }

  /** @param {string} documentId @param {string} [place] */
  documentUrl(documentId, place = "") {
    return `${this.server}/documents/${encodeURIComponent(documentId)}${place}`;
  }

  /**
   * The address of a place in the source viewer; offsets count Unicode code points.
   * @param {Place} place
   */
  placeUrl(place) {
    return this.documentUrl(place.document_id, `#${Number(place.start)}-${Number(place.end)}`);
  }

  /**
   * The address of a citation. What else the answer cites goes along, so that the source viewer can lead from one to the next.
   * @param {Citation} citation
   * @param {Citation[]} all
   */
  citationUrl(citation, all) {
    const cited = all.slice(0, MAX_CITED).map((one) => `${Number(one.n)}:${encodeURIComponent(one.document_id)}:${Number(one.start)}-${Number(one.end)}`);
    const others = cited.length > 1 ? `?cited=${cited.join(",")}` : "";
    return this.documentUrl(citation.document_id, `${others}#${Number(citation.start)}-${Number(citation.end)}`);
  }

  /**
   * @param {string} href
   * @param {string} text
   * @param {string} [kind] the link's class
   */
  link(href, text, kind = "") {
    const link = el("a", { href }, text);
    if (kind) link.className = kind;
    if (this.newTab) {
      link.setAttribute("target", "_blank");
      link.setAttribute("rel", "noopener");
    }
    return link;
  }

  /**
   * @param {Citation} citation
   * @param {Citation[]} all the citations of the answer
   * @param {string} text
   * @param {string} kind
   */
  citationLink(citation, all, text, kind) {
    return this.words.name(
      this.link(this.citationUrl(citation, all), text, kind),
      `引用 ${citation.n}：${citation.title}`,
      `Citation ${citation.n}: ${citation.title}`,
    );
  }

  /**
   * The answer in paragraphs, its [1] marks as links to what they cite.
   * @param {Answer} answer
   */
  text(answer) {
    const cited = new Map(answer.citations.map((citation) => [citation.n, citation]));
    const body = paragraphs(answer.answer);
    for (const paragraph of body.children) {
      const line = paragraph.textContent ?? "";
      paragraph.textContent = "";
      let done = 0;
      for (const mark of line.matchAll(CITATION_MARK)) {
        const citation = cited.get(Number(mark[1]));
        if (!citation) continue;
        paragraph.append(line.slice(done, mark.index), this.citationLink(citation, answer.citations, mark[0], "mark-link"));
        done = (mark.index ?? 0) + mark[0].length;
      }
      paragraph.append(line.slice(done));
    }
    return body;
  }

  /**
   * Says that a place stands in a document that is out of force or has a newer one; null when it does not.
   * @param {Place} place
   */
  outdated(place) {
    const state = outOfForce(place.status);
    if (!state && !place.superseded_by) return null;
    const said = state ? [`该文件${state[0]}`, `This document is ${state[1]}`] : ["该文件有更新的版本", "There is a newer version"];
    const line = el("p", { class: "outdated" }, this.words.text(el("span"), said[0], said[1]));
    if (place.superseded_by) {
      const link = this.words.text(this.link(this.documentUrl(place.superseded_by), ""), "打开新文件", "Open the newer one");
      line.append(el("span", {}, link));
    }
    return line;
  }

  /**
   * @param {Citation} citation
   * @param {Citation[]} all
   */
  card(citation, all) {
    const outdated = this.outdated(citation);
    const facts = el("p", { class: "card-facts" }, ...citationFacts(citation).map((fact) => el("span", { lang: "zh-CN" }, String(fact))));
    if (citation.page) facts.append(this.words.text(el("span"), `第 ${citation.page} 页`, `page ${citation.page}`));
    if (citation.status && !outdated) facts.append(this.words.text(el("span"), ...statusWords(citation.status)));
    return el(
      "li",
      { class: "card" },
      el("span", { class: "card-number", "aria-hidden": "true" }, String(citation.n)),
      el("p", { class: "card-title", lang: "zh-CN" }, this.citationLink(citation, all, citation.title, "card-link")),
      facts,
      outdated,
      citation.section.length ? el("p", { class: "section", lang: "zh-CN" }, citation.section.join(" › ")) : null,
      el("blockquote", { lang: "zh-CN", cite: this.placeUrl(citation) }, citation.quote),
    );
  }

  /** @param {Passage[]} passages */
  passages(passages) {
    const items = passages.map((passage) =>
      el(
        "li",
        { value: String(passage.rank) },
        this.link(this.placeUrl(passage), passage.title),
        this.outdated(passage),
        passage.section.length ? el("p", { class: "section" }, passage.section.join(" › ")) : null,
        el("p", { class: "passage-text" }, passage.text),
      ),
    );
    const summary = this.words.text(el("summary"), `检索到的段落（${passages.length}）`, `Passages (${passages.length})`);
    return el("details", { class: "passages" }, summary, el("ol", { lang: "zh-CN" }, ...items));
  }

  /**
   * The documents that came nearest to a question without an answer.
   * @param {Passage[]} passages
   */
  nearest(passages) {
    const links = eachDocument(passages).map((passage) => el("li", {}, this.link(this.placeUrl(passage), passage.title)));
    return [this.words.text(el("h3"), "最接近的文件", "Nearest documents"), el("ul", { class: "nearest", lang: "zh-CN" }, ...links)];
  }

  /**
   * Which documents are being read, shown until there is an answer.
   * @param {Passage[]} passages
   */
  reading(passages) {
    const documents = eachDocument(passages);
    const lead = this.words.text(el("p", { class: "waiting" }), `正在阅读 ${documents.length} 份文件`, `Reading ${documents.length} documents`);
    return el("div", { class: "reading" }, lead, el("ul", { lang: "zh-CN" }, ...documents.map(({ title }) => el("li", {}, title))));
  }

  /**
   * A refusal, the documents it names as links; those that came nearest below it when it names none.
   * @param {string} message
   * @param {Passage[]} passages
   */
  refusal(message, passages) {
    const said = el("p", { class: "refusal", role: "status", lang: languageOf(message) });
    let rest = message;
    for (;;) {
      const found = eachDocument(passages)
        .map((passage) => ({ passage, ...namedIn(rest, passage.title) }))
        .filter(({ at }) => at >= 0)
        .sort((a, b) => a.at - b.at)[0];
      if (!found) break;
      const { passage, at, shown } = found;
      said.append(rest.slice(0, at + 1), this.link(this.placeUrl(passage), shown));
      rest = rest.slice(at + 1 + shown.length);
    }
    said.append(rest);
    return said.querySelector("a") || !passages.length ? [said] : [said, ...this.nearest(passages)];
  }

  /**
   * What an answer says and what it rests on.
   * @param {Answer} answer
   */
  whole(answer) {
    const { words } = this;
    const asked = answer.standalone_question;
    const understood = asked ? [words.text(el("p", { class: "section" }), `理解为：${asked}`, `Understood as: ${asked}`)] : [];
    if (!answer.answered) return [...understood, ...this.refusal(answer.refusal?.message ?? answer.answer, answer.passages)];
    const cards = el("ol", { class: "cards" }, ...answer.citations.map((citation) => this.card(citation, answer.citations)));
    const sources = answer.citations.length ? [words.text(el("h3"), "引用原文", "Sources"), cards] : [];
    const notes = answer.note ? [el("p", { class: "outdated", lang: languageOf(answer.note) }, answer.note)] : [];
    return [...understood, ...notes, this.text(answer), ...sources];
  }

  /**
   * The answer with its citations as plain text, in the language of the widget.
   * @param {Answer} answer
   */
  plain(answer) {
    const english = this.words.language === "en";
    const notes = answer.citations.map((citation) => {
      const head = [citation.title, ...citationFacts(citation), citation.section.join(" › ")].filter(Boolean).join(english ? ", " : "，");
      return `[${citation.n}] ${head}\n${english ? "Quote: " : "原文："}${citation.quote}\n${this.placeUrl(citation)}`;
    });
    return [answer.answer, ...notes].join("\n\n");
  }
}
