/** Which rows are shown. Pure: a filter's words are taken apart once, not for each row. */

/**
 * @typedef {import("./types.js").Row} Row
 *
 * @typedef {object} Filter
 * @property {string} text words that must all be there; `-word` must not; `status:4`, `method:post` … name a column
 * @property {string} route empty: any
 * @property {boolean} blocked
 * @property {boolean} cookies
 *
 * @typedef {{not: boolean, key: string, word: string}} Term
 */

/** @type {Record<string, (row: Row) => string | number | null>} */
const COLUMNS = {
  method: (row) => row.method,
  path: (row) => row.path,
  route: (row) => row.route,
  status: (row) => row.status,
  origin: (row) => row.origin,
  error: (row) => row.error,
  kind: (row) => row.kind,
  id: (row) => row.id,
};

/**
 * @param {string} text
 * @returns {Term[]}
 */
export function terms(text) {
  return text.toLowerCase().split(/\s+/).filter((word) => word && word !== "-").map((word) => {
    const not = word.startsWith("-"), bare = not ? word.slice(1) : word;
    const colon = bare.indexOf(":"), key = bare.slice(0, Math.max(colon, 0));
    return key in COLUMNS ? { not, key, word: bare.slice(colon + 1) } : { not, key: "", word: bare };
  });
}

/**
 * @param {Filter} filter
 * @param {(route: string | null) => string} target where a route leads: a row does not say it
 * @returns {((row: Row) => boolean) | null} null where every row passes
 */
export function matcher(filter, target) {
  const words = terms(filter.text);
  if (!words.length && !filter.route && !filter.blocked && !filter.cookies) return null;
  return (row) =>
    (!filter.blocked || row.verdict === "blocked")
    && (!filter.cookies || row.cookies.set > 0 || row.cookies.refused > 0)
    && (!filter.route || row.route === filter.route)
    && words.every((term) => holds(row, term, target) !== term.not);
}

/**
 * @param {Row} row
 * @param {Term} term
 * @param {(route: string | null) => string} target
 */
function holds(row, { key, word }, target) {
  if (key === "status" || key === "id") return String(COLUMNS[key](row) ?? "").startsWith(word.replace(/x+$/, ""));
  if (key) return String(COLUMNS[key](row) ?? "").toLowerCase().includes(word);
  const all = `${row.method} ${row.url} ${row.status ?? ""} ${row.route ?? ""} ${row.origin ?? ""} ${row.error ?? ""} ${target(row.route)}`;
  return all.toLowerCase().includes(word);
}
