/** Verdicts that the daemon had no time to make when the row was sent: asked for where somebody looks. */

import { get } from "./api.js";

/**
 * @typedef {import("./types.js").Row} Row
 * @typedef {import("./types.js").Detail} Detail
 * @typedef {{exchanges: Row[], older: boolean}} Page
 */

const REST = 300; // ms that a row is in view before anybody asks: while rows fly by, nobody reads them

export class Verdicts {
  #timer = 0;
  #busy = false;
  /** @type {Row[]} */
  #inView = [];

  /**
   * @param {import("./journal.js").Journal} journal
   * @param {() => void} changed
   */
  constructor(journal, changed) {
    this.journal = journal;
    this.changed = changed;
  }

  /** @param {Row[]} rows what is in view now */
  seen(rows) {
    this.#inView = rows.filter((row) => row.verdict === "unmade");
    clearTimeout(this.#timer);
    if (this.#inView.length) this.#timer = setTimeout(() => this.#askForThese(), REST);
  }

  async #askForThese() {
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (const row of this.#inView) this.journal.add([{ ...row, verdict: await made(row.id) }]);
    } catch {
      // it is gone from the daemon: the row says "not judged yet" until it goes as well
    }
    this.#busy = false;
    this.changed();
  }

  /** The daemon judges all that it keeps, and says which are blocked; the filter needs that. */
  async all() {
    if (this.#busy || !this.journal.rows.some((row) => row.verdict === "unmade")) return;
    this.#busy = true;
    let before = "";
    for (let older = true; older; ) {
      const page = await /** @type {Promise<Page>} */ (get(`/api/exchanges?blocked=1&limit=500${before}`));
      this.journal.add(page.exchanges);
      this.changed();
      older = page.older && page.exchanges.length > 0;
      if (older) before = `&before=${page.exchanges[page.exchanges.length - 1].id}`;
    }
    this.#busy = false;
  }
}

/**
 * @param {number} id
 * @returns {Promise<Row["verdict"]>}
 */
async function made(id) {
  const { cors } = (await /** @type {Promise<Detail>} */ (get(`/api/exchanges/${id}`))).record;
  if (cors === null) return null;
  return !cors.allowed ? "blocked" : cors.server.allowed ? "allowed" : "only with devcors";
}
