/**
 * The short answers to a tap: a toast that goes by itself, or an alert that waits for OK.
 * @module
 */
import { partsOf } from "./dom.js";

/** How long a toast stays: a floor, and some for each character, in ms. */
const FLOOR = 3_000;
const PER_CHARACTER = 55;

/** One phone's toasts and alerts. */
export class Notices {
  #parts;
  #timer = 0;
  #back = null;

  /** @param {HTMLElement} phone */
  constructor(phone) {
    this.#parts = partsOf(phone);
    const alert = this.#parts.alert;
    this.#parts["alert-ok"].addEventListener("click", () => this.#close());
    alert.addEventListener("keydown", (event) => event.key === "Escape" && this.#close());
  }

  /** @param {string} text */
  toast(text) {
    clearTimeout(this.#timer);
    this.#parts.toast.textContent = text;
    this.#parts.toast.classList.add("shown");
    this.#timer = setTimeout(() => this.hush(), FLOOR + PER_CHARACTER * text.length);
  }

  /** Take the toast away. */
  hush() {
    clearTimeout(this.#timer);
    this.#parts.toast.classList.remove("shown");
  }

  /**
   * A bar that stays until OK. It takes the focus only from this very phone, and gives it back.
   * @param {string} text
   */
  alert(text) {
    const { alert, board } = { alert: this.#parts.alert, board: this.#parts.log.closest(".phone") };
    alert.hidden = false;
    this.#parts["alert-text"].textContent = text;
    if (!board.contains(document.activeElement)) return;
    if (!alert.contains(document.activeElement)) this.#back = document.activeElement;
    this.#parts["alert-ok"].focus();
  }

  /** Take everything away: another person's chat is about to open. */
  clear() {
    this.hush();
    this.#parts.alert.hidden = true;
    this.#back = null;
  }

  #close() {
    this.#parts.alert.hidden = true;
    const back = this.#back?.isConnected ? this.#back : this.#parts.log;
    this.#back = null;
    back.focus({ preventScroll: true });
  }
}
