/**
 * The live socket: dials again by itself, at once when the network or the reader comes back.
 * @module
 */
import { ApiError } from "./api.js";

const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;
/** A shorter break than this is not worth a word, in ms. */
const QUIET = 1_500;
/** A socket that slept longer than this with the page may be dead without knowing it, in ms. */
const DOZE = 30_000;
/** The server closes with this when the session has ended. */
const SIGNED_OUT = 4401;

/** One phone's socket. */
export class Live {
  #on;
  #socket = null;
  #dial = 0;
  #wait = FIRST_WAIT;
  #timer = 0;
  #quiet = 0;
  #hiddenAt = 0;
  #closed = false;

  /**
   * @param {{prepare(): Promise<void>, url(): string, frame(frame: object): void, line(up: boolean): void,
   *   lost(status: number): void}} on `prepare` runs before each dial. `lost`: 401 ends the line; after
   *   anything else that waiting alone may not mend (404: the town began anew) it goes on trying
   */
  constructor(on) {
    this.#on = on;
    addEventListener("online", this.#wake);
    document.addEventListener("visibilitychange", this.#wake);
    this.#connect();
  }

  /** Hang up for good. */
  close() {
    this.#closed = true;
    removeEventListener("online", this.#wake);
    document.removeEventListener("visibilitychange", this.#wake);
    clearTimeout(this.#timer);
    clearTimeout(this.#quiet);
    this.#hangUp();
  }

  #wake = () => {
    if (document.hidden) {
      this.#hiddenAt = Date.now();
      return;
    }
    const dozed = this.#hiddenAt && Date.now() - this.#hiddenAt > DOZE;
    this.#hiddenAt = 0;
    if (!dozed && this.#socket?.readyState === WebSocket.OPEN) return;
    this.#wait = FIRST_WAIT;
    this.#connect();
  };

  #hangUp() {
    this.#dial += 1;
    const socket = this.#socket;
    this.#socket = null;
    // One that is not open yet is closed when it is: browsers warn of anything sooner.
    if (socket?.readyState === WebSocket.CONNECTING) socket.addEventListener("open", () => socket.close());
    else socket?.close();
  }

  async #connect() {
    clearTimeout(this.#timer);
    this.#hangUp();
    const dial = this.#dial;
    try {
      await this.#on.prepare();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (dial === this.#dial) this.#unprepared(error);
      return;
    }
    if (dial === this.#dial && !this.#closed) this.#open();
  }

  #unprepared(error) {
    if (error.status === 401) this.close();
    else this.#again(error.retryAfter * 1000);
    if (!error.passing && error.status !== 429) this.#on.lost(error.status);
  }

  #open() {
    const socket = new WebSocket(this.#on.url());
    this.#socket = socket;
    socket.addEventListener("open", () => {
      if (socket !== this.#socket) return;
      clearTimeout(this.#quiet);
      this.#quiet = 0;
      this.#wait = FIRST_WAIT;
      this.#on.line(true);
    });
    socket.addEventListener("message", (event) => {
      if (socket === this.#socket) this.#on.frame(JSON.parse(event.data));
    });
    socket.addEventListener("close", (event) => {
      if (socket !== this.#socket) return;
      if (event.code === SIGNED_OUT) {
        this.close();
        this.#on.lost(401);
      } else {
        this.#again();
      }
    });
  }

  #again(atLeast = 0) {
    if (this.#closed) return;
    this.#quiet ||= setTimeout(() => this.#on.line(false), QUIET);
    this.#timer = setTimeout(() => this.#connect(), Math.max(this.#wait, atLeast));
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }
}
