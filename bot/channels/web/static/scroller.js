/**
 * Where the reader is in a log: new messages pull the view along only for a reader who is at the end.
 * @module
 */

/** How near the end counts as the end, and how near the top asks for more, in px. */
const NEAR = 56;

/** The scrolling of one log. */
export class Scroller {
  #log;
  #pill;
  #atEnd = true;
  #last = 0;

  /**
   * @param {HTMLElement} log the element that scrolls
   * @param {HTMLElement} pill the button that says that there is something new below
   * @param {() => void} onTop the reader has come to the top
   */
  constructor(log, pill, onTop) {
    this.#log = log;
    this.#pill = pill;
    log.addEventListener("scroll", () => this.#scrolled(onTop), { passive: true });
    pill.addEventListener("click", () => {
      this.toEnd();
      log.focus({ preventScroll: true });
    });
    // A picture that loads, a keyboard that opens, a phone turned on its side: whoever was at the end stays there.
    const sizes = new ResizeObserver(() => this.#atEnd && this.toEnd());
    for (const element of [log, ...log.children]) sizes.observe(element);
  }

  /** Whether the end is in view. */
  get atEnd() {
    return this.#atEnd;
  }

  #scrolled(onTop) {
    const { scrollTop, scrollHeight, clientHeight } = this.#log;
    // Content that grows also takes the view away from the end; only going up means that the reader left it.
    if (scrollHeight - scrollTop - clientHeight < NEAR) this.#atEnd = true;
    else if (scrollTop < this.#last) this.#atEnd = false;
    this.#last = scrollTop;
    if (this.#atEnd) this.#pill.hidden = true;
    if (scrollTop < NEAR && scrollHeight > clientHeight) onTop();
  }

  /** Go to the newest message. */
  toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#atEnd = true;
    this.#pill.hidden = true;
  }

  /**
   * Something has come or changed: follow it, or say so to a reader who is elsewhere.
   * @param {boolean} news whether it is worth saying
   */
  arrived(news) {
    if (this.#atEnd) this.toEnd();
    else if (news) this.#pill.hidden = false;
  }

  /**
   * Put something in above what is being read, without moving it.
   * @param {() => void} change
   */
  holding(change) {
    const fromEnd = this.#log.scrollHeight - this.#log.scrollTop;
    change();
    this.#log.scrollTop = this.#log.scrollHeight - fromEnd;
  }
}
