/** The rows that the page knows, in the order of their ids, and those among them that the filter lets through. Pure. */

/** @typedef {import("./types.js").Row} Row */

/** As many as the daemon keeps. */
export const LIMIT = 5_000;

export class Journal {
  /** @type {Row[]} */
  rows = [];
  /** Those that pass; the same list as `rows` where there is no filter. @type {Row[]} */
  shown = this.rows;
  /** How many came since the page was opened. */
  seen = 0;
  /** @type {((row: Row) => boolean) | null} */
  #passes = null;
  /** @type {Map<number, Row>} */
  #known = new Map();

  /** @param {number} [limit] */
  constructor(limit = LIMIT) {
    this.limit = limit;
  }

  /**
   * @param {Row[]} rows new ones, or known ones of which more is known by now
   */
  add(rows) {
    /** @type {Row[]} */
    const fresh = [];
    for (const row of rows) {
      if (this.#improve(row)) continue;
      this.#known.set(row.id, row);
      fresh.push(row);
    }
    this.seen += fresh.length;
    insert(this.rows, fresh);
    if (this.#passes) insert(this.shown, fresh.filter(this.#passes));
    this.#evict();
  }

  /**
   * @param {Row} row
   * @returns {boolean} whether it was known; it has its verdict now
   */
  #improve(row) {
    const known = this.#known.get(row.id);
    if (known === undefined) return false;
    const before = this.#passes?.(known);
    if (row.verdict !== "unmade") Object.assign(known, row);
    if (this.#passes && before !== this.#passes(known)) this.shown = this.rows.filter(this.#passes);
    return true;
  }

  #evict() {
    const over = this.rows.length - this.limit;
    if (over <= 0) return;
    const gone = this.rows.splice(0, over);
    for (const row of gone) this.#known.delete(row.id);
    if (this.#passes) this.shown.splice(0, place(this.shown, gone[gone.length - 1].id + 1));
  }

  /** @param {((row: Row) => boolean) | null} passes null: every one */
  filter(passes) {
    this.#passes = passes;
    this.shown = passes ? this.rows.filter(passes) : this.rows;
  }

  clear() {
    this.rows.length = 0;
    this.#known.clear();
    this.filter(this.#passes);
  }

  /** @param {number} id */
  get(id) {
    return this.#known.get(id);
  }

  /**
   * @param {number} id
   * @returns {number} its place in `shown`, -1 where it is not there
   */
  index(id) {
    const at = place(this.shown, id);
    return this.shown[at]?.id === id ? at : -1;
  }
}

/**
 * @param {Row[]} rows sorted by id
 * @param {number} id
 * @returns {number} where the first one stands whose id is not smaller
 */
export function place(rows, id) {
  let low = 0, high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Ids are given when exchanges begin and rows come when they end, so most belong at the end, and none far from it.
 *
 * @param {Row[]} rows sorted by id
 * @param {Row[]} fresh
 */
function insert(rows, fresh) {
  const sorted = fresh.toSorted((one, other) => one.id - other.id);
  if (!sorted.length) return;
  if (!rows.length || rows[rows.length - 1].id < sorted[0].id) {
    for (const row of sorted) rows.push(row);
    return;
  }
  const tail = rows.splice(place(rows, sorted[0].id)).concat(sorted).sort((one, other) => one.id - other.id);
  for (const row of tail) rows.push(row);
}
