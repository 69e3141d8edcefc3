// The cards of CORS: requests from this page's origin to the other name of the same front door.

import { ask, attemptAcross, element, jsonBody, other, show } from "./results.js";

const FAULTS = [
  {
    id: "no-origin",
    title: "No Access-Control-Allow-Origin",
    about: "The server never heard of CORS.",
    init: {},
  },
  {
    id: "wildcard",
    title: "* together with credentials",
    about: "A request that carries cookies wants the origin itself, not a star.",
    init: { credentials: "include" },
    cookieFrom: "/session",
  },
  {
    id: "no-preflight",
    title: "No answer to the preflight",
    about: "OPTIONS gets 405, so the PUT is never sent.",
    init: jsonBody("PUT", { name: "tea" }),
  },
  {
    id: "method",
    title: "Method not allowed",
    about: "Access-Control-Allow-Methods lists GET and POST; the page sends DELETE.",
    init: { method: "DELETE" },
  },
  {
    id: "header",
    title: "Header not allowed",
    about: "Access-Control-Allow-Headers does not list X-Demo.",
    init: { method: "POST", headers: { "X-Demo": "1" } },
  },
];

const MODES = [
  { id: "observe", path: "/broken" },
  { id: "inject", path: "/injected" },
  { id: "rewrite", path: "/rewritten" },
];

const PASSED = {
  observe: "The page could read the answer",
  inject: "The page could read it: devcors made up for what the server lacks",
  rewrite: "The page could read it: devcors replaced the headers",
};

const tryFault = (fault, mode) =>
  attemptAcross(`${fault.id}-${mode.id}`, async () => {
    const at = `${other}${mode.path}`;
    // no-cors: the page may not read this answer, but the browser keeps its cookie
    if (fault.cookieFrom) await fetch(at + fault.cookieFrom, { mode: "no-cors", credentials: "include" });
    const answer = await ask(`${at}/${fault.id}`, fault.init);
    show(`${fault.id}-${mode.id}`, answer.ok ? "ok" : "error", PASSED[mode.id], answer.raw);
  });

const eachFault = FAULTS.flatMap((fault) => MODES.map((mode) => ({ fault, mode })));

export const faultRuns = Object.fromEntries(
  eachFault.map(({ fault, mode }) => [`${fault.id}-${mode.id}`, () => tryFault(fault, mode)]),
);

export async function faults() {
  for (const { fault, mode } of eachFault) await tryFault(fault, mode);
}

/** Builds the rows: a fault, and a button and a result for each way that devcors can treat it. */
export function drawFaults(list) {
  for (const fault of FAULTS) {
    const row = element("li");
    const words = element("div", undefined, "words");
    words.append(element("h4", fault.title), element("p", fault.about));
    row.append(words, ...MODES.map((mode) => cell(fault, mode)));
    list.append(row);
  }
}

function cell(fault, mode) {
  const place = element("div", undefined, "cell");
  const button = element("button", mode.id[0].toUpperCase() + mode.id.slice(1));
  button.type = "button";
  button.dataset.run = `${fault.id}-${mode.id}`;
  button.dataset.testid = `run-${fault.id}-${mode.id}`;
  button.setAttribute("aria-label", `${fault.title}: ${mode.id}`);
  const result = element("output", undefined, "result");
  result.dataset.testid = `result-${fault.id}-${mode.id}`;
  place.append(button, result);
  return place;
}

const hiddenError = (id, path) => () =>
  attemptAcross(id, async () => {
    const answer = await ask(`${other}${path}/error`);
    show(id, answer.status === 500 ? "ok" : "error", `The page can see it: ${answer.status}, ${answer.body?.error}`, answer.raw);
  });

export const errorObserve = hiddenError("error-observe", "/api");
export const errorInject = hiddenError("error-inject", "/api-injected");
