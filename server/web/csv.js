// @ts-check
/** Tables as CSV files that spreadsheet programs open with Chinese text intact. */

/** Spreadsheet programs take what begins so for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** @param {?string} value */
function cell(value) {
  const text = value ?? "";
  const plain = FORMULA.test(text) ? `'${text}` : text;
  return `"${plain.replaceAll('"', '""')}"`;
}

/**
 * RFC 4180, with the byte order mark by which spreadsheet programs know UTF-8.
 * @param {(?string)[][]} rows
 */
export function csv(rows) {
  return `\ufeff${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

/**
 * Hand a file to the reader.
 * @param {string} name
 * @param {string} text
 */
export function saveFile(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
