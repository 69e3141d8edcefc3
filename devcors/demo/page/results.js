// Asking and showing: what every card needs. A result is a state, a sentence and what came over the wire.

const SHOWN = 2000; // characters of a body

const { protocol, hostname, port, host } = location;
const otherName = hostname === "localhost" ? "127.0.0.1" : "localhost";

export const here = `${protocol}//${host}`;
export const other = `${protocol}//${otherName}${port ? `:${port}` : ""}`;
export const socketUrl = `${protocol === "https:" ? "wss:" : "ws:"}//${host}/ws`;

export function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

export const resultOf = (id) => document.querySelector(`[data-testid="result-${id}"]`);

/** state: ok, blocked (by the browser), error or running. */
export function show(id, state, sentence, ...raw) {
  const place = resultOf(id);
  place.dataset.state = state;
  place.replaceChildren(element("p", sentence));
  for (const part of raw) {
    place.append(part instanceof Node ? part : element("pre", part));
  }
}

/** One fetch: what came, and `raw`, the same as text. A request that the browser blocks throws a TypeError. */
export async function ask(url, init = {}) {
  const request = `${init.method ?? "GET"} ${url}`;
  let response;
  try {
    response = await fetch(url, { cache: "no-store", ...init });
  } catch (error) {
    error.raw = `${request}\n${error}`;
    throw error;
  }
  const text = await response.text();
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined; // a page, an empty body: the text is all there is
  }
  const status = response.status;
  const raw = `${request}\n${status} ${response.statusText}\n${text.slice(0, SHOWN)}`.trimEnd();
  return { status, ok: response.ok, url: response.url, body, text, raw };
}

export const jsonBody = (method, value) => ({
  method,
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(value),
});

/** Runs one card; whatever it does not expect ends in its own result, never in silence. */
export async function attempt(id, work) {
  show(id, "running", "Waiting for the answer");
  try {
    await work();
  } catch (error) {
    show(id, "error", "This did not work", error.raw ?? String(error));
  }
}

/** The same for a request of another origin, where a TypeError means that the browser keeps the answer back. */
export async function attemptAcross(id, work) {
  await attempt(id, async () => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      show(id, "blocked", "The browser kept the answer from this page", error.raw ?? String(error));
    }
  });
}
