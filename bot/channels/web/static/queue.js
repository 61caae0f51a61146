/**
 * What a person wrote or tapped, until the server has it: kept across reloads, sent in order, each under the id that it
 * was born with.
 * @module
 */
import { ApiError } from "./api.js";
import { Shelf } from "./shelf.js";

const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;

/**
 * @typedef {object} Item
 * @property {string} id
 * @property {"messages"|"taps"|"pictures"} kind
 * @property {object} body what is posted; its `id` is the item's
 * @property {string} [refused] why the server will not take it ("tooLong", "refused"): it waits for the person
 */

/** A fresh id. `crypto.randomUUID` is missing on plain http beyond this machine. */
export function freshId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/**
 * Why the server will not take an item. Only words can be sent in parts.
 * @param {Item} item
 * @param {ApiError} error
 * @returns {"tooLong"|"refused"}
 */
export function refusalOf(item, error) {
  return error.status === 413 && item.kind === "messages" ? "tooLong" : "refused";
}

/** Run `work` while no other tab works on the same queue. */
function alone(name, work) {
  return navigator.locks ? navigator.locks.request(name, work) : work();
}

/** One account's posts that wait for the server. */
export class Queue {
  #shelf;
  #post;
  #on;
  #wait = FIRST_WAIT;
  #timer = 0;
  #sending = false;
  #notBefore = 0;
  #closed = false;

  /**
   * @param {string} account whose queue it is: another person's sign-in never sends it
   * @param {(kind: string, body: object) => Promise<any>} post
   * @param {{answered(item: Item, answer: any): void, refused(item: Item, error: ApiError): void,
   *   waiting(item: Item, seconds: number): void, signedOut(): void}} on `seconds` is 0 while the network is away
   */
  constructor(account, post, on) {
    this.#shelf = new Shelf(`townbell:queue:${account}`);
    this.#post = post;
    this.#on = on;
  }

  /** @returns {Item[]} oldest first */
  items() {
    return this.#shelf.read();
  }

  /** @param {Item} item */
  add(item) {
    this.#shelf.write([...this.items(), item]);
    this.flush();
  }

  /** @param {string} id */
  drop(id) {
    this.#shelf.write(this.items().filter((item) => item.id !== id));
  }

  /** Forget everything: the person signs out. */
  clear() {
    this.close();
    this.#shelf.write([]);
  }

  /** Send no more; what is left stays for the next page. */
  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** Send whatever waits, now; or as soon as the server asked to wait for. */
  async flush() {
    if (this.#sending || this.#closed || Date.now() < this.#notBefore) return;
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#sending = true;
    try {
      await alone(this.#shelf.key, () => this.#drain());
    } finally {
      this.#sending = false;
    }
    if (!this.#timer && this.#next()) this.flush(); // added while the last answer was coming in
  }

  #next() {
    return this.#closed ? undefined : this.items().find((item) => !item.refused);
  }

  async #drain() {
    for (let item = this.#next(); item; item = this.#next()) {
      if (!(await this.#send(item))) return;
    }
  }

  /** @returns {Promise<boolean>} whether the next one may go */
  async #send(item) {
    try {
      const answer = await this.#post(item.kind, item.body);
      this.#wait = FIRST_WAIT;
      this.drop(item.id);
      if (!this.#closed) this.#on.answered(item, answer);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return !this.#closed && this.#failed(item, error);
    }
  }

  #failed(item, error) {
    if (error.status === 401) {
      this.close();
      this.#on.signedOut();
      return false;
    }
    if (error.status === 429 || error.passing) {
      const slow = error.status === 429;
      const wait = slow ? Math.max(error.retryAfter, 1) * 1000 : this.#wait;
      if (slow) this.#notBefore = Date.now() + wait - 50; // timers may run a little early
      else this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
      this.#timer = setTimeout(() => this.flush(), wait);
      this.#on.waiting(item, slow ? Math.ceil(wait / 1000) : 0);
      return false;
    }
    if (item.kind === "taps") this.drop(item.id);
    else this.#refuse(item.id, refusalOf(item, error));
    this.#on.refused(item, error);
    return true;
  }

  #refuse(id, reason) {
    this.#shelf.write(this.items().map((item) => (item.id === id ? { ...item, refused: reason } : item)));
  }
}
