/**
 * Two small helpers for building and finding elements.
 * @module
 */

/**
 * Make an element.
 * @param {string} tag
 * @param {Record<string, string|boolean|null|undefined>} [attributes] false, null and undefined leave one out
 * @param {...(Node|string)} children
 * @returns {HTMLElement}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/**
 * The named parts (`data-part`) of a piece of the page, by name.
 * @param {ParentNode} root
 * @returns {Record<string, HTMLElement>}
 */
export function partsOf(root) {
  const found = {};
  for (const element of root.querySelectorAll("[data-part]")) found[element.dataset.part] ??= element;
  return found;
}
