/** Light, dark, or as the system says. */

const KEPT_AS = "devcors-theme", THEMES = ["auto", "light", "dark"];

const current = () => localStorage.getItem(KEPT_AS) ?? "auto";

/** Uses the theme that was chosen before. */
export function useTheme() {
  document.documentElement.dataset.theme = current();
}

/** @returns {string} what it is now */
export function nextTheme() {
  const next = THEMES[(THEMES.indexOf(current()) + 1) % THEMES.length];
  localStorage.setItem(KEPT_AS, next);
  useTheme();
  return `theme: ${next}`;
}
