/** A text field with line numbers that shows problems at their line. */

import { byId, el, fill, write } from "./dom.js";

/** @typedef {import("./types.js").Problem} Problem */

export class Editor {
  #area = /** @type {HTMLTextAreaElement} */ (byId("config-text"));
  #gutter = byId("config-gutter");
  #notes = byId("config-notes");
  /** @type {Problem[]} */
  #problems = [];
  #lines = 0;

  /** @param {() => void} changed */
  constructor(changed) {
    this.#area.addEventListener("input", () => {
      this.#draw();
      changed();
    });
    this.#area.addEventListener("scroll", () => this.#follow(), { passive: true });
  }

  get text() {
    return this.#area.value;
  }

  set text(text) {
    if (this.#area.value !== text) this.#area.value = text;
    this.#draw();
  }

  /** @param {boolean} editable */
  set editable(editable) {
    this.#area.readOnly = !editable;
  }

  /** @param {Problem[]} problems those of this file */
  set problems(problems) {
    this.#problems = problems;
    this.#area.setAttribute("aria-invalid", String(problems.length > 0));
    this.#lines = 0;
    this.#draw();
  }

  /** @param {Problem} problem */
  goTo({ line, column }) {
    const lines = this.text.split("\n");
    const at = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0) + Math.max(0, column - 1);
    this.#area.focus();
    this.#area.setSelectionRange(at, at);
    const height = this.#area.scrollHeight / Math.max(1, lines.length);
    this.#area.scrollTop = Math.max(0, (line - 4) * height);
  }

  #draw() {
    const lines = this.text.split("\n"), wrong = new Map(this.#problems.map((problem) => [problem.line, problem]));
    if (lines.length !== this.#lines || wrong.size) {
      this.#lines = lines.length;
      fill(this.#gutter, ...lines.map((_, at) => el("span", { "data-wrong": wrong.has(at + 1) }, String(at + 1))));
      fill(this.#notes, ...this.#problems.map((problem) => this.#note(problem, lines)));
    } else if (!wrong.size && this.#notes.childElementCount) fill(this.#notes);
    this.#follow();
  }

  /**
   * The line again, unseen, so that the words stand after it.
   *
   * @param {Problem} problem
   * @param {string[]} lines
   */
  #note(problem, lines) {
    const note = el("div", { class: "line-note", "data-line": problem.line }, el("span", { class: "same-width" }), el("span", { class: "words" }, `✗ ${problem.message}`));
    write(/** @type {Node} */ (note.firstChild), lines[problem.line - 1] ?? "");
    note.style.setProperty("--line", String(problem.line - 1));
    return note;
  }

  #follow() {
    const { scrollTop, scrollLeft } = this.#area;
    this.#gutter.style.transform = `translateY(${-scrollTop}px)`;
    this.#notes.style.transform = `translate(${-scrollLeft}px, ${-scrollTop}px)`;
  }
}
