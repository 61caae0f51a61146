/**
 * One phone's way to the server.
 * @module
 */

import { bytesOf } from "./picture.js";

/** How long a post may take before it counts as failed and is tried again with the same id, in ms. */
const PATIENCE = 20_000;
const PATIENCE_WITH_PHOTOS = 90_000;

/** An answer other than 200, or none at all (`status` 0: the network, or an answer cut short). */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {number} [retryAfter] seconds to wait, for 429
   */
  constructor(status, retryAfter = 0) {
    super(`HTTP ${status}`);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** Whether trying the same again can help. */
  get passing() {
    return this.status === 0 || this.status === 408 || this.status >= 500;
  }
}

/**
 * Fetch JSON from our own server.
 * @param {string} url
 * @param {{body?: object|Blob, patience?: number}} [options] with a body it is a POST, of JSON or of a file;
 *   `patience` in ms, 0 for no limit
 * @returns {Promise<any>}
 * @throws {ApiError}
 */
export async function fetchJson(url, { body, patience = PATIENCE } = {}) {
  const init = { headers: { Accept: "application/json" }, credentials: "same-origin", cache: "no-store" };
  if (patience) init.signal = AbortSignal.timeout(patience);
  if (body) {
    init.method = "POST";
    const file = body instanceof Blob;
    init.body = file ? body : JSON.stringify(body);
    // A page of another origin cannot set this header: it shows the server that the post is ours.
    Object.assign(init.headers, { "Content-Type": file ? body.type : "application/json", "X-Townbell": "1" });
  }
  let response;
  try {
    response = await fetch(url, init);
    if (response.ok) return await response.json();
  } catch {
    throw new ApiError(0);
  }
  throw new ApiError(response.status, Number(response.headers.get("Retry-After")) || 0);
}

/** The calls of one phone: `base` is "/chat/me", or "/chat/<account>" in the sample town. */
export class Api {
  /** @param {string} base */
  constructor(base) {
    this.base = base;
  }

  /**
   * A stretch of the history, oldest first.
   * @param {{before?: number, limit?: number}} [options] `before`: only messages older than this id
   * @returns {Promise<{messages: object[], rev: number, more: boolean, expects: "photo"|null}>}
   */
  history({ before, limit = 50 } = {}) {
    const query = new URLSearchParams({ limit: String(limit) });
    if (before !== undefined) query.set("before", String(before));
    return fetchJson(`${this.base}/messages?${query}`);
  }

  /**
   * Post a message, a tap or a picture (`body.photo`, a data URL).
   * @param {"messages"|"taps"|"pictures"} kind
   * @param {object} body with its own `id`: the server takes the same id once, however often it comes
   * @returns {Promise<{toast: {text: string, alert: boolean}|null, asides: import("./asides.js").Aside[]}>}
   */
  post(kind, body) {
    if (kind !== "pictures") return fetchJson(`${this.base}/${kind}`, { body });
    const url = `${this.base}/pictures?id=${encodeURIComponent(body.id)}`;
    return fetchJson(url, { body: bytesOf(body.photo), patience: PATIENCE_WITH_PHOTOS });
  }

  /**
   * Tell up to which message this page has shown what is there.
   * @param {number} message
   * @returns {Promise<object>}
   */
  seen(message) {
    return fetchJson(`${this.base}/seen`, { body: { message } });
  }

  /**
   * The live socket's address.
   * @param {number} after the last revision seen
   * @returns {string}
   */
  liveUrl(after) {
    const url = new URL(`${this.base}/live?after=${after}`, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    return url.href;
  }
}
