/**
 * Moves an item of a list by its handle, with mouse, pen or finger. Escape and a lost pointer put it
 * back; the buttons beside it do the same without a pointer.
 */

const EDGE = 56;
const SCROLL = 14;

/** @typedef {(number: number, numbers: number[]) => void} Dropped */
/** @typedef {{ item: HTMLElement, pointer: number, next: Element | null, before: string }} Held */

export class Dragging {
  /**
   * @param {HTMLElement} list  items are its children with `data-number`; handles have `data-drag`
   * @param {Dropped} dropped  is told who was moved, and all in their new order
   */
  constructor(list, dropped) {
    this.list = list;
    this.dropped = dropped;
    /** @type {Held | null} */
    this.held = null;
    // Moving an element takes a captured pointer from it, so the document listens.
    const { ownerDocument } = list;
    list.addEventListener("pointerdown", (event) => this.take(event));
    ownerDocument.addEventListener("pointermove", (event) => this.move(event));
    ownerDocument.addEventListener("pointerup", (event) => this.drop(event));
    ownerDocument.addEventListener("pointercancel", () => this.putBack());
    ownerDocument.addEventListener("keydown", ({ key }) => key === "Escape" && this.putBack());
  }

  /** @returns {HTMLElement[]} */
  get items() {
    return /** @type {HTMLElement[]} */ ([...this.list.children]);
  }

  /** @returns {number[]} */
  get numbers() {
    return this.items.map(({ dataset }) => Number(dataset.number));
  }

  /** @param {PointerEvent} event */
  take(event) {
    const target = event.target instanceof Element ? event.target : null;
    const item = /** @type {HTMLElement | null | undefined} */ (
      target?.closest("[data-drag]")?.closest("[data-number]")
    );
    if (!item || event.button !== 0 || this.held) return;
    event.preventDefault();
    const { pointerId } = event;
    this.held = {
      item,
      pointer: pointerId,
      next: item.nextElementSibling,
      before: String(this.numbers),
    };
    item.classList.add("placed--held");
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (event.pointerId !== this.held?.pointer) return;
    const { item } = this.held;
    const view = item.ownerDocument.defaultView;
    const { clientY } = event;
    if (clientY < EDGE) view?.scrollBy(0, -SCROLL);
    if (view && clientY > view.innerHeight - EDGE) view.scrollBy(0, SCROLL);
    const others = this.items.filter((one) => one !== item);
    const below = others.find((one) => clientY < middle(one)) ?? null;
    if (below !== item.nextElementSibling) this.list.insertBefore(item, below);
  }

  /** @param {PointerEvent} event */
  drop(event) {
    if (event.pointerId !== this.held?.pointer) return;
    const { item, before } = this.held;
    this.let();
    const { numbers } = this;
    if (String(numbers) !== before) this.dropped(Number(item.dataset.number), numbers);
  }

  /** Puts what is held back where it was. */
  putBack() {
    if (!this.held) return;
    const { item, next } = this.held;
    this.let();
    this.list.insertBefore(item, next);
  }

  /** Lets go of what is held. */
  let() {
    this.held?.item.classList.remove("placed--held");
    this.held = null;
  }
}

/** @param {HTMLElement} item */
function middle(item) {
  const { top, height } = item.getBoundingClientRect();
  return top + height / 2;
}
