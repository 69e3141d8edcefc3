/** What of a body was kept: text as text, pictures as such, the rest told by type and size. */

import { ApiError, get } from "./api.js";
import { copyButton, el, fill } from "./dom.js";
import { bytes } from "./format.js";

/**
 * @typedef {import("./types.js").Body} Body
 * @typedef {import("./types.js").BodyNote} BodyNote
 */

// SVG is left out: it is shown as the text that it is
const PICTURES = /^image\/(png|jpeg|gif|webp|avif|bmp|x-icon|vnd\.microsoft\.icon)$/;

/**
 * A section that fetches what it shows.
 *
 * @param {number} id
 * @param {"request" | "response"} side
 * @param {BodyNote | null} note
 * @returns {HTMLElement | null} null where there is no body
 */
export function bodyView(id, side, note) {
  if (!note?.size) return null;
  const title = side === "request" ? "Request body" : "Response body";
  const place = el("div", { class: "body", "data-testid": `${side}-body` }, el("p", { class: "soft" }, note.kept ? "Loading …" : ""));
  if (note.kept) load(id, side, title, place);
  else fill(place, el("p", { class: "soft" }, "Not kept. ", el("code", {}, "capture = 65536"), " under ", el("code", {}, "[server]"), " keeps the bodies of later exchanges."));
  return el(
    "section", { "aria-labelledby": `${side}-body-title` },
    el("h3", { id: `${side}-body-title` }, title, " ", el("span", { class: "soft" }, [bytes(note.size), note.media_type].filter(Boolean).join(", "))),
    place,
  );
}

/**
 * @param {number} id
 * @param {string} side
 * @param {string} title
 * @param {HTMLElement} place
 */
async function load(id, side, title, place) {
  try {
    fill(place, ...shown(await /** @type {Promise<Body>} */ (get(`/api/exchanges/${id}/body/${side}`)), title));
  } catch (error) {
    fill(place, el("p", { class: "error" }, error instanceof ApiError ? `${error.message}. ${error.hint}` : String(error)));
  }
}

/**
 * @param {Body} body
 * @param {string} title
 */
function shown(body, title) {
  const notes = [body.note, body.encoding && `decoded from ${body.encoding}`, body.truncated && `only the first ${bytes(body.kept)} of ${bytes(body.size)} are kept`];
  const head = el("div", { class: "bar" }, el("span", { class: "soft" }, notes.filter(Boolean).join("; ")));
  const text = body.text;
  if (text !== null) {
    head.append(copyButton("Copy", () => text, { "aria-label": `Copy the ${title.toLowerCase()}` }));
    return [head, el("pre", { class: "code", tabindex: "0", "aria-label": title }, text)];
  }
  const type = (body.media_type ?? "").split(";")[0].trim().toLowerCase();
  if (body.base64 && PICTURES.test(type) && !body.truncated) return [head, el("img", { src: `data:${type};base64,${body.base64}`, alt: `The ${title.toLowerCase()}, a picture` })];
  return [head, el("p", { class: "soft" }, `${bytes(body.size)} of ${type || "an unknown type"}, which is no text.`)];
}
