/**
 * The messages of one phone, in order, each shown once.
 * @module
 */
import { renderMessage, renderPending } from "./message.js";
import { make, partsOf } from "./dom.js";
import { Scroller } from "./scroller.js";
import { t } from "./strings.js";

const idOf = (element) => Number(element.dataset.messageId);

/** Put `fresh` in the place of `old`; a focus that was inside goes to the same button, or to the same place. */
function replace(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const place = focused && [...old.querySelectorAll(".key")].indexOf(focused);
  old.replaceWith(fresh);
  if (!focused) return;
  const keys = [...fresh.querySelectorAll(".key")];
  const same = keys.find((key) => key.dataset.data !== undefined && key.dataset.data === focused.dataset.data);
  const next = same ?? keys[place] ?? keys[0] ?? fresh.closest(".log");
  next.focus({ preventScroll: true });
}

/** The log of one phone. */
export class Log {
  #parts;
  #town;
  #on;
  #scroller;
  #more = false;
  /** What each element was made of, to be made again. */
  #madeOf = new WeakMap();

  /**
   * @param {HTMLElement} phone
   * @param {string} town the name that speaks
   * @param {{earlier(): void, busy(): Map<number, string>, over(message: object): object}} on `busy`: messages with an
   *   unanswered tap, and its data; `over`: a message with what is shown in its place
   */
  constructor(phone, town, on) {
    this.#parts = partsOf(phone);
    this.#town = town;
    this.#on = on;
    this.#scroller = new Scroller(this.#parts.log, this.#parts.pill, () => this.#more && on.earlier());
    this.#parts.earlier.addEventListener("click", () => on.earlier());
  }

  /** The id of the oldest message shown, if any. */
  get oldest() {
    const first = this.#parts.messages.firstElementChild;
    return first ? idOf(first) : undefined;
  }

  /** The id of the newest message, while its end is what is shown; 0 while the reader is elsewhere. */
  get shown() {
    const last = this.#parts.messages.lastElementChild;
    return last && this.#scroller.atEnd ? idOf(last) : 0;
  }

  /** Forget everything: another person's chat is about to open. */
  clear() {
    this.#parts.log.setAttribute("aria-busy", "true"); // what is filled in now is history, not news to read out
    this.#parts.messages.replaceChildren();
    this.#parts.pending.replaceChildren();
    this.#parts.loading.hidden = false;
    this.#parts.empty.hidden = true;
    this.#setMore(false);
  }

  /** @param {{messages: object[], more: boolean}} history the newest stretch */
  begin(history) {
    this.#parts.messages.replaceChildren();
    this.#setMore(history.more);
    for (const message of history.messages) this.#put(message);
    this.#parts.loading.hidden = true;
    this.#settle();
    this.#scroller.toEnd();
    requestAnimationFrame(() => this.#parts.log.removeAttribute("aria-busy"));
  }

  /** @param {{messages: object[], more: boolean}} history a stretch older than what is shown */
  prepend(history) {
    const hadFocus = document.activeElement === this.#parts.earlier;
    this.#parts.log.setAttribute("aria-busy", "true");
    this.#setMore(history.more);
    this.#scroller.holding(() => history.messages.forEach((message) => this.#put(message)));
    if (hadFocus && !history.more) this.#parts.log.focus({ preventScroll: true });
    requestAnimationFrame(() => this.#parts.log.removeAttribute("aria-busy"));
  }

  /**
   * New and changed messages.
   * @param {object[]} messages
   * @returns {boolean} whether the town said something new
   */
  upsert(messages) {
    let news = false;
    for (const message of messages) {
      // A change to something older than what is shown would leave a gap: it is fetched when the reader gets there.
      if (this.#more && this.oldest !== undefined && message.id < this.oldest) continue;
      const isNew = this.#put(message);
      news ||= isNew && message.from === "town";
    }
    this.#settle();
    this.#scroller.arrived(news);
    return news;
  }

  /** @param {number[]} ids */
  remove(ids) {
    for (const id of ids) {
      const element = this.#find(id);
      if (!element) continue;
      const after = element.nextElementSibling;
      if (element.contains(document.activeElement)) this.#parts.log.focus({ preventScroll: true });
      element.remove();
      if (after) this.#markDay(after);
    }
    this.#settle();
  }

  /** @param {number[]} ids messages that are to be shown anew: what is shown in their place has changed */
  refresh(ids) {
    for (const id of ids) {
      const element = this.#find(id);
      if (element) this.#put(this.#madeOf.get(element));
    }
    this.#scroller.arrived(false);
  }

  #find(id) {
    return this.#parts.messages.querySelector(`[data-message-id="${Number(id)}"]`);
  }

  /** @returns {boolean} whether the message was not there before */
  #put(message) {
    const fresh = renderMessage(this.#on.over(message), this.#town);
    this.#madeOf.set(fresh, message);
    const old = this.#find(message.id);
    if (old) {
      fresh.classList.add("changed");
      replace(old, fresh);
    } else {
      const all = this.#parts.messages;
      let before = all.lastElementChild;
      while (before && idOf(before) > message.id) before = before.previousElementSibling;
      if (before) before.after(fresh);
      else all.prepend(fresh);
    }
    if (message.client_id) this.#pending(message.client_id)?.remove();
    this.#markBusy(fresh);
    this.#markDay(fresh);
    if (fresh.nextElementSibling) this.#markDay(fresh.nextElementSibling);
    return !old;
  }

  /** A day is named above its first message. */
  #markDay(element) {
    const { day } = element.dataset;
    element.querySelector(".day").hidden = element.previousElementSibling?.dataset.day === day;
  }

  #setMore(more) {
    this.#more = more;
    this.#parts.earlier.hidden = !more;
  }

  #settle() {
    const { empty, loading, messages, pending } = this.#parts;
    empty.hidden = !loading.hidden || messages.childElementCount + pending.childElementCount > 0;
  }

  /** Show which buttons wait for an answer. They keep the focus, so they are not `disabled`. */
  refreshBusy() {
    const taps = this.#on.busy();
    for (const element of this.#parts.messages.children) this.#markBusy(element, taps);
  }

  #markBusy(element, taps) {
    const keyboard = element.querySelector(".keyboard");
    if (!keyboard) return;
    const tapped = (taps ?? this.#on.busy()).get(idOf(element));
    const busy = tapped !== undefined;
    keyboard.toggleAttribute("data-busy", busy);
    keyboard.setAttribute("aria-busy", String(busy));
    for (const key of keyboard.querySelectorAll("button")) {
      if (busy) key.setAttribute("aria-disabled", "true");
      else key.removeAttribute("aria-disabled");
      key.classList.toggle("pressed", busy && key.dataset.data === tapped);
    }
  }

  #pending(id) {
    return this.#parts.pending.querySelector(`[data-pending-id="${CSS.escape(id)}"]`);
  }

  /** @param {{id: string, body: {text: string}, refused?: string}} item a message of mine that waits for the server */
  addPending(item) {
    const arrived = this.#parts.messages.querySelector(`[data-client-id="${CSS.escape(item.id)}"]`);
    if (arrived || this.#pending(item.id)) return;
    this.#parts.pending.append(renderPending(item.id, item.body));
    if (item.refused) this.setPending(item.id, item.refused);
    this.#settle();
    this.#scroller.toEnd();
  }

  /**
   * @param {string} id
   * @param {"sending"|"waiting"|"sent"|"tooLong"|"refused"} state
   */
  setPending(id, state) {
    const element = this.#pending(id);
    if (!element) return;
    element.dataset.state = state;
    const foot = element.querySelector(".foot");
    const failed = state === "tooLong" || state === "refused";
    foot.textContent = failed ? `${t("notSent")} ${state === "tooLong" ? t("tooLong") : ""}` : t(state);
    element.querySelector(".mend")?.remove();
    if (!failed) return;
    const kind = { type: "button", class: "button small" };
    const button = (mend, word) => make("button", { ...kind, "data-mend": mend }, t(word));
    const mends = [button("remove", "remove")];
    if (!element.querySelector("img")) mends.unshift(button("change", "change"));
    if (state === "refused") mends.unshift(button("again", "sendAgain"));
    element.append(make("div", { class: "mend" }, ...mends));
    this.#scroller.arrived(true);
  }

  /** @param {string} id */
  removePending(id) {
    this.#pending(id)?.remove();
    this.#settle();
  }
}
