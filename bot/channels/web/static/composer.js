/**
 * Where a person writes: Enter sends, Shift+Enter begins a line, the box grows with the text. Beside it is a way to
 * send a photo, while the town waits for one.
 * @module
 */
import { partsOf } from "./dom.js";

/** The box of one phone. */
export class Composer {
  #text;
  #send;
  #snap;

  /**
   * @param {HTMLElement} phone
   * @param {{words(text: string): void, photo(file: File): void}} on
   */
  constructor(phone, on) {
    const { form, text, send, snap, file } = partsOf(phone);
    this.#text = text;
    this.#send = send;
    this.#snap = snap;
    snap.addEventListener("click", () => file.click());
    file.addEventListener("change", () => {
      if (file.files.length) on.photo(file.files[0]);
      file.value = ""; // the same one may be chosen again
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const words = text.value.trim();
      if (!words) return;
      this.value = "";
      on.words(words);
      if (matchMedia("(pointer: fine)").matches) text.focus();
    });
    text.addEventListener("input", () => this.#fit());
    text.addEventListener("keydown", (event) => {
      // While a word is being composed (Chinese, Japanese, an accent), Enter chooses the word.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    this.#fit();
  }

  /** What is written and not sent. */
  get value() {
    return this.#text.value;
  }

  set value(words) {
    this.#text.value = words;
    this.#fit();
  }

  /** @param {string} words the accessible name of the box */
  set label(words) {
    this.#text.setAttribute("aria-label", words);
  }

  /** @param {"photo"|null|undefined} what what the town waits for, besides words and taps */
  set expects(what) {
    const focused = this.#snap === document.activeElement;
    this.#snap.hidden = what !== "photo";
    if (focused && this.#snap.hidden) this.focus();
  }

  focus() {
    this.#text.focus();
  }

  #fit() {
    this.#text.style.height = "auto";
    this.#text.style.height = `${this.#text.scrollHeight + 2}px`;
    this.#send.classList.toggle("ready", this.#text.value.trim() !== "");
  }
}
