/** The bar between the table and one exchange, moved by pointer or arrow keys; its place is kept. */

import { byId } from "./dom.js";

const KEPT_AS = "devcors-split", LEAST = 20, MOST = 80, STEP = 4; // percent of the width

/** Makes the bar work. */
export function useSplitter() {
  const bar = byId("splitter"), split = /** @type {HTMLElement} */ (bar.parentElement);
  place(Number(localStorage.getItem(KEPT_AS) ?? 46));
  bar.addEventListener("pointerdown", (event) => {
    bar.setPointerCapture(event.pointerId);
    event.preventDefault(); // no text is to be selected on the way
  });
  bar.addEventListener("pointermove", (event) => {
    if (!bar.hasPointerCapture(event.pointerId)) return;
    const { left, width } = split.getBoundingClientRect();
    place(((event.clientX - left) / width) * 100);
  });
  bar.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: -STEP, ArrowRight: STEP }, step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (step === undefined) return;
    event.preventDefault();
    place(Number(bar.ariaValueNow) + step);
  });

  /** @param {number} percent */
  function place(percent) {
    const kept = Math.round(Math.min(MOST, Math.max(LEAST, percent || LEAST)));
    split.style.setProperty("--table", `${kept}fr`);
    split.style.setProperty("--exchange", `${100 - kept}fr`);
    bar.ariaValueNow = String(kept);
    localStorage.setItem(KEPT_AS, String(kept));
  }
}
