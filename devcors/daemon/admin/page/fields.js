/** Header fields side by side: as one end sent them, and as the other got them. */

import { el } from "./dom.js";

/**
 * @typedef {import("./types.js").Fields} Fields
 * @typedef {"same" | "changed" | "added" | "removed"} Difference
 * @typedef {{difference: Difference, name: string, received: string | null, sent: string | null}} Pair
 */

/** @type {Record<Difference, [string, string]>} */
const SIGNS = { same: ["", "same"], changed: ["≠", "changed"], added: ["+", "added"], removed: ["−", "removed"] };

/**
 * Pairs the fields of two messages. Names count without case (RFC 9110, section 5.1); of several with one name, equal
 * values belong together, then those that are left, in their order.
 *
 * @param {Fields} received
 * @param {Fields} sent
 * @returns {Pair[]} in the order in which they were received, what was added at the end
 */
export function compare(received, sent) {
  const left = grouped(received), right = grouped(sent);
  const names = [...new Set([...left.keys(), ...right.keys()])];
  return names.flatMap((key) => pairs(left.get(key) ?? [], right.get(key) ?? []));
}

/** @param {Fields} fields */
function grouped(fields) {
  /** @type {Map<string, Fields>} */
  const groups = new Map();
  for (const field of fields) groups.set(field[0].toLowerCase(), [...(groups.get(field[0].toLowerCase()) ?? []), field]);
  return groups;
}

/**
 * @param {Fields} left
 * @param {Fields} right
 * @returns {Pair[]}
 */
function pairs(left, right) {
  const rest = [...right];
  /** @type {(Pair & {open: boolean})[]} */
  const found = left.map(([name, value]) => {
    const at = rest.findIndex(([, other]) => other === value);
    if (at >= 0) rest.splice(at, 1);
    return { name, received: value, sent: at >= 0 ? value : null, difference: at >= 0 ? "same" : "removed", open: at < 0 };
  });
  for (const pair of found.filter(({ open }) => open)) {
    const next = rest.shift();
    if (next) Object.assign(pair, { sent: next[1], difference: "changed" });
  }
  return [...found, ...rest.map(([name, value]) => ({ name, received: null, sent: value, difference: /** @type {Difference} */ ("added") }))];
}

/**
 * What differs within two texts: what comes before and after it is the same.
 *
 * @param {string} one
 * @param {string} other
 * @returns {[number, number]} how many characters are the same at the start and at the end
 */
export function common(one, other) {
  const most = Math.min(one.length, other.length);
  let start = 0, end = 0;
  while (start < most && one[start] === other[start]) start++;
  while (end < most - start && one[one.length - 1 - end] === other[other.length - 1 - end]) end++;
  return [start, end];
}

/**
 * @param {string} caption
 * @param {[string, string]} heads who sent the left one, who got the right one
 * @param {Fields} received
 * @param {Fields | null} sent null where nothing was sent on
 */
export function fieldTable(caption, heads, received, sent) {
  if (!received.length && !sent?.length) return el("p", { class: "soft" }, "No fields.");
  const compared = compare(received, sent ?? received);
  const differing = compared.filter(({ difference }) => difference !== "same").length;
  return el(
    "table", { class: "fields", "data-single": sent === null },
    el("caption", {}, sent === null ? caption : `${caption}: ${differing ? `${differing} differ` : "all the same"}`),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Field"), el("th", { scope: "col" }, heads[0]), sent !== null && el("th", { scope: "col" }, heads[1]))),
    el("tbody", {}, ...compared.map((pair) => line(pair, heads, sent === null))),
  );
}

/**
 * @param {Pair} pair
 * @param {[string, string]} heads
 * @param {boolean} single
 */
function line({ difference, name, received, sent }, heads, single) {
  const [sign, word] = SIGNS[difference];
  const mark = el("span", { class: "difference", title: word }, el("span", { "aria-hidden": "true" }, sign), sign && el("span", { class: "unseen" }, `${word}: `));
  return el(
    "tr", { "data-difference": difference },
    el("th", { scope: "row" }, mark, name),
    side(heads[0], received, difference === "changed" ? sent : null, "del"),
    !single && side(heads[1], sent, difference === "changed" ? received : null, "ins"),
  );
}

/**
 * @param {string} head shown beside it where there is no room for two columns
 * @param {string | null} value
 * @param {string | null} other what it differs from
 * @param {"del" | "ins"} tag
 */
function side(head, value, other, tag) {
  if (value === null) return el("td", { "data-head": head, class: "absent" }, "not there");
  if (other === null) return el("td", { "data-head": head }, value || "(empty)");
  const [start, end] = common(value, other), stop = value.length - end;
  const differs = value.slice(start, stop);
  return el("td", { "data-head": head }, value.slice(0, start), differs && el(tag, {}, differs), value.slice(stop));
}
