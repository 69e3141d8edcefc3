/** The live table: filter, rows, and what the keyboard does there. */

import { announce, byId, fill, write } from "./dom.js";
import { createRow } from "./exchange-row.js";
import { matcher } from "./filters.js";
import { counted } from "./format.js";
import { place } from "./journal.js";
import { VirtualList } from "./virtual-list.js";

/**
 * @typedef {import("./types.js").Row} Row
 * @typedef {import("./types.js").Status} Status
 */

const TYPING = 80; // ms of quiet before a filter that is being typed is applied

export class ExchangeList {
  #text = /** @type {HTMLInputElement} */ (byId("filter-text"));
  #route = /** @type {HTMLSelectElement} */ (byId("filter-route"));
  #blocked = byId("filter-blocked");
  #cookies = byId("filter-cookies");
  #grid = byId("grid");
  #about = { home: "" };
  #routes = new Map();
  /** @type {number | null} */
  #current = null;
  #atTop = 0;
  #timer = 0;

  /**
   * @param {import("./journal.js").Journal} journal
   * @param {{open: (id: number) => void, seen: (rows: Row[]) => void, needVerdicts: () => void}} to
   */
  constructor(journal, to) {
    this.journal = journal;
    this.to = to;
    this.list = new VirtualList(this.#grid, byId("rows"), () => createRow(this.#about), (rows) => this.#inView(rows));
    this.#grid.addEventListener("click", (event) => this.#clicked(event));
    this.#grid.addEventListener("keydown", (event) => this.#pressed(event));
    this.#grid.addEventListener("scroll", () => this.#told(), { passive: true });
    this.#text.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.refilter(), TYPING);
    });
    this.#route.addEventListener("change", () => this.refilter());
    for (const button of [this.#blocked, this.#cookies]) button.addEventListener("click", () => this.toggle(button));
    byId("newer").addEventListener("click", () => this.toTop());
    byId("no-filter").addEventListener("click", () => this.unfilter());
  }

  /** @param {HTMLElement} [button] */
  toggle(button = this.#blocked) {
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    this.refilter();
  }

  /** @param {string} route */
  showRoute(route) {
    this.#route.value = route;
    this.refilter();
  }

  focusFilter() {
    this.#text.focus();
    this.#text.select();
  }

  unfilter() {
    this.#text.value = "";
    this.#route.value = "";
    for (const button of [this.#blocked, this.#cookies]) button.setAttribute("aria-pressed", "false");
    this.refilter();
  }

  refilter() {
    const filter = {
      text: this.#text.value,
      route: this.#route.value,
      blocked: this.#blocked.getAttribute("aria-pressed") === "true",
      cookies: this.#cookies.getAttribute("aria-pressed") === "true",
    };
    const passes = matcher(filter, (route) => this.#routes.get(route) ?? "");
    if (filter.blocked) this.to.needVerdicts();
    this.journal.filter(passes);
    this.#grid.scrollTop = 0;
    this.refresh();
    if (passes) announce(`${counted(this.journal.shown.length, "exchange")} match`);
  }

  /** Shows what the journal holds now. */
  refresh() {
    const { shown, rows } = this.journal;
    if (this.list.follows) this.#atTop = shown.length ? shown[shown.length - 1].id : 0;
    this.list.show(shown, (id) => this.journal.index(id));
    this.#grid.setAttribute("aria-rowcount", String(shown.length + 1));
    write(byId("count"), shown === rows ? counted(rows.length, "exchange") : `${shown.length.toLocaleString("en")} of ${counted(rows.length, "exchange")}`);
    byId("nothing").hidden = rows.length > 0;
    byId("nothing-matches").hidden = rows.length === 0 || shown.length > 0;
    this.#told();
  }

  /** Says how many came above, while the list stands still. */
  #told() {
    const { shown } = this.journal, pill = byId("newer");
    if (this.#grid.scrollTop < 1 && this.#current === null && shown.length) this.#atTop = shown[shown.length - 1].id;
    const count = shown.length - place(shown, this.#atTop + 1);
    pill.hidden = count === 0;
    if (count) write(pill, `↑ ${count.toLocaleString("en")} new`);
  }

  /** @param {Status} status */
  know(status) {
    this.#about.home = status.front_door;
    const all = [...status.routes, ...status.intercept];
    this.#routes = new Map(all.map((route) => [route.name, route.target ?? ""]));
    const names = all.map((route) => route.name), shown = [...this.#route.options].slice(1).map((option) => option.value);
    if (names.join("\n") === shown.join("\n")) return;
    const chosen = this.#route.value;
    fill(this.#route, new Option("every route", ""), ...names.map((name) => new Option(name, name)));
    this.#route.value = names.includes(chosen) ? chosen : "";
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const row = event.target instanceof Element ? event.target.closest("[data-id]") : null;
    if (row instanceof HTMLElement && !String(getSelection())) this.to.open(Number(row.dataset.id));
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const steps = { ArrowDown: -1, ArrowUp: 1, PageDown: -this.list.pageLength, PageUp: this.list.pageLength, Home: Infinity, End: -Infinity };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.step(step);
  }

  /** The selected exchange. */
  get current() {
    return this.#current;
  }

  /**
   * Goes on by so many rows, and says where it is now.
   *
   * @param {number} count up is to newer ones
   */
  step(count) {
    const { shown } = this.journal;
    if (!shown.length) return null;
    const at = this.#current === null ? -1 : this.journal.index(this.#current);
    const next = at < 0 ? shown.length - 1 : Math.min(shown.length - 1, Math.max(0, at + count));
    this.select(shown[next].id);
    this.reveal();
    return shown[next].id;
  }

  /** @param {number | null} id */
  select(id) {
    this.#current = id;
    this.list.select(id);
  }

  /** @param {Row[]} rows */
  #inView(rows) {
    const current = rows.some((row) => row.id === this.#current); // else there is no such element
    if (current) this.#grid.setAttribute("aria-activedescendant", `row-${this.#current}`);
    else this.#grid.removeAttribute("aria-activedescendant");
    this.to.seen(rows);
  }

  /** Brings the selected row into view, where it is among those that are shown. */
  reveal() {
    const at = this.#current === null ? -1 : this.journal.index(this.#current);
    if (at >= 0) this.list.reveal(at);
  }

  focus() {
    this.#grid.focus({ preventScroll: true });
  }

  toTop() {
    const { shown } = this.journal;
    this.#atTop = shown.length ? shown[shown.length - 1].id : 0;
    this.#grid.scrollTop = 0;
    this.list.draw();
    this.#told();
  }
}
