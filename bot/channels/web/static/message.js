/**
 * One message as an element.
 * @module
 */
import { make } from "./dom.js";
import { richText, safeLink } from "./richtext.js";
import { language, t } from "./strings.js";

/**
 * @typedef {object} Message
 * @property {number} id
 * @property {"me"|"town"} from
 * @property {string|null} client_id the id that the browser gave it, for a message from me
 * @property {string} at ISO, in the town's zone
 * @property {string} time as shown
 * @property {string} day as shown
 * @property {string} [html] the town's words
 * @property {string} [text] mine; empty with a photo of mine
 * @property {{url: string, alt: string}|null} photo
 * @property {{url: string, name: string, size: number}|null} document
 * @property {({text: string, data: string}|{text: string, url: string})[][]} [buttons]
 * @property {boolean} edited
 * @property {boolean} [aside] these are words that this page alone was told (asides.js)
 */

/** A label that says that it is chosen, or settled: "✓ Baking", "2. ✓ Thandi". */
const CHOSEN = /^(\d+\. )?✓ /u;
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

/** @param {number} size in bytes */
function formatSize(size) {
  const step = Math.min(Math.floor(Math.log10(Math.max(size, 1)) / 3), UNITS.length - 1);
  const format = { style: "unit", unit: UNITS[step], unitDisplay: "short", maximumFractionDigits: step ? 1 : 0 };
  return new Intl.NumberFormat(language, format).format(size / 1000 ** step);
}

/** An address of our own server, or an image inside the page; anything else is not fetched. */
function ownAddress(address) {
  const url = new URL(address, location.href);
  return url.origin === location.origin || /^(blob:|data:image\/)/.test(url.href) ? url.href : null;
}

/** @param {{url: string, alt: string}} photo */
function renderPhoto(photo) {
  const href = ownAddress(photo.url);
  if (!href) return make("p", { class: "photo-gone" }, photo.alt || t("photo"));
  const image = make("img", { src: href, alt: photo.alt || t("photo"), loading: "lazy", decoding: "async" });
  return make("a", { class: "photo", href, target: "_blank", rel: "noopener" }, image);
}

/** @param {{url: string, name: string, size: number}} file */
function renderDocument(file) {
  const name = make("span", { class: "file-name" }, file.name || t("document"));
  const size = make("span", { class: "file-size" }, formatSize(file.size));
  return make("a", { class: "file", href: ownAddress(file.url), download: file.name || true }, name, size);
}

/** @param {{text: string, data?: string, url?: string}} button */
function renderButton(button) {
  if (button.data !== undefined) {
    const looks = CHOSEN.test(button.text) ? "key chosen" : "key";
    return make("button", { type: "button", class: looks, "data-data": button.data, dir: "auto" }, button.text);
  }
  const href = safeLink(button.url);
  const hint = make("span", { class: "visually-hidden" }, ` (${t("newWindow")})`);
  const rel = "noopener noreferrer";
  return make("a", { class: "key leads-out", href, target: "_blank", rel, dir: "auto" }, button.text, hint);
}

/** @param {Message["buttons"]} rows */
function renderKeyboard(rows) {
  const keyboard = make("div", { class: "keyboard" });
  for (const row of rows) keyboard.append(make("div", { class: "keys" }, ...row.map(renderButton)));
  return keyboard;
}

/** The line under a message: when, and whether it was changed. */
function renderFoot(message) {
  const foot = make("p", { class: "foot" });
  if (message.aside) foot.append(make("span", { class: "only-here" }, t("onlyHere")), " ");
  // A screen with buttons changes with every tap: that is not worth a word.
  if (message.edited && !message.buttons?.length) foot.append(make("span", { class: "edited" }, t("edited")), " ");
  foot.append(make("time", { datetime: message.at }, message.time));
  return foot;
}

/**
 * A message as an `<article data-message-id>`, its day above it (hidden until the log finds that a day begins here).
 * Clicks are the log's business: a button carries what it sends in `data-data` or `data-command`.
 * @param {Message} message
 * @param {string} town the name that speaks
 * @returns {HTMLElement}
 */
export function renderMessage(message, town) {
  const mine = message.from === "me";
  const speaker = make("span", { class: "visually-hidden" }, `${mine ? t("you") : town}: `);
  const bubble = make("div", { class: "bubble" }, speaker);
  if (message.photo) bubble.append(renderPhoto(message.photo));
  if (message.document) bubble.append(renderDocument(message.document));
  const words = mine ? document.createTextNode(message.text ?? "") : richText(message.html ?? "");
  if (message.text || message.html) {
    bubble.append(make("div", { class: "text", dir: "auto", "data-testid": "message-text" }, words));
  }
  bubble.append(renderFoot(message));
  const article = make("article", {
    class: `message ${mine ? "me" : "town"}${message.aside ? " aside" : ""}`,
    "data-message-id": String(message.id),
    "data-day": message.day,
    "data-client-id": message.client_id,
    "data-testid": "message",
  });
  article.append(make("h2", { class: "day", hidden: true }, message.day), bubble);
  if (message.buttons?.length) article.append(renderKeyboard(message.buttons));
  return article;
}

/**
 * A message of mine that the server does not have yet.
 * @param {string} id the browser's own
 * @param {{text?: string, photo?: string}} body
 * @returns {HTMLElement}
 */
export function renderPending(id, { text, photo }) {
  const attributesOfText = { class: "text", dir: "auto", "data-testid": "message-text" };
  const words = photo ? renderPhoto({ url: photo, alt: "" }) : make("div", attributesOfText, text);
  const foot = make("p", { class: "foot", "data-testid": "pending-state" }, t("sending"));
  const speaker = make("span", { class: "visually-hidden" }, `${t("you")}: `);
  const attributes = { class: "message me", "data-pending-id": id, "data-state": "sending", "data-testid": "pending" };
  return make("article", attributes, make("div", { class: "bubble" }, speaker, words, foot));
}
