/**
 * The sample town's clock, and the buttons that move it.
 * @module
 */
import { ApiError, fetchJson } from "./api.js";
import { partsOf } from "./dom.js";
import { t } from "./strings.js";

/** How often the clock is read again, in ms: the town's time goes on by itself too. */
const EVERY = 30_000;

/** The clock bar. */
export class Clock {
  #root;
  #parts;
  #buttons;
  #moved;

  /**
   * @param {HTMLElement} root
   * @param {() => void} moved after each move, when everything due on the way has happened
   */
  constructor(root, moved) {
    this.#root = root;
    this.#parts = partsOf(root);
    this.#moved = moved;
    this.#buttons = [...root.querySelectorAll("[data-by]")];
    for (const button of this.#buttons) button.addEventListener("click", () => this.#move(button));
    this.#read();
    setInterval(() => document.hidden || this.#moving || this.#read(), EVERY);
  }

  get #moving() {
    return this.#root.getAttribute("aria-busy") === "true";
  }

  /** @param {{now: string, day: string, time: string}} clock */
  show({ now, day, time }) {
    this.#parts.now.setAttribute("datetime", now);
    this.#parts.day.textContent = day;
    this.#parts.time.textContent = time;
  }

  async #read() {
    try {
      this.show(await fetchJson("/sample/clock"));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // The phones say that the line is down; the clock is read again soon.
    }
  }

  async #move(button) {
    if (this.#moving) return;
    this.#setMoving(button);
    this.#parts["clock-status"].textContent = t("clockMoving");
    try {
      const clock = await fetchJson("/sample/clock", { body: { by: button.dataset.by }, patience: 0 });
      this.show(clock);
      this.#tell(t("clockMoved", clock), false);
      this.#moved();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#tell(t("clockFailed"), true);
      this.#read();
    } finally {
      this.#setMoving(null);
    }
  }

  #tell(words, failed) {
    this.#parts["clock-status"].textContent = words;
    this.#parts["clock-status"].classList.toggle("visually-hidden", !failed);
  }

  /** While it moves the buttons do nothing, yet keep the focus. */
  #setMoving(pressed) {
    this.#root.setAttribute("aria-busy", String(Boolean(pressed)));
    for (const button of this.#buttons) {
      if (pressed) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
      button.classList.toggle("pressed", button === pressed);
    }
  }
}
