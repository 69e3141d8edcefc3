/** Numbers and times in few characters. Pure. */

const UNITS = ["B", "kB", "MB", "GB"];
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

/**
 * @param {number | null | undefined} count
 * @returns {string} such as "1.2 kB"
 */
export function bytes(count) {
  if (count == null) return "";
  let unit = 0;
  while (count >= 999.5 && unit < UNITS.length - 1) {
    count /= 1000;
    unit += 1;
  }
  return `${unit && count < 10 ? count.toFixed(1) : Math.round(count)} ${UNITS[unit]}`;
}

/**
 * @param {number | null | undefined} ms
 * @returns {string} such as "0.4 ms", "12 ms", "1.2 s"
 */
export function duration(ms) {
  if (ms == null) return "";
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  return ms < 59_950 ? `${(ms / 1000).toFixed(1)} s` : span(ms / 1000);
}

/**
 * @param {number} seconds
 * @returns {string} such as "45 s", "3 min", "2 h 5 min", "3 d 4 h"
 */
export function span(seconds) {
  const minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
  if (minutes < 1) return `${Math.floor(seconds)} s`;
  if (hours < 1) return `${minutes} min`;
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/**
 * @param {number} ms since the epoch
 * @returns {string} local time, such as "14:03:59"
 */
export const time = (ms) => clock.format(ms);

/**
 * @param {number} ms since the epoch
 * @returns {string} local time, such as "14:03:59.123"
 */
export const exactTime = (ms) => `${clock.format(ms)}.${String(Math.floor(ms % 1000)).padStart(3, "0")}`;

/**
 * @param {number} count
 * @param {string} noun in the singular
 */
export const counted = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
