/**
 * The sample town: three phones side by side, or one with a switcher on a narrow screen.
 * @module
 */
import { ApiError, fetchJson } from "./api.js";
import { Clock } from "./clock.js";
import { make, partsOf } from "./dom.js";
import { Phone } from "./phone.js";
import { t } from "./strings.js";

/** How soon a label such as "60 of 180 minutes" is read again after the town spoke, and a failed try made again, ms. */
const SOON = 1_200;
const AGAIN = 2_000;
/** Where this tab remembers whom it shows. */
const KEPT = "townbell:phones";

const page = partsOf(document.querySelector(".town-bar"));
const phonesRoot = document.querySelector("[data-part=phones]");
const tabs = [...document.querySelectorAll("[data-tab]")];
const clock = new Clock(page.clock, () => readPeopleSoon());
const town = document.querySelector("h1").textContent;
const phones = [...phonesRoot.querySelectorAll(".phone")].map(
  (section, slot) =>
    new Phone(section, town, {
      frame: (frame) => frame.type === "clock" && clock.show(frame),
      news: () => heard(slot),
      changed: () => readPeopleSoon(),
      lost: () => readPeopleSoon(),
    }),
);

/** @type {Map<string, {account: number, name: string, role: string, label: string}>} by account */
let people = new Map();
let soon = 0;

/** @param {string} name */
function initials(name) {
  const words = name.trim().split(/\s+/u);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends.map((word) => [...word][0] ?? "").join("").toLocaleUpperCase();
}

/** Whom the phones show at first: this tab's last choice, where all of them still live in the town. */
function chosen(defaults) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
    if (kept.length === phones.length && kept.every((account) => people.has(account))) return kept;
  } catch {
    // Storage is forbidden, or holds something else: begin with the town's own choice.
  }
  return defaults;
}

function remember() {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(phones.map((phone) => phone.account)));
  } catch {
    // Storage is forbidden: the next load begins with the town's own choice.
  }
}

/** Write the person's name, label and initials on a phone and its tab, and offer the commands of their role. */
function dress(slot) {
  const person = people.get(phones[slot].account);
  if (!person) return;
  const parts = partsOf(phones[slot].section);
  const tab = partsOf(tabs[slot]);
  const role = person.role.toLowerCase();
  for (const avatar of [parts.avatar, tab.avatar]) {
    avatar.textContent = initials(person.name);
    avatar.dataset.role = role;
  }
  for (const chip of phones[slot].section.querySelectorAll(".chip[data-role]")) {
    chip.hidden = chip.dataset.role !== role && role !== "mayor"; // a mayor can do what a coordinator can
  }
  parts.name.textContent = person.name;
  parts.label.textContent = person.label;
  tab.name.textContent = person.name.trim().split(/\s+/u)[0];
  tabs[slot].title = person.name;
  phones[slot].rename(person.name);
  fillSelect(parts.people, phones[slot].account);
}

/** Offer everybody; an open list is not disturbed unless it has changed. */
function fillSelect(select, account) {
  const options = [...people].map(([value, { name, label }]) => [value, label ? `${name} (${label})` : name]);
  const shown = JSON.stringify(options);
  if (select.dataset.shown !== shown) {
    select.dataset.shown = shown;
    select.replaceChildren(...options.map(([value, words]) => make("option", { value }, words)));
  }
  select.value = account;
}

function openChat(slot, account) {
  phones[slot].open({ account, base: `/chat/${account}`, name: people.get(account)?.name });
  dress(slot);
}

/** Give a phone to somebody; whoever holds another phone swaps with this one. */
function choose(slot, account) {
  const other = phones.findIndex((phone) => phone.account === account);
  const before = phones[slot].account;
  if (other === slot) return;
  if (other >= 0) phones[other].close(); // keeps its draft, which moves along
  openChat(slot, account);
  if (other >= 0) openChat(other, before);
  remember();
}

/** @returns {Promise<string[]|null>} the accounts of the first three phones; null where the town does not answer */
async function readPeople() {
  try {
    const answer = await fetchJson("/sample/people");
    people = new Map(answer.people.map((person) => [String(person.account), person]));
    return answer.phones.map(String);
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
}

/** Read the labels again, once, a little later: several things often happen together. */
function readPeopleSoon() {
  clearTimeout(soon);
  soon = setTimeout(async () => {
    const defaults = await readPeople();
    if (!defaults) return; // the phones show that the line is down; it is read again when the town speaks
    if (phones.every((phone) => people.has(phone.account))) {
      phones.forEach((_, slot) => dress(slot));
    } else {
      // The town began anew with other people.
      defaults.forEach((account, slot) => openChat(slot, account));
      remember();
    }
  }, SOON);
}

async function begin() {
  const defaults = await readPeople();
  page.notice.hidden = defaults !== null;
  page.notice.textContent = defaults ? "" : t("peopleFailed");
  if (defaults) chosen(defaults).forEach((account, slot) => openChat(slot, account));
  else setTimeout(begin, AGAIN);
}

/** On a narrow screen, the phone of `slot` is the one shown. */
function show(slot) {
  phonesRoot.dataset.shown = String(slot);
  tabs.forEach((tab, index) => tab.setAttribute("aria-pressed", String(index === slot)));
  setUnread(slot, false);
}

function setUnread(slot, unread) {
  const mark = partsOf(tabs[slot]).unread;
  mark.hidden = !unread;
  mark.firstElementChild.textContent = unread ? `, ${t("unread")}` : "";
}

/** The town spoke on a phone: its tab says so while another is shown, and the labels may have changed. */
function heard(slot) {
  if (phonesRoot.dataset.shown !== String(slot)) setUnread(slot, true);
  readPeopleSoon();
}

tabs.forEach((tab, slot) => tab.addEventListener("click", () => show(slot)));
phones.forEach((phone, slot) => {
  partsOf(phone.section).people.addEventListener("change", (event) => choose(slot, event.target.value));
});
begin();
