/* Counts the seconds in which a bulletin can be taken back; the server says how many. */
"use strict";

(() => {
  const page = document.querySelector("[data-live-page]");
  if (!page) return;
  let leavesAt = null;

  const card = () => page.querySelector("[data-part='waiting'][data-seconds]");
  const read = () => {
    const seconds = Number(card()?.dataset.seconds);
    if (seconds > 0) leavesAt = Date.now() + seconds * 1000;
  };

  const show = () => {
    const shown = card();
    if (!shown || leavesAt === null) return;
    const left = Math.max(0, Math.ceil((leavesAt - Date.now()) / 1000));
    const words = shown.querySelector("h2");
    const sentence = left === 1 ? shown.dataset.one : shown.dataset.many;
    words.textContent = sentence.replace("SECONDS", left);
    shown.querySelector("[data-count]").textContent = left;
    const ring = shown.querySelector(".ring-left");
    ring.setAttribute("stroke-dasharray", `${left} ${shown.dataset.window}`);
  };

  read();
  page.addEventListener("bode:fresh", () => {
    // The window that the ring began with stays the whole of it.
    const seconds = Number(card()?.dataset.seconds);
    const expected = (leavesAt - Date.now()) / 1000;
    if (leavesAt === null || Math.abs(seconds - expected) > 2) read();
    show();
  });
  setInterval(show, 250);
})();
