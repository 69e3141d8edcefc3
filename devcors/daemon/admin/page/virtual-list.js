/**
 * A list of any length with only as many elements as are in view. Items are given oldest first and shown newest first.
 *
 * At the top it follows what comes. Anywhere else, or while something is selected, what is in view stays where it is.
 */

const QUIET = 150; // ms
const BEYOND = 6; // rows above and below the view, so that scrolling shows no gap before the next frame

/**
 * @template T
 * @typedef {object} RowView
 * @property {HTMLElement} element
 * @property {(item: T, selected: boolean) => void} update
 */

/** @template {{id: number}} T */
export class VirtualList {
  /** @type {T[]} */
  #items = [];
  /** @type {Map<number, RowView<T>>} */
  #inView = new Map();
  /** @type {RowView<T>[]} */
  #free = [];
  #rowHeight = 0;
  #height = 0;
  #due = false;
  #timer = 0;
  #total = -1;
  /** @type {number | null} */
  #selected = null;

  /**
   * @param {HTMLElement} scroller
   * @param {HTMLElement} canvas as high as all rows together
   * @param {() => RowView<T>} create
   * @param {(items: T[]) => void} seen what is in view now
   */
  constructor(scroller, canvas, create, seen) {
    this.scroller = scroller;
    this.canvas = canvas;
    this.create = create;
    this.seen = seen;
    scroller.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.#measure()).observe(scroller);
    this.#measure();
  }

  /** Whether new items come into view by themselves. */
  get follows() {
    return this.scroller.scrollTop < 1 && this.#selected === null;
  }

  /** The height of a row is the style sheet's to say, and another one where there is little room. */
  #measure() {
    const probe = this.create().element;
    probe.style.visibility = "hidden";
    this.canvas.append(probe);
    const rowHeight = probe.offsetHeight || 1;
    probe.remove();
    const at = this.scroller.scrollTop / (this.#rowHeight || rowHeight);
    this.#height = this.scroller.clientHeight - this.canvas.offsetTop; // the head stays in view
    if (rowHeight !== this.#rowHeight) {
      this.#rowHeight = rowHeight;
      this.#total = -1;
      this.#resize();
      this.scroller.scrollTop = at * rowHeight;
    }
    this.draw();
  }

  #resize() {
    if (this.#total === this.#items.length) return;
    this.#total = this.#items.length;
    this.canvas.style.height = `${this.#total * this.#rowHeight}px`;
  }

  /**
   * Shows these. They may be the same list as before, with more in it.
   *
   * @param {T[]} items
   * @param {(id: number) => number} index the place of an item, -1 where it is gone
   */
  show(items, index) {
    const anchor = this.follows ? null : this.#anchor();
    this.#items = items;
    this.#resize();
    if (anchor) {
      const at = index(anchor.id);
      if (at >= 0) this.scroller.scrollTop = (items.length - 1 - at) * this.#rowHeight - anchor.above;
    }
    this.draw();
  }

  /** What must not move: the selected row where it is in view, else the first one in view. */
  #anchor() {
    const from = this.scroller.scrollTop, to = from + this.#height;
    /** @type {{id: number, above: number, top: number} | null} */
    let first = null;
    for (const [id, row] of this.#inView) {
      const top = Number(row.element.dataset.top);
      if (top + this.#rowHeight <= from || top >= to) continue;
      if (id === this.#selected) return { id, above: top - from };
      if (!first || top < first.top) first = { id, above: top - from, top };
    }
    return first;
  }

  /** @param {number | null} id */
  select(id) {
    this.#selected = id;
    this.draw();
  }

  /**
   * Brings an item into view, with one row around it.
   *
   * @param {number} at its place among the items
   */
  reveal(at) {
    const top = (this.#items.length - 1 - at) * this.#rowHeight, { scrollTop } = this.scroller;
    if (top - this.#rowHeight < scrollTop) this.scroller.scrollTop = Math.max(0, top - this.#rowHeight);
    else if (top + 2 * this.#rowHeight > scrollTop + this.#height) this.scroller.scrollTop = top + 2 * this.#rowHeight - this.#height;
    this.draw();
  }

  /** How many rows fill the view. */
  get pageLength() {
    return Math.max(1, Math.floor(this.#height / this.#rowHeight) - 1);
  }

  /** Draws in the next frame, once however often it was asked for. */
  draw() {
    if (this.#due) return;
    this.#due = true;
    requestAnimationFrame(() => {
      this.#due = false;
      this.#draw();
    });
  }

  #draw() {
    const { length } = this.#items, from = this.scroller.scrollTop;
    const first = Math.max(0, Math.floor(from / this.#rowHeight) - BEYOND);
    const last = Math.min(length - 1, Math.ceil((from + this.#height) / this.#rowHeight) + BEYOND);
    const wanted = /** @type {T[]} */ ([]);
    for (let at = first; at <= last; at++) wanted.push(this.#items[length - 1 - at]);
    const ids = new Set(wanted.map((item) => item.id));
    for (const [id, row] of this.#inView) {
      if (ids.has(id)) continue;
      this.#inView.delete(id);
      row.element.id = "";
      this.#free.push(row);
    }
    wanted.forEach((item, offset) => this.#place(item, first + offset));
    for (const row of this.#free) row.element.hidden = true;
    this.seen(wanted);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#sort(), QUIET);
  }

  /** Once nothing moves: the elements in the order in which they are seen, which is how they are read out. */
  #sort() {
    const rows = [...this.#inView.values()].map((row) => row.element);
    rows.sort((one, other) => Number(one.dataset.top) - Number(other.dataset.top));
    if (rows.some((row, at) => this.canvas.children[at] !== row)) this.canvas.prepend(...rows);
  }

  /**
   * @param {T} item
   * @param {number} at from the top
   */
  #place(item, at) {
    const row = this.#inView.get(item.id) ?? this.#free.pop() ?? this.#added();
    this.#inView.set(item.id, row);
    const { element } = row, top = String(at * this.#rowHeight);
    if (element.hidden) element.hidden = false;
    if (element.dataset.top !== top) {
      element.dataset.top = top;
      element.style.transform = `translateY(${top}px)`;
      element.setAttribute("aria-rowindex", String(at + 2)); // the first row is the head
    }
    row.update(item, item.id === this.#selected);
  }

  #added() {
    const row = this.create();
    this.canvas.append(row.element);
    return row;
  }
}
