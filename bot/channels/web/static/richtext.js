/**
 * The town's words as nodes. What comes in is the Bot API's HTML subset; what comes out holds only the elements below,
 * built anew, with no attribute but a checked link: nothing that was sent is ever parsed into the page itself.
 * @module
 */
import { make } from "./dom.js";

/** Tags that are kept, and what each becomes. */
const KEPT = {
  B: "b", STRONG: "b", I: "i", EM: "i", U: "u", INS: "u", S: "s", STRIKE: "s", DEL: "s",
  CODE: "code", PRE: "pre", BLOCKQUOTE: "blockquote", A: "a", BR: "br",
};
const BLOCKS = new Set(["PRE", "BLOCKQUOTE"]);
/** Tags whose text is not meant to be read. */
const DROPPED = new Set(
  "SCRIPT STYLE TEMPLATE IFRAME OBJECT NOSCRIPT TITLE TEXTAREA SVG MATH".split(" "),
);
const LINKS = new Set(["http:", "https:", "tg:"]);
/** An address, or a command such as /week that stands by itself. */
const ADDRESS = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])/;
const COMMAND = /(?<![\p{L}\p{N}_/:.-])(\/[a-z][a-z0-9_]{1,31})(?![\p{L}\p{N}_/-])/u;
/** A bar of blocks, full ones before empty ones. */
const BAR = /(▓*░+|▓+)/;
const LIVELY = new RegExp(`${ADDRESS.source}|${COMMAND.source}|${BAR.source}`, "gu");

/**
 * A link's address, where it is one that may be followed.
 * @param {string|null} address
 * @returns {string|null}
 */
export function safeLink(address) {
  try {
    const url = new URL(address);
    return LINKS.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** @param {string} href a checked address */
function link(href) {
  return make("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" });
}

/**
 * A bar as a drawn one: the blocks look coarse in many fonts, and are a mouthful to a screen reader. What they say
 * stands beside them in numbers.
 * @param {string} blocks
 */
function bar(blocks) {
  const drawn = make("span", { class: "bar", "aria-hidden": "true" });
  drawn.style.setProperty("--done", String(blocks.replaceAll("░", "").length / blocks.length));
  return drawn;
}

/**
 * Plain text, with addresses as links, commands as buttons that send them, and bars drawn.
 * @param {string} text
 * @returns {DocumentFragment}
 */
export function plainText(text) {
  const made = document.createDocumentFragment();
  let done = 0;
  for (const match of text.matchAll(LIVELY)) {
    const [whole, address, command, blocks] = match;
    const href = address && safeLink(address);
    if (!href && !command && !blocks) continue;
    made.append(text.slice(done, match.index), blocks ? bar(blocks) : lively(whole, href));
    done = match.index + whole.length;
  }
  made.append(text.slice(done));
  return made;
}

/** @param {string} whole @param {string|null} href a checked address; a command without one */
function lively(whole, href) {
  const made = href ? link(href) : make("button", { type: "button", class: "command", "data-command": whole });
  made.textContent = whole;
  return made;
}

/** A block begins and ends its own line, so one newline on either side of it is not shown. */
function unpadded(node) {
  let text = node.data;
  if (BLOCKS.has(node.previousSibling?.nodeName)) text = text.replace(/^\n/, "");
  if (BLOCKS.has(node.nextSibling?.nodeName)) text = text.replace(/\n$/, "");
  return text;
}

/** Copy what may be kept of `from`'s children to `to`; `verbatim` inside code and links. */
function copy(from, to, verbatim) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) {
      const text = unpadded(node);
      to.append(verbatim ? text : plainText(text));
    } else if (node.nodeType === Node.ELEMENT_NODE && !DROPPED.has(node.nodeName.toUpperCase())) {
      const tag = KEPT[node.nodeName];
      const href = tag === "a" ? safeLink(node.getAttribute("href")) : null;
      const kept = tag === "a" ? href && link(href) : tag && make(tag);
      if (kept) to.append(kept);
      copy(node, kept || to, verbatim || tag === "a" || tag === "code" || tag === "pre");
    }
  }
}

/**
 * The Bot API's HTML subset as nodes.
 * @param {string} html
 * @returns {DocumentFragment}
 */
export function richText(html) {
  const made = document.createDocumentFragment();
  copy(new DOMParser().parseFromString(`<body>${html}`, "text/html").body, made, false);
  return made;
}
