/**
 * A list in localStorage; in memory alone where the browser keeps nothing.
 * @module
 */

/** One list, under one key. */
export class Shelf {
  #memory = [];

  /** @param {string} key */
  constructor(key) {
    this.key = key;
  }

  /** @returns {any[]} */
  read() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.key) ?? "[]");
      return Array.isArray(kept) && (kept.length || !this.#memory.length) ? kept : this.#memory;
    } catch {
      return this.#memory;
    }
  }

  /** @param {any[]} items */
  write(items) {
    this.#memory = items;
    try {
      if (items.length) localStorage.setItem(this.key, JSON.stringify(items));
      else localStorage.removeItem(this.key);
      this.#memory = [];
    } catch {
      // Storage is full or forbidden: the list lives as long as the page.
    }
  }
}
