// @ts-check
/** Texts in two languages, and the switch between them, for a page or for one widget. */

export class Words {
  /** @param {"zh" | "en"} [language] */
  constructor(language = "zh") {
    /** @type {"zh" | "en"} */
    this.language = language;
  }

  /**
   * Give an element its text in both languages; `translate` changes it later.
   * @template {HTMLElement} T
   * @param {T} node
   * @param {string} zh
   * @param {string} en
   * @returns {T}
   */
  text(node, zh, en) {
    node.dataset.zh = zh;
    node.dataset.en = en;
    node.textContent = this.language === "en" ? en : zh;
    return node;
  }

  /**
   * Give an element its accessible name, or another attribute, in both languages.
   * @template {HTMLElement} T
   * @param {T} node
   * @param {string} zh
   * @param {string} en
   * @param {string} [attribute]
   * @returns {T}
   */
  name(node, zh, en, attribute = "aria-label") {
    node.setAttribute(`data-zh-${attribute}`, zh);
    node.setAttribute(`data-en-${attribute}`, en);
    node.setAttribute(attribute, this.language === "en" ? en : zh);
    return node;
  }

  /**
   * Put everything below a document or a shadow root into a language.
   * @param {Document | ShadowRoot} root
   * @param {"zh" | "en"} language
   */
  translate(root, language) {
    this.language = language;
    for (const node of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-en]"))) {
      if (node.dataset.zh === undefined) node.dataset.zh = node.textContent ?? "";
      node.textContent = node.dataset[language] ?? "";
    }
    for (const attribute of ["aria-label", "placeholder", "title"]) {
      const name = `data-${language}-${attribute}`;
      for (const node of root.querySelectorAll(`[${name}]`)) node.setAttribute(attribute, node.getAttribute(name) ?? "");
    }
  }
}
