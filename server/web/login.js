// @ts-check
/** Signing in with an access key, and out. `next` in the address says which page of this service is opened then. */

import { byId, Problem, startLanguage, words } from "./page.js";

/** Roles in both languages. @type {Record<string, [string, string]>} */
const ROLES = {
  public: ["公众：可见公开文件", "public: sees public documents"],
  deputy: ["代表、委员：可见公开文件和全部答复", "deputy: sees public documents and all replies"],
  staff: ["工作人员：可见全部文件", "staff: sees all documents"],
  admin: ["管理员：可见全部文件，可管理", "administrator: sees and manages everything"],
};

const [form, signedIn, notice] = [byId("sign-in"), byId("signed-in"), byId("notice")];
const key = /** @type {HTMLInputElement} */ (byId("key"));

/** The page to go to: one of this service alone, whatever the address says. */
function next() {
  const asked = new URLSearchParams(location.search).get("next");
  if (asked === null || !/^\/(?![/\\])/.test(asked)) return null;
  try {
    const address = new URL(asked, location.origin);
    return address.origin === location.origin ? address.href : null;
  } catch {
    return null; // No address at all.
  }
}

/**
 * @param {RequestInit} [init]
 * @returns {Promise<?{name: string, role: string}>} who is signed in, null when nobody is
 */
async function session(init) {
  let response;
  try {
    response = await fetch("/api/session", init);
  } catch {
    throw new Problem("连接不上服务，请检查网络后再试。", "The service cannot be reached. Please check your connection and try again.");
  }
  if (response.status === 401) return null;
  if (response.status === 204) return null;
  if (response.ok) return await response.json();
  const problem = await response.json().catch(() => null);
  const [zh, en] = String(problem?.detail ?? response.status).split(" / ");
  throw new Problem(zh, en ?? zh);
}

/** @param {unknown} error */
function showProblem(error) {
  if (!(error instanceof Problem)) throw error;
  words(notice, error.zh, error.en);
}

/** @param {?{name: string, role: string}} found */
function show(found) {
  form.hidden = found !== null && found.name !== "anonymous";
  signedIn.hidden = !form.hidden;
  if (found === null || signedIn.hidden) return key.focus();
  if (found.name === "local") {
    words(byId("name"), "本机", "This machine");
    byId("sign-out").hidden = true;
  } else byId("name").textContent = found.name;
  words(byId("role"), ...(ROLES[found.role] ?? [found.role, found.role]));
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  notice.textContent = "";
  const body = JSON.stringify({ key: key.value.trim() });
  try {
    const found = await session({ method: "POST", headers: { "Content-Type": "application/json" }, body });
    if (found === null) {
      words(notice, "密钥无效或已撤销，请核对后再试。", "The key is unknown, expired or revoked. Please check it and try again.");
      key.select();
      return;
    }
    key.value = "";
    location.replace(next() ?? "/");
  } catch (error) {
    showProblem(error);
  }
});

byId("sign-out").addEventListener("click", async () => {
  try {
    await session({ method: "DELETE" });
    show(await session());
    words(notice, "已退出登录。", "Signed out.");
  } catch (error) {
    showProblem(error);
  }
});

startLanguage();
if (new URLSearchParams(location.search).has("refused")) {
  words(notice, "该页面需要其他角色；可退出后换用有权限的密钥。", "That page asks for another role: sign out, and in with a key that has it.");
}
try {
  // Browsers keep the cookie back when a link from elsewhere led here: whoever is signed in goes on at once.
  const found = await session();
  const onward = next();
  if (found !== null && found.name !== "anonymous" && onward !== null) location.replace(onward);
  else show(found);
} catch (error) {
  form.hidden = false;
  showProblem(error);
}
