/** The cookies of an exchange: which were set, which stayed behind, what each browser does with them, and why. */

import { el } from "./dom.js";

/** @typedef {import("./types.js").CookieEntry} CookieEntry */

/** @type {Record<string, string>} */
const NAMES = { chromium: "Chromium", firefox: "Firefox", safari: "Safari" };

/**
 * @param {CookieEntry[]} cookies
 * @returns {HTMLElement | null}
 */
export function cookiesView(cookies) {
  if (!cookies.length) return null;
  return el(
    "section", { class: "cookies", "aria-labelledby": "cookies-title" },
    el("h3", { id: "cookies-title" }, "Cookies"),
    el("ul", { class: "plain" }, ...cookies.map(cookie)),
  );
}

/** @param {CookieEntry} entry */
function cookie(entry) {
  const changed = [entry.rewritten ?? []].flat();
  return el(
    "li", { "data-testid": "cookie" },
    el("div", { class: "cookie-head" },
      el("b", { class: "mono" }, entry.name || "(no name)"),
      el("span", { class: "soft" }, entry.way === "set" ? "set by the response" : "held back from the request"),
      ...(/** @type {const} */ (["chromium", "firefox", "safari"])).map((name) => browser(name, entry))),
    entry.explanation && el("p", {}, entry.explanation),
    changed.length > 0 && el("p", {}, el("b", {}, "Changed by devcors: "), changed.join("; ")),
    ...entry.warnings.map((text) => el("p", { class: "soft" }, text)),
  );
}

/**
 * @param {"chromium" | "firefox" | "safari"} name
 * @param {CookieEntry} entry
 */
function browser(name, entry) {
  const { accepted, ...why } = entry[name];
  const words = entry.way === "set" ? (accepted ? "keeps it" : "refuses it") : (accepted ? "would send it" : "holds it back");
  const reasons = why.reasons?.length ? why.reasons.join(", ") : /** @type {{message?: string}} */ (why).message;
  return el(
    "span", { class: "badge", "data-state": accepted ? "ok" : "bad" },
    el("span", { class: "sign", "aria-hidden": "true" }, accepted ? "✓" : "✗"), ` ${NAMES[name]} ${words}`,
    !accepted && reasons && el("span", { class: "reason" }, `: ${reasons}`),
  );
}
