/**
 * What the town said to this page alone: a secret ballot paper. The chat keeps something else in its place, which every
 * other page shows, so that nobody who reads the town's database learns what was said. This device keeps it, and shows
 * it again after a reload.
 * @module
 */
import { Shelf } from "./shelf.js";

/** How long one is kept, in ms, and how many of one account: longer than a poll is open, more than anybody has. */
const KEPT = 90 * 86_400_000;
const MOST = 60;
const SHELF = "townbell:asides:";

/**
 * @typedef {object} Aside
 * @property {number} message the id of the message that it is shown in place of
 * @property {string} html
 * @property {({text: string, data: string}|{text: string, url: string})[][]} buttons
 * @property {number} [since] when this page heard it, in ms
 * @property {string} [over] which state of the message it stands over, once that is known
 */

/** Which state of a message this is: what the town says later in its place counts again, and so does another's. */
const stateOf = (message) => `${message.at} ${message.rev}`;

const isFresh = (aside) => aside.since > Date.now() - KEPT;

/** Take what is too old from every account's shelf: nobody may ever open that chat here again. */
function tidy() {
  try {
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith(SHELF)) continue;
      const shelf = new Shelf(key);
      const kept = shelf.read();
      if (!kept.every(isFresh)) shelf.write(kept.filter(isFresh));
    }
  } catch {
    // The browser keeps nothing: there is nothing to tidy.
  }
}

/** One account's, on this device. */
export class Asides {
  #shelf;
  #heard;

  /** @param {string} account */
  constructor(account) {
    tidy();
    this.#shelf = new Shelf(SHELF + account);
    this.#heard = new Map(this.#shelf.read().map((aside) => [aside.message, aside]));
  }

  /**
   * Keep what an answer brought, in place of what was said aside about the same messages.
   * @param {Aside[]} asides
   * @returns {number[]} the ids of the messages that look different now
   */
  keep(asides) {
    for (const aside of asides) {
      this.#heard.delete(aside.message); // the latest comes last
      this.#heard.set(aside.message, { ...aside, since: Date.now() });
      if (this.#heard.size > MOST) this.#heard.delete(this.#heard.keys().next().value);
    }
    if (asides.length) this.#write();
    return asides.map((aside) => aside.message);
  }

  /**
   * A message as this page shows it.
   * @template {import("./message.js").Message} T
   * @param {T} message
   * @returns {T & {aside?: boolean}}
   */
  over(message) {
    const aside = this.#heard.get(message.id);
    if (!aside) return message;
    if (aside.over === undefined) {
      aside.over = stateOf(message);
      this.#write();
    } else if (aside.over !== stateOf(message)) {
      this.#heard.delete(message.id);
      this.#write([message.id]);
      return message;
    }
    return { ...message, html: aside.html, buttons: aside.buttons, aside: true };
  }

  /** Forget everything: the person signs out. */
  clear() {
    this.#heard.clear();
    this.#shelf.write([]);
  }

  /** Write down what this page heard, beside what other pages of the same chat did. @param {number[]} [gone] */
  #write(gone = []) {
    const others = this.#shelf.read().filter(({ message }) => !this.#heard.has(message) && !gone.includes(message));
    this.#shelf.write([...others, ...this.#heard.values()].slice(-MOST));
  }
}
