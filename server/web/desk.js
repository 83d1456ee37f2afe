// @ts-check
/**
 * The keeper's desk. The address says what is shown: #documents, #documents/ID, #questions, #evaluation, #access.
 */

import { showAccess, startAccess } from "./desk/access.js";
import { refresh, startDocuments } from "./desk/documents.js";
import { openDocument, refreshDocument, startEditor } from "./desk/editor.js";
import { showEvaluation } from "./desk/evaluation.js";
import { dismiss, follow, isWorking, onJobEnd, show } from "./desk/indexing.js";
import { byId, calm, complain } from "./desk/parts.js";
import { showQuestions, startQuestions } from "./desk/questions.js";
import { startUploads } from "./desk/uploads.js";
import { startLanguage } from "./page.js";

/** @type {Record<string, () => Promise<unknown>>} */
const VIEWS = { documents: refresh, questions: showQuestions, evaluation: showEvaluation, access: showAccess };

/** Show what the address says. */
async function route() {
  const [name, documentId] = location.hash.slice(1).split("/");
  const view = name in VIEWS ? name : "documents";
  const shown = view === "documents" && documentId ? "editor" : view;
  for (const section of document.querySelectorAll(".view")) /** @type {HTMLElement} */ (section).hidden = section.id !== `${shown}-view`;
  for (const tab of document.querySelectorAll("[data-view]")) {
    if (tab.getAttribute("data-view") === view) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  calm();
  dismiss();
  try {
    if (shown === "editor") await openDocument(decodeURIComponent(documentId));
    else await VIEWS[view]();
  } catch (error) {
    complain(error);
  }
}

/** @param {import("./desk/indexing.js").Job} job */
function whenWorkEnds(job) {
  refresh().catch(complain);
  refreshDocument(job).catch(complain);
}

startLanguage();
startDocuments();
startEditor(() => {
  location.hash = "#documents";
});
startQuestions();
startAccess();
startUploads(() => refresh().catch(complain));
onJobEnd(whenWorkEnds);
addEventListener("hashchange", () => {
  route();
  scrollTo(0, 0);
});
// Work that goes on is shown at once, whoever began it; so is what went wrong with the last.
fetchState();
route();

addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && !isWorking()) fetchState();
});

async function fetchState() {
  const response = await fetch("/api/desk").catch(() => null);
  const job = response?.ok ? (await response.json()).job : null;
  if (!job) return;
  if (job.state === "running") await follow();
  else if (job.state === "failed" || job.skipped.length) show(job);
}
byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId("main").focus();
});
