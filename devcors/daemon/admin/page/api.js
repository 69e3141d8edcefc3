/** Asking the admin API. The token comes in the address's fragment, which no server ever sees. */

const KEPT_AS = "devcors-token";

/** What the API refused: its sentence, and its hint with the next step. */
export class ApiError extends Error {
  /**
   * @param {number} status 0 where nobody answered
   * @param {string} message
   * @param {string} [hint]
   * @param {any} [answer] the whole answer
   */
  constructor(status, message, hint = "", answer = {}) {
    super(message);
    this.status = status;
    this.hint = hint;
    this.answer = answer;
  }
}

/**
 * Takes the token out of the address, so that it is in no bookmark, no screenshot and no history.
 *
 * @returns {boolean} whether there is one
 */
export function takeToken() {
  const found = new URLSearchParams(location.hash.slice(1)).get("token");
  if (found) {
    sessionStorage.setItem(KEPT_AS, found);
    history.replaceState(null, "", `${location.pathname}#/`);
  }
  return sessionStorage.getItem(KEPT_AS) !== null;
}

/**
 * One request, with the token. The answer may be an error.
 *
 * @param {string} path
 * @param {RequestInit} [init]
 */
export async function request(path, init = {}) {
  const token = sessionStorage.getItem(KEPT_AS) ?? "";
  try {
    return await fetch(path, { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, "devcors does not answer", "is it still running? `devcors status` tells");
  }
}

/**
 * @param {Response} answer
 * @returns {Promise<ApiError>} what an answer that is no success says
 */
export async function refusal(answer) {
  const said = await answer.json().catch(() => ({}));
  return new ApiError(answer.status, said.error ?? `devcors answered ${answer.status}`, said.hint, said);
}

/**
 * Asks for JSON, or sends some.
 *
 * @template T
 * @param {string} method
 * @param {string} path
 * @param {object} [content]
 * @returns {Promise<T>}
 * @throws {ApiError}
 */
export async function ask(method, path, content) {
  const sending = method === "GET" ? {} : { body: JSON.stringify(content ?? {}), headers: { "Content-Type": "application/json" } };
  const answer = await request(path, { method, ...sending });
  if (!answer.ok) throw await refusal(answer);
  return answer.json();
}

/**
 * @template T
 * @param {string} path
 * @returns {Promise<T>}
 */
export const get = (path) => ask("GET", path);

/**
 * Saves an answer as a file. A plain link would not carry the token.
 *
 * @param {string} path
 * @param {string} name
 */
export async function download(path, name) {
  const answer = await request(path);
  if (!answer.ok) throw await refusal(answer);
  const url = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
