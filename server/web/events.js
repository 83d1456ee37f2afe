// @ts-check
/** Server-sent events over fetch: EventSource can neither POST nor say why a request was refused. */

import { asProblem, problemOf } from "./common.js";

/**
 * One event of a stream; data is JSON.
 * @param {string} block the lines of the event
 */
function eventOf(block) {
  let name = "message";
  const data = [];
  for (const line of block.split(/\r\n|\r|\n/)) {
    if (line.startsWith("event:")) name = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
  }
  return data.length ? { name, data: JSON.parse(data.join("\n")) } : null;
}

/**
 * The events of a response as they come; comments are passed over, every failure becomes a Problem.
 * @param {string} url
 * @param {RequestInit} init
 * @returns {AsyncGenerator<{name: string, data: any}>}
 */
export async function* fetchEvents(url, init) {
  /** @type {?ReadableStreamDefaultReader<string>} */
  let reader = null;
  try {
    const response = await fetch(url, init);
    if (!response.ok || !response.body) throw await problemOf(response);
    reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split(/\r?\n\r?\n/);
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const event = eventOf(block);
        if (event) yield event;
      }
    }
  } catch (error) {
    throw asProblem(error, init.signal);
  } finally {
    // Whoever stops reading ends the work of the service too.
    await reader?.cancel().catch(() => undefined);
  }
}
