/**
 * A resident's own chat: one phone that fills the page.
 * @module
 */
import { Phone } from "./phone.js";
import { partsOf } from "./dom.js";

const section = document.querySelector(".phone");
const phone = new Phone(section, document.querySelector("h1").textContent);
phone.open({ account: section.dataset.phone, base: section.dataset.base });

const { menu, leave } = partsOf(document.querySelector(".chat-bar"));
// The next person at this screen must not find, nor send, what this one left unsent.
leave.addEventListener("submit", () => phone.forget());

document.addEventListener("click", (event) => {
  if (!menu.contains(event.target)) menu.open = false;
});
menu.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
