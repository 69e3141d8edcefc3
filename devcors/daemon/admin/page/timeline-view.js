/** The chain that an exchange is part of: preflight, request, redirects, each with its time. */

import { el } from "./dom.js";
import { badge, marks, statusState } from "./exchange-row.js";
import { duration } from "./format.js";

/** @typedef {import("./types.js").Row} Row */

/**
 * @param {Row[]} rows in the order of time
 * @param {number} current the one whose page this is
 * @returns {HTMLElement | null} null where it stands alone
 */
export function timelineView(rows, current) {
  if (rows.length < 2) return null;
  const start = Math.min(...rows.map((row) => row.time));
  const whole = Math.max(1, ...rows.map((row) => row.time + (row.duration_ms ?? 0) - start));
  return el(
    "section", { "aria-labelledby": "timeline-title" },
    el("h3", { id: "timeline-title" }, "Timeline"),
    el("ol", { class: "plain timeline" }, ...rows.map((row, at) => step(row, { name: nameOf(rows, at), current: row.id === current, start, whole }))),
  );
}

/**
 * @param {Row[]} rows
 * @param {number} at
 */
function nameOf(rows, at) {
  const row = rows[at], before = rows[at - 1];
  if (row.method === "OPTIONS" && row.cross_origin && rows[at + 1]?.preflight === row.id) return "preflight";
  return before?.status && before.status >= 300 && before.status < 400 && before.method !== "OPTIONS" ? "redirect" : "request";
}

/**
 * @param {Row} row
 * @param {{name: string, current: boolean, start: number, whole: number}} about
 */
function step(row, { name, current, start, whole }) {
  const bar = el("span", { class: "bar-of-time", "aria-hidden": "true" }, el("span"));
  const inner = /** @type {HTMLElement} */ (bar.firstElementChild);
  inner.style.marginInlineStart = `${((row.time - start) / whole) * 100}%`;
  inner.style.width = `${((row.duration_ms ?? 0) / whole) * 100}%`;
  return el(
    "li", { "aria-current": current && "step" },
    el("a", { href: `#/exchanges/${row.id}` },
      el("span", { class: "soft" }, name),
      el("b", {}, row.method), " ",
      el("span", { class: "path" }, row.path), " ",
      el("span", { class: "status", "data-state": statusState(row.status) }, String(row.status ?? "none")), " ",
      el("span", { class: "soft" }, duration(row.duration_ms))),
    ...marks(row).map(badge), bar,
  );
}
