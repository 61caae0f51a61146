/**
 * Tells the server up to which message somebody could see what the page shows: so the town knows what was read.
 * @module
 */
import { ApiError } from "./api.js";

/** How long something has to be in view before it counts, and between two tellings, in ms. */
const GLANCE = 1_000;
const APART = 5_000;

/** What one account's reader has seen. */
export class Seen {
  #log;
  #newest;
  #tell;
  #told = 0;
  #timer = 0;
  #notBefore = 0;

  /**
   * @param {HTMLElement} log what they look at
   * @param {() => number} newest the newest message that is in view, 0 for none
   * @param {(message: number) => Promise<any>} tell
   */
  constructor(log, newest, tell) {
    this.#log = log;
    this.#newest = newest;
    this.#tell = tell;
  }

  /** Something has come into view, perhaps. */
  look() {
    if (this.#timer || this.#inView() <= this.#told) return;
    this.#timer = setTimeout(() => this.#settle(), Math.max(GLANCE, this.#notBefore - Date.now()));
  }

  /** Tell nothing more. */
  close() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#told = Infinity;
  }

  #inView() {
    return document.hidden || this.#log.offsetParent === null ? 0 : this.#newest();
  }

  async #settle() {
    this.#timer = 0;
    const message = this.#inView();
    if (message <= this.#told) return;
    const before = this.#told;
    this.#told = message;
    this.#notBefore = Date.now() + APART;
    try {
      await this.#tell(message);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.passing && this.#told === message) this.#told = before; // told with the next one
      return;
    }
    this.look(); // what came meanwhile
  }
}
