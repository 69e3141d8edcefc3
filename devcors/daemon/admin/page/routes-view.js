/** Routes and intercepted hosts: where they lead, whether somebody is there, how often they were hit; edited in place. */

import { ApiError, ask, get } from "./api.js";
import { announce, byId, el, fill } from "./dom.js";
import { badge } from "./exchange-row.js";
import { span } from "./format.js";

/**
 * @typedef {import("./types.js").Route} Route
 * @typedef {import("./types.js").Problem} Problem
 * @typedef {import("./types.js").Status} Status
 */

/** @type {Record<string, {sign: string, words: string, state: string}>} */
const HEALTH = {
  up: { sign: "●", words: "up", state: "ok" },
  down: { sign: "✗", words: "down", state: "bad" },
  unknown: { sign: "?", words: "not asked yet", state: "none" },
};

export class RoutesView {
  /** The route that is being edited: it is not drawn anew meanwhile. @type {string | null} */
  #editing = null;
  #drawn = "";

  /** @param {{status: (status: Status) => void, showRoute: (name: string) => void}} to */
  constructor(to) {
    this.to = to;
    byId("probe").addEventListener("click", () => this.probe());
  }

  /** Has devcors try every target, and shows what came of it. */
  async probe() {
    try {
      this.to.status(await get("/api/status?probe=1"));
      announce("health checked");
    } catch (error) {
      announce(String(error));
    }
  }

  /** @param {Status} status */
  show({ routes, intercept }) {
    const now = Date.now() / 1000;
    const drawn = JSON.stringify([routes, intercept, Math.floor(now / 10)]);
    if (this.#editing !== null || drawn === this.#drawn) return;
    this.#drawn = drawn;
    fill(byId("routes-rows"), ...routes.map((route) => this.#row(route, now)));
    fill(byId("intercept-rows"), ...intercept.map((route) => this.#row(route, now)));
    byId("intercept-section").hidden = !intercept.length;
    byId("no-routes").hidden = routes.length > 0;
  }

  /**
   * @param {Route} route
   * @param {number} now
   */
  #row(route, now) {
    const { name, health } = route;
    const target = el("td", { class: "mono target", "data-head": "Target" });
    this.#target(target, route);
    const state = HEALTH[health?.state ?? "unknown"];
    return el(
      "tr", { "data-route": name },
      el("th", { scope: "row" }, el("button", { type: "button", class: "link mono", title: "Show its exchanges", click: () => this.to.showRoute(name) }, name), extras(route)),
      el("td", { "data-head": "Health" }, health && badge(state), health?.error && el("span", { class: "reason" }, health.error)),
      target,
      el("td", { "data-head": "CORS" }, route.cors),
      ...(/** @type {const} */ (["requests", "errors", "blocked"])).map((key) => el("td", { class: "number", "data-head": key, "data-some": key !== "requests" && (route[key] ?? 0) > 0 }, (route[key] ?? 0).toLocaleString("en"))),
      el("td", { class: "number", "data-head": "last" }, route.last ? `${span(Math.max(0, now - route.last))} ago` : "never"),
    );
  }

  /**
   * @param {HTMLElement} cell
   * @param {Route} route
   */
  #target(cell, route) {
    const edit = route.editable && el("button", { type: "button", class: "quiet edit", "aria-label": `Edit the target of ${route.name}`, click: () => this.#edit(cell, route) }, "Edit");
    fill(cell, el("span", {}, route.target ?? "devcors answers"), edit);
  }

  /**
   * @param {HTMLElement} cell
   * @param {Route} route
   */
  #edit(cell, route) {
    this.#editing = route.name;
    const input = el("input", { value: route.target, "aria-label": `Target of ${route.name}`, spellcheck: "false", autocomplete: "off" });
    const said = el("p", { class: "error", role: "alert" });
    const cancel = () => {
      this.#editing = null;
      this.#target(cell, route);
      cell.querySelector("button")?.focus();
    };
    const form = el(
      "form", { class: "edit-form", submit: async (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        if (await this.#save(route, input.value.trim(), said)) cancel();
        else input.setAttribute("aria-invalid", "true");
      }, keydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        cancel();
      } },
      input, el("button", { class: "main" }, "Save"), el("button", { type: "button", class: "quiet", click: cancel }, "Cancel"), said,
    );
    fill(cell, form);
    input.focus();
    input.select();
  }

  /**
   * @param {Route} route
   * @param {string} target
   * @param {HTMLElement} said
   */
  async #save(route, target, said) {
    try {
      const { problems } = await /** @type {Promise<{problems: Problem[]}>} */ (ask("PATCH", "/api/routes", { pattern: route.name, target }));
      if (problems.length) return refuse(said, problems);
      route.target = target;
      announce(`${route.name} leads to ${target} now`);
      get("/api/status").then((status) => this.to.status(/** @type {Status} */ (status)), () => {});
      return true;
    } catch (error) {
      return refuse(said, error instanceof ApiError ? error.answer.problems ?? [] : [], error);
    }
  }
}

/**
 * @param {HTMLElement} place
 * @param {Problem[]} problems
 * @param {unknown} [error]
 */
function refuse(place, [first], error) {
  const where = first?.line ? `${first.file}:${first.line}: ` : "";
  const text = first ? `${where}${first.message}. ${first.hint ?? ""}` : error instanceof ApiError ? `${error.message}. ${error.hint}` : String(error);
  fill(place, text);
  return false;
}

/** @param {Route} route */
function extras({ rewrite, match }) {
  const said = [rewrite != null && `becomes ${rewrite || "nothing"}`, match && Object.keys(match).length > 0 && `only where ${JSON.stringify(match)}`];
  const kept = said.filter(Boolean).join("; ");
  return kept && el("span", { class: "soft small" }, kept);
}
