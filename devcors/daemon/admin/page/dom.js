/** Making and filling elements. Whatever comes from outside goes in as text or as an attribute, never as markup. */

/**
 * @typedef {string | number | boolean | null | undefined | ((event: any) => void)} Setting
 * @typedef {Node | string | null | false | undefined} Child
 */

/**
 * An element. A setting is an attribute; `true` is an empty one, `false` and null are none; a function listens to the
 * event of that name. Children that are null or false are left out; strings become text.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, Setting>} [settings]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, settings = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, setting] of Object.entries(settings)) {
    if (typeof setting === "function") made.addEventListener(name, setting);
    else if (setting === true) made.setAttribute(name, "");
    else if (setting !== false && setting != null) made.setAttribute(name, String(setting));
  }
  made.append(...kept(children));
  return made;
}

/** @param {Child[]} children */
const kept = (children) => /** @type {(Node | string)[]} */ (children.filter((child) => child != null && child !== false));

/**
 * Sets the text, and touches the document only where it is another one.
 *
 * @param {Node} node
 * @param {string} text
 */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * @param {Element} parent
 * @param {...Child} children
 */
export function fill(parent, ...children) {
  parent.replaceChildren(...kept(children));
}

/**
 * The element of index.html that has this id.
 *
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return /** @type {T} */ (found);
}

/**
 * A button that copies what `text` gives, and says in its own label that it did.
 *
 * @param {string} label
 * @param {() => string} text
 * @param {Record<string, Setting>} [settings]
 */
export function copyButton(label, text, settings = {}) {
  const button = el("button", { type: "button", class: "quiet", ...settings }, label);
  button.addEventListener("click", async () => {
    const done = await copied(text());
    announce(button.textContent = done ? "Copied" : "Not copied: the browser refused");
    setTimeout(() => write(button, label), 1500);
  });
  return button;
}

/**
 * @param {string} text
 * @returns {Promise<boolean>} whether it is on the clipboard
 */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Tells those who do not see the page.
 *
 * @param {string} text
 */
export function announce(text) {
  byId("announcer").textContent = text;
}
