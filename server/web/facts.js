// @ts-check
/**
 * What the source viewer says about a document beside its text: its fields, its other versions, and whether to rely on it.
 *
 * @typedef {{value: string, start: ?number, end: ?number}} Field
 * @typedef {{document_id: string, title: string, date: ?string, status: ?string,
 *            relation: "superseded_by" | "newer" | "amended_by" | "copy" | "older" | "supersedes" | "amends"}} Version
 * @typedef {{sources: string[], metadata: Record<string, Field>, versions: Version[]}} Facts
 */

import { byId, el, outOfForce, statusWords, words } from "./page.js";

/** Names of the metadata fields, in the order in which they are shown. @type {Record<string, [string, string]>} */
export const FIELDS = {
  document_number: ["发文字号", "Document number"],
  issuer: ["发文机关", "Issued by"],
  date: ["成文日期", "Date"],
  published: ["发布日期", "Published"],
  status: ["效力", "Status"],
  effective: ["施行日期", "In force from"],
  expires: ["有效期至", "In force until"],
  repeals: ["所废止的文件", "Repeals"],
  amends: ["所修改的文件", "Amends"],
  kind: ["文种", "Kind"],
  proposal_number: ["建议提案编号", "Proposal number"],
  proposal_kind: ["建议或提案", "Proposal kind"],
  proposal_title: ["建议提案标题", "Proposal title"],
  session: ["会议", "Session"],
  proposer: ["提出人", "Proposed by"],
  addressee: ["主送", "Addressed to"],
  organ: ["主办单位", "Handled by"],
  co_organs: ["会办单位", "Consulted"],
  adoption: ["采纳情况", "Adoption"],
  disclosure: ["公开属性", "Disclosure"],
  category: ["办理类别", "Category"],
  signer: ["审签人", "Signed by"],
  contact: ["联系人", "Contact"],
  phone: ["联系电话", "Telephone"],
};

/** Fields that name other documents and files, which are shown as links. */
const LINKS = ["title", "newer_version", "superseded_by", "amended_by", "other_sources", "status_by"];

/** What another document is to this one. @type {Record<Version["relation"], [string, string]>} */
const RELATIONS = {
  superseded_by: ["废止本文件", "Repeals this one"],
  newer: ["更新的版本", "Newer version"],
  amended_by: ["修改本文件", "Amends this one"],
  copy: ["内容相同", "Same text"],
  older: ["较早的版本", "Older version"],
  supersedes: ["被本文件废止", "Repealed by this one"],
  amends: ["被本文件修改", "Amended by this one"],
};

/** How the banner names the document to read instead. @type {Record<string, [string, string]>} */
const LEADS = {
  superseded_by: ["由此文件废止：", " Repealed by: "],
  newer: ["请看更新的版本：", " Newer version: "],
  amended_by: ["由此文件修改：", " Amended by: "],
};

/** @type {Record<string, [string, string]>} */
export const KINDS = {
  reply: ["答复函", "Reply to a proposal"],
  report: ["报告", "Report"],
  measures: ["办法、规定", "Measures"],
  opinions: ["意见", "Opinions"],
  plan: ["方案、规划", "Plan"],
  notice: ["通知、公告", "Notice"],
  news: ["新闻", "News"],
  other: ["其他", "Other"],
};

/**
 * The metadata, each value linked to the place it was read from.
 * @param {Facts} facts
 */
export function showFields({ metadata, sources }) {
  const rows = byId("metadata");
  const named = Object.keys(FIELDS).filter((name) => name in metadata);
  const others = Object.keys(metadata).filter((name) => !(name in FIELDS) && !LINKS.includes(name));
  for (const name of [...named, ...others]) {
    const { value, start, end } = metadata[name];
    const known = name === "kind" ? KINDS[value] : name === "status" ? statusWords(value) : undefined;
    const shown = known ? words(el("span"), ...known) : el("span", { lang: "zh-CN" }, value);
    const content = start === null || end === null ? shown : el("a", { href: `#${start}-${end}` }, shown);
    rows.append(words(el("dt"), ...(FIELDS[name] ?? [name, name])), el("dd", {}, content));
  }
  const files = sources.map((source) => el("p", {}, source));
  rows.append(words(el("dt"), "来源文件", "File"), el("dd", { class: "source" }, ...files));
}

/** @param {Version} version */
function versionLink(version) {
  return el("a", { href: `/documents/${encodeURIComponent(version.document_id)}`, lang: "zh-CN" }, version.title);
}

/**
 * The other versions of this document, each one click away.
 * @param {Version[]} versions
 */
export function showVersions(versions) {
  byId("others").hidden = versions.length === 0;
  byId("versions").append(
    ...versions.map((version) => {
      const facts = el("p", { class: "card-facts" }, words(el("span"), ...RELATIONS[version.relation]));
      if (version.date) facts.append(el("span", {}, el("time", { datetime: version.date }, version.date)));
      if (version.status) facts.append(words(el("span"), ...statusWords(version.status)));
      return el("li", {}, versionLink(version), facts);
    }),
  );
}

/**
 * What a reader must know before relying on this text: it is out of force, or there is a newer one.
 * @param {Facts} facts
 */
export function showBanner({ metadata, versions }) {
  const state = outOfForce(metadata.status?.value ?? null, metadata.expires?.value ?? null);
  const newer = versions.find(({ relation }) => relation in LEADS);
  if (!state && !newer) return;
  const banner = byId("banner");
  const until = newer?.relation === "superseded_by" ? metadata.expires?.value : undefined;
  if (state) banner.append(words(el("strong"), `本文件${state[0]}。`, `This document is ${state[1]}.`));
  else if (until) banner.append(words(el("strong"), `本文件有效至 ${until}。`, `This document is in force until ${until}.`));
  else banner.append(words(el("strong"), "已有更新的文件。", "There is a newer document."));
  if (newer) {
    banner.append(words(el("span"), ...LEADS[newer.relation]), versionLink(newer));
    if (newer.date) banner.append(words(el("span"), `（${newer.date}）`, ` (${newer.date})`));
  }
  banner.hidden = false;
}
