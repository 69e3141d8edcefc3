/** devcors.toml: read, checked while it is typed, saved. What is wrong stands at its line. */

import { ApiError, ask, get } from "./api.js";
import { announce, byId, el, fill, write } from "./dom.js";
import { Editor } from "./editor.js";
import { counted } from "./format.js";

/**
 * @typedef {import("./types.js").ConfigText} ConfigText
 * @typedef {import("./types.js").Problem} Problem
 */

const QUIET = 250; // ms without a key before the text is checked

export class ConfigView {
  /** @type {ConfigText | null} */
  #saved = null;
  #timer = 0;
  #asked = 0;
  #loads = 0;
  #save = /** @type {HTMLButtonElement} */ (byId("config-save"));
  #revert = /** @type {HTMLButtonElement} */ (byId("config-revert"));

  constructor() {
    this.editor = new Editor(() => this.#typed());
    this.#save.addEventListener("click", () => this.save());
    this.#revert.addEventListener("click", () => this.load());
  }

  /** Whether there is something typed that is not saved. */
  get dirty() {
    return this.#saved !== null && this.editor.text !== this.#saved.text;
  }

  /** Takes the file's text, unless somebody is at work on another one. */
  async refresh() {
    if (!this.dirty) await this.load(true);
  }

  /** @param {boolean} [gently] what was typed while the answer was under way stays */
  async load(gently = false) {
    const number = ++this.#loads;
    try {
      const config = await /** @type {Promise<ConfigText>} */ (get("/api/config"));
      if (number !== this.#loads || (gently && this.dirty)) return;
      if (gently && config.etag !== null && config.etag === this.#saved?.etag) return this.#show(config.problems);
      this.#saved = config;
      this.editor.text = config.text;
      this.editor.editable = config.editable;
      const path = byId("config-path");
      write(path, config.path?.split(/[\\/]/).slice(-2).join("/") ?? "There is no config file: this devcors was told everything on the command line.");
      path.title = config.path ?? "";
      const others = config.files.filter((file) => file !== config.path);
      write(byId("config-files"), others.length ? `Laid over it: ${others.join(", ")}` : "");
      this.#say("");
      this.#show(config.problems);
    } catch (error) {
      this.#failed(error);
    }
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#buttons();
    this.#timer = setTimeout(() => this.#check(), QUIET);
  }

  async #check() {
    const number = ++this.#asked;
    try {
      const { problems } = await /** @type {Promise<{problems: Problem[]}>} */ (ask("POST", "/api/config/check", { text: this.editor.text }));
      if (number === this.#asked) this.#show(problems);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** @param {string} [etag] of the text that it replaces */
  async save(etag = this.#saved?.etag ?? undefined) {
    if (!this.dirty || etag == null) return;
    clearTimeout(this.#timer);
    this.#asked++;
    const text = this.editor.text;
    try {
      const saved = await /** @type {Promise<{etag: string, applied: boolean, problems: Problem[]}>} */ (ask("PUT", "/api/config", { text, etag }));
      if (this.#saved) this.#saved = { ...this.#saved, text, etag: saved.etag };
      this.#show(saved.problems);
      if (saved.applied) this.#say("Saved and applied.", "ok");
      else this.#say("Saved, but it could not be applied. The last good config serves on.", "bad");
    } catch (error) {
      if (error instanceof ApiError && error.status === 422) {
        this.#show(error.answer.problems ?? []);
        this.#say("Not saved: it is wrong. The last good config serves on.", "bad");
      } else if (error instanceof ApiError && error.status === 409) await this.#conflict();
      else this.#failed(error);
    }
  }

  async #conflict() {
    const now = await /** @type {Promise<ConfigText>} */ (get("/api/config"));
    this.#say("Not saved: the file was changed meanwhile.", "bad");
    byId("config-said").append(
      el("button", { type: "button", class: "quiet", click: () => this.load() }, "Take the file's text"),
      el("button", { type: "button", class: "quiet", click: () => this.save(now.etag ?? undefined) }, "Save mine over it"),
    );
  }

  /** @param {Problem[]} problems */
  #show(problems) {
    const here = problems.filter((problem) => problem.line > 0 && this.#isThisFile(problem.file));
    this.editor.problems = here;
    byId("config-problems").hidden = !problems.length;
    fill(byId("config-problems-title"), counted(problems.length, "problem"));
    fill(byId("config-problems-list"), ...problems.map((problem) => this.#problem(problem, here.includes(problem))));
    if (!this.dirty) byId("tab-config").dataset.refused = String(problems.length > 0);
    if (problems.length) announce(`${counted(problems.length, "problem")}. ${problems[0].message}`);
    this.#buttons();
  }

  /** @param {string} file as problems name it, which is not always the whole path */
  #isThisFile(file) {
    const path = this.#saved?.path ?? "";
    return path === file || path.endsWith(`/${file.replace(/^\.\//, "")}`) || file.endsWith(`/${path}`);
  }

  /**
   * @param {Problem} problem
   * @param {boolean} here
   */
  #problem(problem, here) {
    const where = problem.line ? `${problem.file}:${problem.line}:${problem.column}` : problem.file;
    return el(
      "li", {},
      here ? el("button", { type: "button", class: "link mono", click: () => this.editor.goTo(problem) }, where) : el("span", { class: "mono" }, where),
      el("span", {}, ` ${problem.message}`),
      problem.hint && el("span", { class: "hint" }, `hint: ${problem.hint}`),
    );
  }

  #buttons() {
    this.#save.disabled = !this.dirty || !this.#saved?.editable;
    this.#revert.disabled = !this.dirty;
    byId("tab-config").dataset.dirty = String(this.dirty);
  }

  /**
   * @param {string} text
   * @param {string} [state]
   */
  #say(text, state = "") {
    const said = byId("config-said");
    said.dataset.state = state;
    fill(said, text);
  }

  /** @param {unknown} error */
  #failed(error) {
    this.#say(error instanceof ApiError ? `${error.message}. ${error.hint}` : String(error), "bad");
  }
}
