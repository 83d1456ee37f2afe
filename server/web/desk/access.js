// @ts-check
/**
 * Keys and origins: who may come in, and which pages may hold a key.
 *
 * @typedef {{id: string, kind: "secret" | "publish", role: "public" | "staff" | "deputy" | "admin", name: string, created: string,
 *            origins: string[], expires: ?string, revoked: ?string, valid: boolean, own: boolean}} Key
 */

import { button, byId, calm, complain, confirmed, el, moment, named, request, say, send, words } from "./parts.js";

/** @type {Record<Key["role"], [string, string]>} */
const ROLES = { admin: ["管理员", "keeper"], staff: ["工作人员", "staff"], deputy: ["代表、委员", "deputy"], public: ["公众", "public"] };
const PUBLISHED = ["staff", "public"];

const form = /** @type {HTMLFormElement} */ (byId("new-key"));
const kind = /** @type {HTMLSelectElement} */ (byId("key-kind"));
const role = /** @type {HTMLSelectElement} */ (byId("key-role"));
let first = false;

/** @param {Key} key */
function row({ id, kind: kindOf, role: roleOf, name, created, origins, expires, revoked, valid, own }) {
  const facts = el("p", { class: "card-facts" }, el("span", { class: "figures" }, id), words(el("span"), `创建 ${moment(created)}`, `created ${moment(created)}`));
  if (expires) facts.append(words(el("span"), `有效至 ${moment(expires)}`, `valid until ${moment(expires)}`));
  if (revoked) facts.append(words(el("span"), `已撤销 ${moment(revoked)}`, `revoked ${moment(revoked)}`));
  else if (!valid) facts.append(words(el("span"), "已过期", "expired"));
  for (const origin of origins) facts.append(el("span", { class: "path" }, origin));
  const marks = el("p", { class: "marks" }, words(el("span"), ...ROLES[roleOf]));
  if (kindOf === "publish") marks.append(words(el("span"), "网页密钥", "for pages"));
  if (own) marks.append(words(el("span", { class: "good" }), "您正在用", "yours"));
  const item = el("li", valid ? {} : { class: "over" }, el("div", {}, el("h3", {}, name), facts), marks);
  if (!valid) return item;
  const revoke = button("撤销…", "Revoke…", async () => {
    const sure = await confirmed(
      ["撤销这把密钥？", "Revoke this key?"],
      [`“${name}”和用它登录、换取令牌的人立即不能再用，不能恢复。`, `Whoever uses “${name}”, or has signed in with it, is shut out at once. This cannot be undone.`],
      ["撤销", "Revoke"],
    );
    if (!sure) return;
    await request(`/api/desk/keys/${encodeURIComponent(id)}`, { method: "DELETE" });
    await showAccess();
  });
  named(revoke, `撤销密钥 ${name}`, `Revoke the key ${name}`);
  marks.append(revoke);
  return item;
}

/** Only what can be chosen together is offered. */
function offer() {
  const forPages = kind.value === "publish";
  byId("key-origins-field").hidden = !forPages;
  for (const option of role.options) option.hidden = option.disabled = (forPages && !PUBLISHED.includes(option.value)) || (first && option.value !== "admin");
  for (const option of kind.options) option.disabled = first && option.value === "publish";
  if (role.selectedOptions[0]?.disabled !== false) role.value = [...role.options].find((option) => !option.disabled)?.value ?? "";
}

/**
 * The new key, this once.
 * @param {{key: Key, presented: string}} made
 */
function showNew({ key, presented }) {
  const box = byId("made-key");
  box.hidden = false;
  words(byId("made-key-text"), `“${key.name}”已创建。请现在抄下保存，以后不再显示：`, `“${key.name}” is made. Copy it now: it is not shown again.`);
  byId("made-key-value").textContent = presented;
  byId("made-key-value").focus();
  say(`密钥已创建，请保存`, "The key is made: keep it");
}

async function create() {
  calm();
  const value = (/** @type {string} */ id) => /** @type {HTMLInputElement | HTMLTextAreaElement} */ (byId(id)).value.trim();
  const days = Number(value("key-days"));
  const body = {
    role: role.value, name: value("key-name"), kind: kind.value,
    origins: kind.value === "publish" ? value("key-origins").split(/[\s,，]+/).filter(Boolean) : [],
    ...(days ? { days } : {}),
  };
  const opening = first;
  const made = await send("/api/desk/keys", "POST", body);
  // From the first key on this very page has to sign in, which needs the key just made.
  if (opening) await send("/api/session", "POST", { key: made.presented });
  form.reset();
  offer();
  await showAccess();
  showNew(made);
}

export async function showAccess() {
  byId("made-key").hidden = true;
  /** @type {{configured: boolean, keys: Key[]}} */
  const { configured, keys } = await request("/api/desk/keys");
  first = !keys.some((key) => key.valid && key.kind === "secret" && key.role === "admin");
  words(
    byId("access-hint"),
    configured ? "服务只保存密钥的散列；撤销立即生效。" : "还没有密钥：只有本机能访问，本机就是管理员。先创建一把管理员密钥，之后本机也要登录。",
    configured ? "Only hashes of keys are kept; revoking takes effect at once." : "There are no keys: only this machine is served, as the keeper. Make a keeper’s key first; from then on this machine signs in too.",
  );
  byId("key-list").replaceChildren(...keys.map(row));
  byId("key-list").hidden = keys.length === 0;
  offer();
}

export function startAccess() {
  role.append(...Object.entries(ROLES).map(([value, names]) => words(el("option", { value }), ...names)));
  kind.addEventListener("change", offer);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    create().catch(complain);
  });
}
