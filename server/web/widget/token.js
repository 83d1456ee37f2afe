// @ts-check
/**
 * The token of a widget in a page of another host: got for the page's publish key, renewed before it ends. Without a key,
 * in the service's own pages, nothing is sent but what the browser sends.
 */

import { fetchJson, Problem } from "../common.js";

/** A token is renewed when it is good for less than this, in milliseconds. */
const EARLY_MS = 30_000;

export class Token {
  /**
   * @param {string} server
   * @param {string} key the publish key, empty for none
   */
  constructor(server, key) {
    this.server = server;
    this.key = key;
    this.value = "";
    this.until = 0;
    /** @type {?Promise<void>} */
    this.coming = null;
  }

  get fresh() {
    return this.value !== "" && Date.now() < this.until - EARLY_MS;
  }

  /** Get a token unless there is a fresh one. Throws a Problem. */
  async renew() {
    if (!this.key || this.fresh) return;
    this.coming ??= this.fetch().finally(() => (this.coming = null));
    await this.coming;
  }

  async fetch() {
    const asked = Date.now();
    const init = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ key: this.key }) };
    const found = await fetchJson(`${this.server}/api/token`, init);
    if (typeof found?.token !== "string") {
      throw new Problem("服务的回复无法读取，请稍后再试。", "The service sent an unreadable reply. Please try again later.");
    }
    this.value = found.token;
    this.until = asked + 1000 * Number(found.expires_in);
  }

  /** The service did not take it: the next request brings a new one. */
  forget() {
    this.value = "";
  }

  /** What goes along with a request. Throws a Problem. @returns {Promise<Record<string, string>>} */
  async headers() {
    await this.renew();
    return this.key ? { Authorization: `Bearer ${this.value}` } : {};
  }

  /**
   * Whoever follows a link to a source reads it with the rights of this page: the link carries the token while it is fresh.
   * @param {Event} event on its way to a link
   */
  carry(event) {
    const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
    if (!this.key || !(link instanceof HTMLAnchorElement) || !link.href.startsWith(`${this.server}/documents/`)) return;
    if (!this.fresh) {
      // In time for the click that follows the pointer, if not for this one; what fails here is said when it is asked for.
      this.renew().catch(() => undefined);
      return;
    }
    const address = new URL(link.href);
    address.searchParams.set("visit", this.value);
    link.href = address.href;
  }
}
