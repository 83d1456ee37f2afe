// @ts-check
/**
 * Questions that may come next, made of nothing but the evidence of an answer: terms its passages define, proposals
 * their titles name, sections they stand in.
 */

const MAX_FOLLOW_UPS = 3;
/** “631”机制：指…, “一企一策”是指… */
const DEFINED = /“([^“”\n]{2,14})”(\p{Script=Han}{0,4}?)(?:[：:]\s*(?:是?指|即)|是指|指的是)/gu;
const PROPOSAL = /第(\d{1,6})号(建议|提案)/;
/** 第一章, （二）, 一是, 关于: what stands before the matter of a heading. */
const NUMBERING = /^\s*(?:第?[一二三四五六七八九十百\d]+[、.．章节条是]|[（(][一二三四五六七八九十\d]+[）)])?\s*(?:关于)?/;

/**
 * At most three questions, in both languages, without what has been asked or quoted; none after a refusal.
 * @param {import("./answer.js").Answer} answer
 * @param {string[]} asked the questions of the conversation
 * @returns {[string, string][]}
 */
export function followUps(answer, asked) {
  const cited = new Set(answer.citations.map(({ document_id }) => document_id));
  const passages = answer.passages.filter(({ document_id }) => cited.has(document_id));
  const quoted = answer.citations.map(({ quote }) => quote).join("\n");
  const before = [...asked, quoted].join("\n");
  /** @type {Map<string, [string, string]>} by what each is about */
  const found = new Map();
  const add = (/** @type {string} */ about, /** @type {[string, string]} */ question) => {
    if (!before.includes(about)) found.set(about, question);
  };
  for (const { text } of passages) {
    for (const [, term, tail] of text.matchAll(DEFINED)) add(term, [`什么是“${term}”${tail}？`, `What is “${term}”${tail}?`]);
  }
  for (const { title } of passages) {
    const proposal = PROPOSAL.exec(title);
    if (proposal) add(proposal[1], [`第${proposal[1]}号${proposal[2]}是谁提出的，由哪个单位答复？`, `Who answered proposal No. ${proposal[1]}?`]);
  }
  for (const { section } of passages) {
    const heading = (section.at(-1) ?? "").replace(NUMBERING, "").replace(/[。：:，；].*$/u, "").trim();
    if (heading.length >= 4 && heading.length <= 24 && !/^(?:附件|注释|目录)/.test(heading)) {
      add(heading, [`${heading}的情况如何？`, `What is said about ${heading}?`]);
    }
  }
  return [...found.values()].slice(0, MAX_FOLLOW_UPS);
}
