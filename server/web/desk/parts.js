// @ts-check
/** What the parts of the desk share: requests whose errors say what to do, announcements, a question before what cannot be undone at once. */

import { asProblem, problemOf } from "../common.js";
import { byId, el, named, pageLanguage, Problem, words } from "../page.js";

export { byId, el, named, pageLanguage, Problem, words };

/** @typedef {[string, string]} Both a text in Chinese and in English */

/**
 * The service says errors as “中文 / English”.
 * @param {string} detail
 * @returns {Both}
 */
export function both(detail) {
  const at = detail.lastIndexOf(" / ");
  return at < 0 ? [detail, detail] : [detail.slice(0, at), detail.slice(at + 3)];
}

/** A refused request, with what the service added to the reason. */
export class Refused extends Problem {
  /** @param {{status: number, detail: string, errors?: Record<string, string>, name?: string, free?: string}} problem */
  constructor(problem) {
    super(...both(problem.detail));
    this.status = problem.status;
    this.errors = problem.errors ?? {};
    this.free = problem.free ?? null;
  }
}

/**
 * What a failed response means to the keeper, who can act on more than a reader can.
 * @param {number} status
 * @param {string} body
 * @returns {Refused | null} null where the general words for readers fit better
 */
export function refusal(status, body) {
  if (status === 401 || status === 429) return null;
  try {
    const problem = JSON.parse(body);
    return typeof problem.detail === "string" ? new Refused({ ...problem, status }) : null;
  } catch {
    return null;
  }
}

/**
 * JSON of the desk; every failure becomes a Problem.
 * @param {string} url
 * @param {RequestInit} [init]
 */
export async function request(url, init = {}) {
  try {
    const response = await fetch(url, init);
    if (response.ok) return response.status === 204 ? null : await response.json();
    throw refusal(response.status, await response.clone().text()) ?? (await problemOf(response));
  } catch (error) {
    throw asProblem(error, init.signal);
  }
}

/**
 * @param {string} url
 * @param {"POST" | "PUT"} method
 * @param {unknown} body
 */
export function send(url, method, body) {
  return request(url, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

/**
 * Say something to those who do not see the page change.
 * @param {string} zh
 * @param {string} en
 */
export function say(zh, en) {
  words(byId("said"), zh, en);
}

/** @param {unknown} error shown above everything; what is no Problem is a mistake of ours */
export function complain(error) {
  if (!(error instanceof Problem)) throw error;
  words(byId("notice"), error.zh, error.en).hidden = false;
}

/** What was complained about is over. */
export function calm() {
  byId("notice").hidden = true;
}

/**
 * Ask before something is done.
 * @param {Both} title
 * @param {Both} text
 * @param {Both} yes
 * @returns {Promise<boolean>}
 */
export function confirmed(title, text, yes) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("confirm"));
  words(byId("confirm-title"), ...title);
  words(byId("confirm-text"), ...text);
  words(byId("confirm-yes"), ...yes);
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

/**
 * A moment as people here write it, in the time of this machine.
 * @param {string} iso
 */
export function moment(iso) {
  const at = new Date(iso);
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/**
 * @param {number} n
 * @param {string} one
 * @param {string} [many]
 */
export function counted(n, one, many = `${one}s`) {
  return `${n} ${n === 1 ? one : many}`;
}

/** @param {number} bytes */
export function fileSize(bytes) {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/**
 * A button that says it is busy until its work is over; what goes wrong is complained about.
 * @param {HTMLElement} button
 * @param {() => Promise<void>} work
 */
export function onPress(button, work) {
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    calm();
    try {
      await work();
    } catch (error) {
      complain(error);
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
}

/**
 * @param {string} zh
 * @param {string} en
 * @param {() => Promise<void>} work
 */
export function button(zh, en, work) {
  const made = words(el("button", { type: "button", class: "plain" }), zh, en);
  onPress(made, work);
  return made;
}
