// The card of lost cookies: one request sets one of each kind, a second one tells which came back.

import { ask, attemptAcross, element, here, other, show } from "./results.js";

const WAYS = {
  "cookies-kept": { at: `${here}/cookies-kept`, words: "as the server set them", reason: "why" },
  "cookies-auto": { at: `${here}/cookies`, words: "now that devcors made them fit", reason: "why" },
  "cookies-other": { at: `${other}/cookies-kept`, words: "where this page is another site's", reason: "elsewhere" },
};

const newRun = () => Math.random().toString(36).slice(2, 8);

function table(told, seen, reason) {
  const list = element("ul", undefined, "cookies");
  for (const { name, set, [reason]: why } of told) {
    const row = element("li");
    row.dataset.cookie = name;
    row.dataset.back = seen.includes(name);
    const mark = element("b", seen.includes(name) ? "came back" : "lost");
    row.append(mark, element("code", `${name}; ${set}`), element("span", why));
    list.append(row);
  }
  return list;
}

const tryCookies = (id, { at, words, reason }) => () =>
  attemptAcross(id, async () => {
    const run = newRun();
    const told = await ask(`${at}/set?run=${run}`, { credentials: "include" });
    const seen = await ask(`${at}/seen?run=${run}`, { credentials: "include" });
    if (!told.ok || !seen.ok) {
      show(id, "error", "The cookie server did not answer as it should", told.raw, seen.raw);
      return;
    }
    show(id, "ok", `${seen.body.length} of ${told.body.length} came back, ${words}`, table(told.body, seen.body, reason));
  });

export const cookieRuns = Object.fromEntries(Object.entries(WAYS).map(([id, way]) => [id, tryCookies(id, way)]));
