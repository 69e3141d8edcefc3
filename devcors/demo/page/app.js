// Ties buttons to what they try. A button names its run in data-run, a result its run in data-testid.

import { cookieRuns } from "./cookies.js";
import { drawFaults, errorInject, errorObserve, faultRuns, faults } from "./cross-origin.js";
import { here, other } from "./results.js";
import * as sameOrigin from "./same-origin.js";

const runs = {
  ...sameOrigin,
  ...faultRuns,
  ...cookieRuns,
  faults,
  "error-observe": errorObserve,
  "error-inject": errorInject,
  all: () =>
    Promise.all([
      ...Object.values(sameOrigin).map((run) => run()),
      errorObserve(),
      errorInject(),
      faults(),
      ...Object.values(cookieRuns).map((run) => run()),
    ]),
};

document.querySelector("[data-here]").textContent = here;
document.querySelector("[data-other]").textContent = other;
drawFaults(document.querySelector("[data-faults]"));

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button[data-run]");
  if (button?.type === "button") runs[button.dataset.run]();
});

document.querySelector("[data-chat]").addEventListener("submit", (event) => {
  event.preventDefault();
  runs.chat();
});
