/** The dashboard: puts the pieces together and keeps them fed. */

import { ApiError, ask, download, get, takeToken } from "./api.js";
import { ConfigView } from "./config-view.js";
import { announce, byId, el, fill, write } from "./dom.js";
import { ExchangeList } from "./exchange-list.js";
import { ExchangeView } from "./exchange-view.js";
import { bytes, span } from "./format.js";
import { Journal } from "./journal.js";
import { listenForKeys } from "./keyboard.js";
import { RoutesView } from "./routes-view.js";
import { listen } from "./stream.js";
import { useSplitter } from "./splitter.js";
import { nextTheme, useTheme } from "./theme.js";
import { Verdicts } from "./verdicts.js";

/**
 * @typedef {import("./types.js").Row} Row
 * @typedef {import("./types.js").Status} Status
 * @typedef {{exchanges: Row[], older: boolean, cursor: number}} Page
 */

const VIEWS = ["exchanges", "routes", "config"];
const PAGE = 500, STATUS_EVERY = 3_000, HIDDEN_EVERY = 1_000;

export const journal = new Journal();
const verdicts = new Verdicts(journal, () => draw());
const list = new ExchangeList(journal, { open: go, seen: (rows) => verdicts.seen(rows), needVerdicts: () => verdicts.all() });
const exchange = new ExchangeView({ close: () => go(null), open: go, step });
const routes = new RoutesView({ status: know, showRoute });
const config = new ConfigView();
let view = "exchanges", cursor = 0, paused = false;

/** Rows that wait for the next frame. @type {Row[]} */
let waiting = [];
let due = false;

/** Draws once in the next frame, however much has come until then; a page that nobody sees has no frames. */
function draw() {
  if (due) return;
  due = true;
  if (document.hidden) setTimeout(flush, HIDDEN_EVERY);
  else requestAnimationFrame(flush);
}

function flush() {
  due = false;
  const rows = waiting;
  waiting = [];
  journal.add(rows);
  list.refresh();
}

/** @param {Row[]} rows */
function take(rows) {
  for (const row of rows) waiting.push(row);
  if (rows.length) draw();
}

/** All that the daemon keeps, newest first; the page can be used from the first answer on. */
async function loadOlder() {
  let before = "";
  for (let kept = 0; kept < journal.limit; kept += PAGE) {
    const page = await /** @type {Promise<Page>} */ (get(`/api/exchanges?limit=${PAGE}${before}`));
    if (!before) cursor = Math.max(cursor, page.cursor);
    take(page.exchanges);
    if (!page.older || !page.exchanges.length) return;
    before = `&before=${page.exchanges[page.exchanges.length - 1].id}`;
  }
}

let reading = false, behind = false;

/** What was too much for the stream is kept all the same, unless it is older than all that is kept. */
async function catchUp() {
  behind = true;
  if (reading) return;
  reading = true;
  while (behind) {
    behind = false;
    await loadOlder().catch(failed);
  }
  reading = false;
}

/**
 * @param {string} event
 * @param {any} data
 */
function heard(event, data) {
  if (event === "exchanges") {
    take(data.exchanges);
    cursor = data.cursor;
    if (data.left_out) catchUp();
  } else if (event === "status") {
    if (data.cleared) forget();
    refreshStatus();
    if (data.config) configChanged(data.config);
  }
}

/** @param {string} outcome */
function configChanged(outcome) {
  announce(outcome === "refused" ? "the config is refused: the last good one serves on" : "the config is applied");
  config.refresh();
}

function forget() {
  waiting = [];
  journal.clear();
  list.refresh();
}

/** @param {Status} status */
function know(status) {
  list.know(status);
  routes.show(status);
  paused = status.paused;
  byId("pause").setAttribute("aria-pressed", String(paused));
  const door = /** @type {HTMLAnchorElement} */ (byId("door"));
  door.href = status.front_door;
  write(door, status.front_door.replace(/^https?:\/\//, ""));
  const empty = /** @type {HTMLAnchorElement} */ (byId("door-empty"));
  empty.href = status.front_door;
  write(empty, status.front_door);
  const facts = [status.profile && `profile ${status.profile}`, `up ${span(status.uptime_s)}`, bytes(status.memory_bytes), `devcors ${status.version}`];
  write(byId("facts"), facts.filter(Boolean).join(" · "));
  byId("facts").title = `${status.config ?? "no config file"}, keeps ${status.store.count} exchanges in ${bytes(status.store.size)}`;
  if (state === "live") showState("live");
}

let state = "lost", missed = false;

/**
 * @param {"live" | "lost" | "refused"} now
 * @param {ApiError} [error]
 */
function showState(now, error) {
  if (now === "live" && missed) {
    refreshStatus(); // what else was said meanwhile nobody says again
    config.refresh();
  }
  missed = now === "lost";
  state = now;
  const shown = now === "live" && paused ? "paused" : now;
  const words = { live: "live", paused: "paused", lost: "no answer", refused: "refused" };
  byId("state").dataset.state = shown;
  write(byId("state-words"), words[shown]);
  byId("trouble").hidden = now === "live";
  if (now === "lost") fill(byId("trouble"), `${error?.message ?? "The connection to devcors is lost"}. Trying again …`);
  if (now === "refused") fill(byId("trouble"), "This devcors was started anew and wants another token. Open the address that ", el("code", {}, "devcors up"), " printed, or ask ", el("code", {}, "devcors status"), ".");
}

async function refreshStatus() {
  try {
    know(await get("/api/status"));
  } catch {
    // the stream tells whoever looks
  }
}

/** @param {unknown} error */
function failed(error) {
  const text = error instanceof ApiError ? `${error.message}. ${error.hint}` : String(error);
  byId("trouble").hidden = false;
  fill(byId("trouble"), text);
}

/** @param {number | null} id */
function go(id) {
  location.hash = id === null ? "#/" : `#/exchanges/${id}`;
}

/** @param {string} name */
function showRoute(name) {
  list.showRoute(name);
  go(null);
}

/** Shows what the address says. */
function route() {
  const [name, id] = location.hash.replace(/^#\/?/, "").split("/");
  view = VIEWS.includes(name) ? name : "exchanges";
  for (const other of VIEWS) {
    byId(`view-${other}`).hidden = other !== view;
    if (other === view) byId(`tab-${other}`).setAttribute("aria-current", "page");
    else byId(`tab-${other}`).removeAttribute("aria-current");
  }
  if (view === "exchanges" && id) {
    list.select(Number(id));
    list.reveal();
    exchange.open(Number(id));
  } else {
    const wasOpen = exchange.id !== null;
    exchange.close();
    if (view === "exchanges" && wasOpen) list.focus();
  }
  if (view === "config") config.refresh();
  if (view === "routes") routes.probe();
  list.list.draw();
}

/** @param {number} count up is to newer ones */
function step(count) {
  if (view !== "exchanges") return;
  const id = list.step(count);
  if (id !== null && exchange.id !== null) history.replaceState(null, "", `#/exchanges/${id}`);
  if (id !== null && exchange.id !== null) exchange.open(id);
}

async function pause() {
  await ask("POST", "/api/pause", { paused: !paused }).catch(failed);
  await refreshStatus();
}

async function clear() {
  await ask("POST", "/api/clear").then(forget, failed);
}

/** @param {Event} event Esc goes back by one */
function back(event) {
  const { activeElement } = document;
  if (activeElement instanceof HTMLElement && activeElement.matches("input, textarea, select")) activeElement.blur();
  else if (exchange.id !== null) go(null);
  else if (view === "exchanges" && list.current !== null) list.select(null);
  else if (view === "exchanges") list.unfilter();
  else return;
  event.preventDefault();
}

function keys() {
  const help = /** @type {HTMLDialogElement} */ (byId("help"));
  const onList = (/** @type {() => void} */ action) => () => view === "exchanges" && action();
  listenForKeys({
    j: () => step(-1),
    k: () => step(1),
    ArrowDown: () => step(-1),
    ArrowUp: () => step(1),
    g: () => step(Infinity),
    G: () => step(-Infinity),
    Enter: onList(() => list.current !== null && go(list.current)),
    "/": () => {
      if (view === "exchanges") return list.focusFilter();
      go(null);
      setTimeout(() => list.focusFilter()); // once the address has changed the view
    },
    b: onList(() => list.toggle()),
    c: () => exchange.copyFix(),
    r: () => exchange.replay(),
    p: pause,
    X: onList(clear),
    1: () => { location.hash = "#/"; },
    2: () => { location.hash = "#/routes"; },
    3: () => { location.hash = "#/config"; },
    "?": () => help.showModal(),
  }, back);
  byId("help-open").addEventListener("click", () => help.showModal());
  byId("help-close").addEventListener("click", () => help.close());
  byId("config-text").addEventListener("keydown", (event) => {
    if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      config.save();
    }
  });
}

function buttons() {
  byId("pause").addEventListener("click", pause);
  byId("clear").addEventListener("click", clear);
  byId("theme").addEventListener("click", () => announce(nextTheme()));
  byId("export-har").addEventListener("click", () => download("/api/export.har", "devcors.har").catch(failed));
  byId("export-mitm").addEventListener("click", () => download("/api/export.mitm", "devcors.mitm").catch(failed));
  addEventListener("beforeunload", (event) => { if (config.dirty) event.preventDefault(); });
}

async function start() {
  useTheme();
  keys();
  if (!takeToken()) {
    byId("no-token").hidden = false;
    byId("app").hidden = true;
    return;
  }
  buttons();
  useSplitter();
  addEventListener("hashchange", route);
  document.addEventListener("visibilitychange", draw);
  await refreshStatus();
  config.refresh(); // its tab says where the file is wrong
  route();
  await loadOlder().catch(failed);
  draw();
  listen({ cursor: () => cursor, event: heard, state: showState });
  setInterval(() => { if (!document.hidden) refreshStatus(); }, STATUS_EVERY);
}

start();
