/** The page of one exchange. */

import { ApiError, ask, get } from "./api.js";
import { bodyView } from "./body-view.js";
import { cookiesView } from "./cookies-view.js";
import { announce, byId, copyButton, el, fill } from "./dom.js";
import { statusState } from "./exchange-row.js";
import { fieldTable } from "./fields.js";
import { bytes, duration, exactTime } from "./format.js";
import { timelineView } from "./timeline-view.js";
import { fixView, verdictView } from "./verdict-view.js";

/** @typedef {import("./types.js").Detail} Detail */

export class ExchangeView {
  #pane = byId("exchange");
  #content = byId("exchange-content");
  #title = byId("exchange-title");
  /** @type {number | null} */
  id = null;

  /** @param {{close: () => void, open: (id: number) => void, step: (count: number) => void}} to */
  constructor(to) {
    this.to = to;
    byId("exchange-close").addEventListener("click", to.close);
    byId("exchange-newer").addEventListener("click", () => to.step(1));
    byId("exchange-older").addEventListener("click", () => to.step(-1));
  }

  /** @param {number} id */
  async open(id) {
    if (this.id === id) return;
    this.id = id;
    this.#pane.hidden = false;
    document.body.dataset.open = "exchange";
    try {
      const detail = await /** @type {Promise<Detail>} */ (get(`/api/exchanges/${id}`));
      if (this.id === id) this.#show(detail); // else the reader has gone on meanwhile
    } catch (error) {
      if (this.id === id) this.#failed(error);
    }
  }

  close() {
    this.id = null;
    this.#pane.hidden = true;
    delete document.body.dataset.open;
    fill(this.#content);
  }

  /** Sends the request once more, through the front door. */
  async replay() {
    if (this.id === null) return;
    try {
      const { id } = await /** @type {Promise<{id: number}>} */ (ask("POST", `/api/exchanges/${this.id}/replay`));
      announce(`sent again as exchange ${id}`);
      this.to.open(id);
    } catch (error) {
      const place = this.#content.querySelector("#replay-said");
      if (place && error instanceof ApiError) fill(place, el("span", { class: "error" }, `${error.message}. ${error.hint}`));
    }
  }

  copyFix() {
    document.getElementById("copy-fix")?.click();
  }

  /** @param {unknown} error */
  #failed(error) {
    const [message, hint] = error instanceof ApiError ? [error.message, error.hint] : [String(error), ""];
    fill(this.#title, "Exchange");
    fill(this.#content, el("p", { class: "error" }, message), el("p", { class: "soft" }, hint));
  }

  /** @param {Detail} detail */
  #show(detail) {
    const { record, request, response, bodies } = detail;
    fill(this.#title, el("b", {}, record.method), " ", el("span", { class: "mono" }, record.url));
    fill(
      this.#content,
      facts(detail),
      el("div", { class: "bar" },
        el("button", { type: "button", class: "quiet", id: "replay", click: () => this.replay() }, "Send again"),
        copyButton("Copy URL", () => record.url),
        copyButton("Copy record", () => JSON.stringify(record, null, 2)),
        el("span", { id: "replay-said", role: "status" })),
      record.error && el("p", { class: "error", "data-testid": "error" }, record.error),
      record.aborted && el("p", { class: "warning" }, `Ended before its time by the ${record.aborted}.`),
      ...record.warnings.map((text) => el("p", { class: "warning" }, text)),
      verdictView(detail),
      fixView(detail),
      timelineView(detail.timeline, record.id),
      cookiesView(record.cookies),
      response && el("section", {}, el("h3", {}, "Response"), responseFields(response)),
      bodyView(record.id, "response", bodies.response),
      request && el("section", {}, el("h3", {}, "Request"), el("p", { class: "mono line" }, request.line),
        fieldTable(request.sent ? "As the browser sent it, and as devcors sent it on" : "As the browser sent it", ["Browser sent", "devcors sent"], request.received, request.sent)),
      bodyView(record.id, "request", bodies.request),
    );
    this.#content.scrollTop = 0;
  }
}

/** @param {NonNullable<Detail["response"]>} response */
function responseFields({ received, sent }) {
  if (received) return fieldTable("As the server sent it, and as the browser got it", ["Server sent", "Browser got"], received, sent);
  return fieldTable("devcors answered by itself", ["Browser got", ""], sent ?? [], null);
}

/** @param {Detail} detail */
function facts({ record, response }) {
  const status = record.status === null ? "none" : [record.status, response?.reason].filter(Boolean).join(" ");
  const times = [duration(record.duration_ms), record.first_byte_ms !== null && `first byte after ${duration(record.first_byte_ms)}`];
  /** @type {[string, string | Node | null | false][]} */
  const rows = [
    ["Status", el("span", { class: "status", "data-state": statusState(record.status) }, status)],
    ["Time", `${exactTime(Date.parse(record.time))}, ${times.filter(Boolean).join(", ")}`],
    ["Size", `${bytes(record.response_bytes)}${record.request_bytes ? `, request ${bytes(record.request_bytes)}` : ""}`],
    ["Route", record.route && el("span", {}, el("code", {}, record.route), record.target && " → ", record.target && el("span", { class: "mono" }, record.target))],
    ["Page", record.origin && el("span", { class: "mono" }, record.origin)],
    ["Kind", record.kind !== "http" && record.kind],
  ];
  return el("dl", { class: "facts" }, ...rows.filter(([, fact]) => fact).flatMap(([name, fact]) => [el("dt", {}, name), el("dd", {}, fact)]));
}
