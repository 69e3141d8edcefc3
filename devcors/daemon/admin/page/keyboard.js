/** Single keys, as long as nobody is typing. */

/**
 * @param {Record<string, (event: KeyboardEvent) => void>} keys what each does
 * @param {(event: KeyboardEvent) => void} escape Esc works while typing too
 */
export function listenForKeys(keys, escape) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return; // it has keys of its own
    if (event.key === "Escape") return escape(event);
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const action = keys[event.key];
    if (!action || (event.key === "Enter" && event.target instanceof Element && event.target.closest("button, a, summary"))) return;
    event.preventDefault();
    action(event);
  });
}

/** @param {EventTarget | null} target */
const isTyping = (target) => target instanceof Element && target.matches("input, textarea, select");
