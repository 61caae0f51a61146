/**
 * The check-in page: the code of this minute and how many are there, as the server says. Its clock counts, not ours.
 * @module
 */
import { partsOf } from "./dom.js";

/** How often to ask, in ms: people see at once that they were counted. */
const EVERY = 4_000;

/** After the minute has changed, in ms, so that the server's clock has surely passed it. */
const AFTER = 150;

/** How long an answer may take, in ms. */
const PATIENCE = 8_000;

/** For how long a code may stay without an answer, in ms: it is good for a minute after its own. */
const STAYS = 60_000;

const board = document.querySelector(".board");
const parts = partsOf(board);
let heard = performance.now();

/** Change only what is another one now, so that nothing flickers and no reader is told twice. */
function put(part, words) {
  if (part.textContent.trim() !== words) part.textContent = words;
  part.hidden = !words;
}

/** @param {{state: string, code: string, qr: string, note: string, count: string}} shows */
function show({ state, code, qr, note, count }) {
  board.dataset.state = state;
  put(parts.code, code);
  put(parts.note, note);
  put(parts.count, count);
  if (qr && parts.qr.getAttribute("src") !== qr) parts.qr.src = qr;
  parts.qr.hidden = !qr;
  parts.line.hidden = true;
}

/** Without an answer an old code would be shown for good: better none. */
function miss() {
  if (performance.now() - heard < STAYS) return;
  for (const part of [parts.code, parts.qr, parts.note, parts.count]) part.hidden = true;
  parts.line.hidden = false;
}

async function renew() {
  let wait = EVERY;
  try {
    const answer = await fetch(board.dataset.source, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.status === 404) location.reload(); // the day is over, and so is this address
    else if (answer.ok) {
      const shows = await answer.json();
      heard = performance.now();
      show(shows);
      wait = Math.min(EVERY, shows.changes_in + AFTER);
    } else miss();
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof DOMException || error instanceof SyntaxError)) throw error;
    miss();
  }
  setTimeout(renew, wait);
}

setTimeout(renew, 1_000);
document.addEventListener("visibilitychange", () => document.hidden || miss());
