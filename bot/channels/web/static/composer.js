/**
 * Where a person writes: Enter sends, Shift+Enter begins a line, the box grows with the text.
 * @module
 */
import { partsOf } from "./dom.js";

/** The box of one phone. */
export class Composer {
  #text;
  #send;

  /**
   * @param {HTMLElement} phone
   * @param {(text: string) => void} onSend
   */
  constructor(phone, onSend) {
    const { form, text, send } = partsOf(phone);
    this.#text = text;
    this.#send = send;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const words = text.value.trim();
      if (!words) return;
      this.value = "";
      onSend(words);
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

  focus() {
    this.#text.focus();
  }

  #fit() {
    this.#text.style.height = "auto";
    this.#text.style.height = `${this.#text.scrollHeight + 2}px`;
    this.#send.classList.toggle("ready", this.#text.value.trim() !== "");
  }
}
