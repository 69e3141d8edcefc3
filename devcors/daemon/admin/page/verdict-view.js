/** What each browser says of an exchange, in its own words; why; and what to change, for the server's framework. */

import { copyButton, el, write } from "./dom.js";

/**
 * @typedef {import("./types.js").Detail} Detail
 * @typedef {import("./types.js").Cors} Cors
 */

const CHOSEN_AS = "devcors-server";

/** @type {Record<string, string>} */
const SERVERS = {
  express: "Express, with cors",
  "express-manual": "Express, by hand",
  django: "Django",
  flask: "Flask, with flask-cors",
  "flask-manual": "Flask, by hand",
  fastapi: "FastAPI, Starlette",
  go: "Go, by hand",
  "go-rs-cors": "Go, with rs/cors",
  nginx: "nginx",
  apache: "Apache httpd",
  caddy: "Caddy",
};

/** @type {Record<string, string>} */
const STEPS = {
  request: "the request itself",
  preflight: "the preflight (OPTIONS)",
  redirect: "a redirect",
  response: "the response",
};

/**
 * @param {Detail} detail
 * @returns {HTMLElement | null} null where no page of another origin asked
 */
export function verdictView(detail) {
  const { cors, origin } = detail.record;
  if (cors === null) return null;
  const state = !cors.allowed ? "bad" : cors.server.allowed ? "ok" : "helped";
  const title = !cors.allowed ? "Why it is blocked" : cors.server.allowed ? "Allowed by CORS" : "Passes only because of devcors";
  return el(
    "section", { class: "judgement", "data-state": state, "aria-labelledby": "verdict-title" },
    el("h3", { id: "verdict-title" }, el("span", { "aria-hidden": "true" }, state === "bad" ? "✗ " : state === "ok" ? "✓ " : "◆ "), title),
    el("p", { class: "why", "data-testid": "why" }, detail.why || cors.explanation || `A page of ${origin} may read the answer.`),
    (!cors.allowed || !cors.server.allowed) && el("p", { class: "soft" }, `Decided by ${STEPS[cors.step] ?? cors.step}`, cors.header && ": ", cors.header && el("code", {}, cors.header)),
    ...consoles(detail, cors),
    notes("Look at this as well", cors.warnings),
    notes("What a proxy cannot see, and devcors assumed", cors.assumed),
  );
}

/**
 * @param {Detail} detail
 * @param {Cors} cors
 */
const consoles = ({ console }, cors) => /** @type {const} */ ([["Chromium", "chromium"], ["Firefox", "firefox"]]).map(([label, name]) => {
  const { allowed, error } = cors[name], said = console[name];
  const words = allowed ? "lets the page read it" : "blocks it";
  return el(
    "div", { class: "console", "data-allowed": String(allowed) },
    el("div", { class: "console-head" },
      el("b", {}, label), ` ${words}`, error && el("code", {}, error),
      said.length > 0 && copyButton("Copy", () => said.join("\n"), { "aria-label": `Copy the text of ${label}'s console` })),
    ...said.map((text) => el("pre", { "data-testid": `console-${name}` }, text)),
  );
});

/**
 * @param {string} title
 * @param {string[]} texts
 */
const notes = (title, texts) => texts.length > 0 && el("div", { class: "notes" }, el("h4", {}, title), el("ul", {}, ...texts.map((text) => el("li", {}, text))));

/**
 * @param {Detail} detail
 * @returns {HTMLElement | null} null where there is nothing to change
 */
export function fixView({ record, fixes }) {
  if (!record.cors?.fix && !fixes.length) return null;
  const text = el("code"), chosen = localStorage.getItem(CHOSEN_AS);
  const choice = el("select", { id: "fix-server", change: () => choose(choice.value) },
    ...fixes.map(({ server }) => new Option(SERVERS[server] ?? server, server)));
  if (fixes.some(({ server }) => server === chosen)) choice.value = chosen ?? "";
  show();
  return el(
    "section", { class: "fix", "aria-labelledby": "fix-title" },
    el("h3", { id: "fix-title" }, "The fix"),
    record.cors?.fix && el("p", {}, record.cors.fix),
    fixes.length > 0 && el("div", { class: "bar" },
      el("label", { for: "fix-server" }, "On the server"), choice,
      copyButton("Copy the fix", () => text.textContent ?? "", { class: "main", id: "copy-fix" })),
    fixes.length > 0 && el("pre", { class: "code", tabindex: "0", "aria-label": "The fix" }, text),
  );

  /** @param {string} server */
  function choose(server) {
    localStorage.setItem(CHOSEN_AS, server);
    show();
  }

  function show() {
    write(text, fixes.find(({ server }) => server === choice.value)?.text ?? "");
  }
}
