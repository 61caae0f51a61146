/**
 * One phone: one chat of one account. Ties its log, its box, its queue and its socket together.
 * @module
 */
import { Api, ApiError } from "./api.js";
import { Asides } from "./asides.js";
import { Composer } from "./composer.js";
import { partsOf } from "./dom.js";
import { Live } from "./live.js";
import { Log } from "./log.js";
import { Notices } from "./notices.js";
import { asPhoto } from "./picture.js";
import { Queue, freshId, refusalOf } from "./queue.js";
import { Seen } from "./seen.js";
import { t } from "./strings.js";

/** What each account wrote and did not send, while its chat is not shown. */
const drafts = new Map();

/** A phone of the page. */
export class Phone {
  #parts;
  #log;
  #notices;
  #composer;
  #on;
  #api = null;
  #queue = null;
  #asides = null;
  #live = null;
  #seen = null;
  #rev = -1;
  #fetching = false;
  #slowed = false;

  /**
   * @param {HTMLElement} section the phone's element
   * @param {string} town the name that speaks
   * @param {{frame?(frame: object): void, news?(): void, changed?(): void, lost?(status: number): void}} [on] `frame`: one that is not
   *   about messages; `news`: the town said something; `changed`: it changed something that
   *   it had said; `lost`: this chat cannot be had (401: signed out)
   */
  constructor(section, town, on = {}) {
    this.section = section;
    this.#on = on;
    this.#parts = partsOf(section);
    this.#notices = new Notices(section);
    this.#composer = new Composer(section, {
      words: (text) => this.send(text),
      photo: (file) => this.#sendPhoto(file),
    });
    this.#log = new Log(section, town, {
      earlier: () => this.#earlier(),
      busy: () => this.#busy(),
      over: (message) => this.#asides.over(message),
    });
    section.addEventListener("click", (event) => this.#clicked(event));
    this.#parts.log.addEventListener("keydown", (event) => event.key === "Escape" && this.#composer.focus());
    addEventListener("online", () => this.#queue?.flush());
    this.#parts.log.addEventListener("scroll", () => this.#seen?.look(), { passive: true });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) return;
      this.#queue?.flush();
      this.#seen?.look();
    });
    addEventListener("storage", (event) => event.key?.startsWith("townbell:queue:") && this.#showQueue());
  }

  /** The account whose chat is open, as the page writes it. */
  get account() {
    return this.section.dataset.phone;
  }

  /**
   * Open an account's chat, and close the one before.
   * @param {{account: string, base: string, name?: string}} whom `name`: the person's, where there are several
   */
  open({ account, base, name }) {
    this.close();
    Object.assign(this.section.dataset, { phone: account, base });
    if (name) this.rename(name);
    this.#composer.value = drafts.get(account) ?? "";
    this.#composer.expects = null;
    this.#api = new Api(base);
    this.#asides = new Asides(account);
    this.#seen = new Seen(this.#parts.log, () => this.#log.shown, (message) => new Api(base).seen(message));
    this.#queue = new Queue(account, (kind, body) => this.#post(account, base, kind, body), {
      answered: (item, answer) => this.#answered(item, answer),
      refused: (item, error) => this.#refused(item, error),
      waiting: (item, seconds) => this.#waiting(item, seconds),
      signedOut: () => this.#lost(401),
    });
    this.#showQueue();
    this.#queue.flush();
    this.#live = new Live({
      prepare: () => this.#prepare(),
      url: () => this.#api.liveUrl(this.#rev),
      frame: (frame) => this.#frame(frame),
      line: (up) => this.#showLine(up),
      lost: (status) => this.#lost(status),
    });
  }

  /** @param {string} name whose phone it is */
  rename(name) {
    this.section.setAttribute("aria-label", t("phoneOf", { name }));
    this.#parts.log.setAttribute("aria-label", t("chatOf", { name }));
    this.#composer.label = t("writeAs", { name });
  }

  /** Close the chat. What waits to be sent stays in the queue. */
  close() {
    if (this.account) drafts.set(this.account, this.#composer.value);
    this.#live?.close();
    this.#queue?.close();
    this.#seen?.close();
    this.#rev = -1;
    this.#fetching = false;
    this.#log.clear();
    this.#notices.clear();
    this.#showLine(true);
    this.#parts["signed-out"].hidden = true;
    this.#parts.desk.hidden = false;
  }

  /** Forget what waits to be sent, and what was said to this page alone: the person signs out. */
  forget() {
    this.#queue?.clear();
    this.#asides?.clear();
  }

  /** @param {string} text */
  send(text) {
    this.#sendItem("messages", { text });
  }

  async #sendPhoto(file) {
    const queue = this.#queue; // another chat may be open by the time it is small
    const photo = await asPhoto(file).catch(() => null);
    if (photo) this.#sendItem("pictures", { photo }, queue);
    else this.#notices.toast(t("notAPhoto"));
  }

  #sendItem(kind, content, queue = this.#queue) {
    const id = freshId();
    const item = { id, kind, body: { id, ...content } };
    if (queue === this.#queue) this.#log.addPending(item);
    queue.add(item);
  }

  #tap(message, data) {
    const id = freshId();
    this.#notices.hush();
    this.#queue.add({ id, kind: "taps", body: { id, message, data } });
    this.#log.refreshBusy();
  }

  /** Posts go to the account that wrote them, whoever's chat is open by then. */
  #post(account, base, kind, body) {
    if (this.account === account && kind !== "taps") this.#log.setPending(body.id, "sending");
    return new Api(base).post(kind, body);
  }

  /** Before each dial: the history at first; later, whether this is still the chat that we know. */
  async #prepare() {
    const api = this.#api;
    const first = this.#rev < 0;
    const history = await api.history(first ? {} : { limit: 1 });
    if (api !== this.#api) return;
    this.#composer.expects = history.expects;
    if (!first && history.rev >= this.#rev) return;
    // Fewer revisions than we have seen: the town began anew.
    const whole = first ? history : await api.history();
    if (api !== this.#api) return;
    this.#rev = whole.rev;
    this.#log.begin(whole);
    this.#seen.look();
    this.#showQueue();
  }

  #frame(frame) {
    if (frame.rev !== undefined) this.#rev = Math.max(this.#rev, frame.rev);
    if (frame.type === "messages") {
      this.#composer.expects = frame.expects;
      if (this.#log.upsert(frame.messages)) this.#on.news?.();
      else this.#on.changed?.();
      this.#seen.look();
    } else if (frame.type === "gone") {
      this.#log.remove(frame.ids);
    } else {
      this.#on.frame?.(frame);
    }
  }

  async #earlier() {
    if (this.#fetching) return;
    this.#fetching = true;
    this.#parts.earlier.setAttribute("aria-busy", "true");
    const api = this.#api;
    try {
      const history = await api.history({ before: this.#log.oldest });
      if (api === this.#api) this.#log.prepend(history);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (api !== this.#api) return;
      if (error.status === 401) this.#lost(401);
      else this.#notices.toast(t("earlierFailed"));
    } finally {
      if (api === this.#api) this.#fetching = false;
      this.#parts.earlier.removeAttribute("aria-busy");
    }
  }

  /** Which messages have a tap that waits for its answer. */
  #busy() {
    const taps = (this.#queue?.items() ?? []).filter((item) => item.kind === "taps");
    return new Map(taps.map(({ body }) => [body.message, body.data]));
  }

  #showQueue() {
    for (const item of this.#queue?.items() ?? []) if (item.kind !== "taps") this.#log.addPending(item);
    this.#log.refreshBusy();
  }

  #answered(item, answer) {
    this.#quicken();
    this.#log.refresh(this.#asides.keep(answer?.asides ?? []));
    if (item.kind === "taps") this.#log.refreshBusy();
    else this.#log.setPending(item.id, "sent");
    const toast = answer?.toast;
    if (toast?.alert) this.#notices.alert(toast.text);
    else if (toast?.text) this.#notices.toast(toast.text);
  }

  #refused(item, error) {
    this.#quicken();
    if (item.kind === "taps") {
      this.#log.refreshBusy();
      this.#notices.toast(t(error.status === 404 || error.status === 409 ? "gone" : "refused"));
    } else {
      this.#log.setPending(item.id, refusalOf(item, error));
    }
  }

  #waiting(_item, seconds) {
    this.#showWaiting();
    if (!seconds) return;
    this.#slowed = true;
    this.#notices.toast(t("slowDown", { seconds }));
  }

  /** The server takes posts again: "one moment" no longer holds. */
  #quicken() {
    if (this.#slowed) this.#notices.hush();
    this.#slowed = false;
  }

  #showWaiting() {
    for (const item of this.#queue.items()) if (!item.refused) this.#log.setPending(item.id, "waiting");
  }

  #showLine(up) {
    this.#parts.line.firstElementChild.hidden = up;
    if (up) this.#queue?.flush();
  }

  #lost(status) {
    if (status === 401) {
      this.#live.close();
      this.#queue.close();
      this.#showLine(true);
      this.#showWaiting();
      this.#parts.loading.hidden = true;
      this.#parts["signed-out"].hidden = false;
      this.#parts.desk.hidden = true;
    }
    this.#on.lost?.(status);
  }

  #clicked(event) {
    const key = event.target.closest("[data-data], [data-command], [data-mend]");
    if (!key || key.getAttribute("aria-disabled") === "true" || !this.#queue) return;
    const { data, command, mend } = key.dataset;
    if (data !== undefined) this.#tap(Number(key.closest("[data-message-id]").dataset.messageId), data);
    else if (command !== undefined) this.send(command);
    else this.#mend(key.closest("[data-pending-id]").dataset.pendingId, mend);
  }

  /** A message that the server refused: send it again, take it back into the box, or let it go. */
  #mend(id, how) {
    const item = this.#queue.items().find((one) => one.id === id);
    this.#queue.drop(id);
    this.#log.removePending(id);
    if (item && how === "again") this.#sendItem(item.kind, { text: item.body.text, photo: item.body.photo });
    else if (item && how === "change") this.#composer.value = `${this.#composer.value}\n${item.body.text}`.trim();
    this.#composer.focus();
  }
}
