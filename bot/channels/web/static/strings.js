/**
 * The page's words, which the server wrote into it in the reader's language (templates/_strings.html).
 * @module
 */

const words = JSON.parse(document.getElementById("strings").textContent);

/** The reader's language, for numbers. */
export const language = document.documentElement.lang || "en";

/**
 * The words for `key`, with each `{name}` filled in.
 * @param {string} key
 * @param {Record<string, string|number>} [values]
 * @returns {string} the key itself where the page has no such words, so that a gap is seen and nothing breaks
 */
export function t(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
