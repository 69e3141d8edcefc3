// The cards of the front door: everything at this page's own origin.

import { ask, attempt, element, here, jsonBody, resultOf, show, socketUrl } from "./results.js";

export const items = () =>
  attempt("items", async () => {
    const added = await ask("/api/items", jsonBody("POST", { name: `item of ${new Date().toLocaleTimeString()}` }));
    const listed = await ask("/api/items");
    const worked = added.status === 201 && Array.isArray(listed.body);
    const sentence = worked ? `Added; the API now has ${listed.body.length} items` : "The API did not take it";
    show("items", worked ? "ok" : "error", sentence, added.raw, listed.raw);
  });

export const login = () =>
  attempt("login", async () => {
    const entered = await ask("/api/login", jsonBody("POST", { name: "Ada" }));
    const me = await ask("/api/me");
    const worked = me.ok && me.body?.name === "Ada";
    const sentence = worked ? "The cookie came back: signed in as Ada" : "The cookie was lost: the API does not know who asks";
    show("login", worked ? "ok" : "error", sentence, entered.raw, me.raw);
  });

let room; // a promise of the open WebSocket, kept until it closes

function enterRoom() {
  room ??= new Promise((resolve, reject) => {
    const socket = new WebSocket(socketUrl);
    socket.addEventListener("open", () => resolve(socket));
    socket.addEventListener("message", ({ data }) => heard(data));
    socket.addEventListener("close", ({ code }) => {
      room = undefined;
      reject(new Error(`${socketUrl} could not be opened`));
      show("chat", "error", `The connection ended with code ${code}`);
    });
  });
  return room;
}

function heard(text) {
  const said = [...resultOf("chat").querySelectorAll("li")].map((line) => line.textContent).slice(-4);
  const list = element("ul", undefined, "said");
  list.append(...[...said, text].map((line) => element("li", line)));
  show("chat", "ok", "Everybody in the room received:", list);
}

export async function chat() {
  const text = document.querySelector("[data-chat] input").value;
  const say = async () => (await enterRoom()).send(text);
  // a room that is entered already keeps what was said in it on the page
  await (room ? say() : attempt("chat", say));
}

let stream;

function stopClock(button) {
  stream.close();
  stream = undefined;
  button.textContent = "Start the clock";
}

/** Shows how far apart the events arrive: behind something that buffers, they would come in one lump. */
export function clock() {
  const button = document.querySelector('[data-run="clock"]');
  if (stream) return stopClock(button);
  show("clock", "running", "Waiting for the first event");
  button.textContent = "Stop the clock";
  const arrivals = [];
  stream = new EventSource("/clock");
  stream.onmessage = ({ data }) => {
    arrivals.push(performance.now());
    const tick = JSON.parse(data);
    const gap = arrivals.length > 1 ? arrivals.at(-1) - arrivals.at(-2) : undefined;
    const sentence = gap === undefined ? "The first event is here" : `Event ${tick.number} came ${(gap / 1000).toFixed(2)} s after the one before`;
    show("clock", gap === undefined ? "running" : "ok", sentence, data);
  };
  stream.onerror = () => {
    stopClock(button);
    show("clock", "error", "The stream ended or never began");
  };
}

export const redirect = () =>
  attempt("redirect", async () => {
    const reached = await ask("/api/redirect");
    const stayed = reached.url.startsWith(`${here}/`);
    const sentence = stayed ? `The redirect led to ${reached.url}: still this address` : `The redirect led away, to ${reached.url}`;
    show("redirect", stayed && reached.ok ? "ok" : "error", sentence, reached.raw);
  });

export const slow = () =>
  attempt("slow", async () => {
    const start = performance.now();
    const answer = await ask("/api/slow?seconds=2");
    const seconds = ((performance.now() - start) / 1000).toFixed(2);
    show("slow", answer.ok ? "ok" : "error", `Answered after ${seconds} s`, answer.raw);
  });

export const down = () =>
  attempt("down", async () => {
    const answer = await ask("/down", { headers: { Accept: "application/json" } });
    const told = answer.status === 502 && answer.body !== undefined;
    const sentence = told ? "502, and the body says which route, which target and why" : "Not the answer that was expected";
    show("down", told ? "ok" : "error", sentence, told ? JSON.stringify(answer.body, null, 2) : answer.raw);
  });
