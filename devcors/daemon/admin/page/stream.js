/** The live stream: server-sent events, read with fetch(), since EventSource cannot send a token. */

import { ApiError, refusal, request } from "./api.js";

const FIRST_WAIT = 500, LONGEST_WAIT = 5_000;

/**
 * Takes a stream of text apart into events (HTML Standard, section 9.2.6). Lines may come in any pieces.
 */
export class EventParser {
  #rest = "";
  #event = "";
  /** @type {string[]} */
  #data = [];

  /**
   * @param {string} text what came
   * @returns {{event: string, data: string}[]} the events that it completes
   */
  push(text) {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    const events = [];
    for (const line of lines.map((raw) => (raw.endsWith("\r") ? raw.slice(0, -1) : raw))) {
      if (line === "") {
        if (this.#data.length) events.push({ event: this.#event || "message", data: this.#data.join("\n") });
        this.#event = "";
        this.#data = [];
      } else this.#line(line);
    }
    return events;
  }

  /** @param {string} line */
  #line(line) {
    const colon = line.indexOf(":");
    if (colon === 0) return; // a comment, which keeps the connection open
    const name = colon < 0 ? line : line.slice(0, colon);
    const text = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") this.#data.push(text);
    else if (name === "event") this.#event = text;
  }
}

/**
 * @typedef {object} Listener
 * @property {() => number} cursor where to go on
 * @property {(event: string, data: any) => void} event
 * @property {(state: "live" | "lost" | "refused", error?: ApiError) => void} state
 */

/**
 * Reads for ever: connects again where the connection is lost, gives up where the token is refused.
 *
 * @param {Listener} listener
 */
export async function listen(listener) {
  let wait = FIRST_WAIT;
  for (;;) {
    try {
      const answer = await request(`/api/stream?after=${listener.cursor()}`);
      if (!answer.ok || answer.body === null) throw await refusal(answer);
      listener.state("live");
      wait = FIRST_WAIT;
      await read(answer.body, listener);
      listener.state("lost");
    } catch (error) {
      const known = error instanceof ApiError ? error : new ApiError(0, "the connection to devcors is lost");
      if (known.status === 401 || known.status === 403) return listener.state("refused", known);
      listener.state("lost", known);
    }
    await new Promise((done) => setTimeout(done, wait));
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }
}

/**
 * @param {ReadableStream<Uint8Array>} body
 * @param {Listener} listener
 */
async function read(body, listener) {
  const reader = body.getReader(), decoder = new TextDecoder(), parser = new EventParser();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    for (const { event, data } of parser.push(decoder.decode(value, { stream: true }))) listener.event(event, JSON.parse(data));
  }
}
