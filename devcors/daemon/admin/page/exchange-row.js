/** One row of the live table. */

import { el, write } from "./dom.js";
import { bytes, duration, time } from "./format.js";

/** @typedef {import("./types.js").Row} Row */

export const COLUMNS = ["time", "method", "path", "route", "status", "duration", "size", "verdict"];

/** A sign, words and a state for the style sheet. The sign is there for whoever does not see colours. */
const VERDICTS = {
  allowed: { sign: "✓", words: "allowed", state: "ok" },
  blocked: { sign: "✗", words: "blocked", state: "bad" },
  "only with devcors": { sign: "◆", words: "only with devcors", state: "helped" },
  unmade: { sign: "…", words: "not judged yet", state: "none" },
};

/**
 * @param {number | null} status
 * @returns {string} its class, for the style sheet
 */
export const statusState = (status) => (status === null ? "bad" : ["", "info", "ok", "info", "warn", "bad"][Math.floor(status / 100)] ?? "");

/**
 * @param {Row} row
 * @returns {{sign: string, words: string, state: string}[]} what is to be said of it
 */
export function marks(row) {
  const found = [];
  if (row.verdict) found.push(VERDICTS[row.verdict]);
  if (row.error) found.push({ sign: "!", words: row.error.replace(/^\w+:\/\/\S+ /, ""), state: "bad" }); // the path says where
  else if (row.aborted) found.push({ sign: "!", words: `aborted by the ${row.aborted}`, state: "warn" });
  if (row.cookies.refused) found.push({ sign: "✗", words: `${row.cookies.refused} of ${Math.max(row.cookies.set, row.cookies.refused)} cookies refused`, state: "warn" });
  else if (row.cookies.set) found.push({ sign: "·", words: row.cookies.set === 1 ? "1 cookie" : `${row.cookies.set} cookies`, state: "none" });
  if (row.kind !== "http") found.push({ sign: "⇄", words: row.kind, state: "info" });
  return found;
}

/**
 * @param {Row} row
 * @param {string} home the front door's origin
 * @returns {[string, string]} what stands before the path, and the path with its query
 */
export function place(row, home) {
  const [, origin = "", path = ""] = /^([a-z]+:\/\/[^/?#]*)(.*)$/i.exec(row.url) ?? [];
  if (!origin) return ["", row.url];
  return [origin === home ? "" : origin.replace(/^https?:\/\//, ""), path || "/"];
}

/**
 * @param {{home: string}} about
 * @returns {import("./virtual-list.js").RowView<Row>}
 */
export function createRow(about) {
  const cells = Object.fromEntries(COLUMNS.map((name) => [name, el("div", { role: "gridcell", class: `cell ${name}` })]));
  const host = el("span", { class: "host" }), path = el("span");
  cells.path.append(host, path);
  const element = el("div", { role: "row", class: "row" }, ...Object.values(cells));
  /** @type {Row | null} */
  let last = null;
  let verdict = /** @type {string | null} */ (null);
  return { element, update };

  /**
   * @param {Row} row
   * @param {boolean} selected
   */
  function update(row, selected) {
    if (element.getAttribute("aria-selected") !== String(selected)) element.setAttribute("aria-selected", String(selected));
    if (element.id !== `row-${row.id}`) element.id = `row-${row.id}`;
    if (row === last && row.verdict === verdict) return; // rows do not change otherwise
    last = row;
    verdict = row.verdict;
    element.dataset.id = String(row.id);
    element.dataset.verdict = row.verdict ?? "";
    write(cells.time, time(row.time));
    write(cells.method, row.method);
    const [before, rest] = place(row, about.home);
    write(host, before);
    write(path, rest);
    cells.path.title = row.url;
    write(cells.route, row.route ?? "–");
    write(cells.status, row.status === null ? "none" : String(row.status));
    cells.status.dataset.state = statusState(row.status);
    write(cells.duration, duration(row.duration_ms));
    write(cells.size, bytes(row.response_bytes));
    writeMarks(cells.verdict, row);
  }
}

/**
 * @param {HTMLElement} cell
 * @param {Row} row
 */
function writeMarks(cell, row) {
  const found = marks(row);
  const text = found.map(({ sign, words }) => `${sign}${words}`).join();
  if (cell.dataset.text === text) return;
  cell.dataset.text = text;
  cell.title = found.map(({ words }) => words).join(", ");
  cell.replaceChildren(...found.map((mark) => badge(mark)));
}

/** @param {{sign: string, words: string, state: string}} mark */
export const badge = ({ sign, words, state }) =>
  el("span", { class: "badge", "data-state": state }, el("span", { class: "sign", "aria-hidden": "true" }, sign), " ", words);
