/**
 * Copies a page's link at a tap. Without this script, the link stands in its field to be copied by hand.
 * @module
 */

const button = document.querySelector('[data-part="copy"]');
const address = document.querySelector('[data-part="address"]');
const said = document.querySelector('[data-part="said"]');
const SHOWN = 2000; // ms

if (navigator.clipboard) {
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(address.value);
    } catch {
      address.select(); // refused by the browser: it is one key away
      return;
    }
    button.textContent = said.textContent = button.dataset.done;
    setTimeout(() => {
      button.textContent = label;
      said.textContent = "";
    }, SHOWN);
  });
}
