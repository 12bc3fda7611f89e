/* Keeps the figures of a bulletin that goes out fresh; without it the page is reloaded. */
"use strict";

(() => {
  const page = document.querySelector("[data-live-page]");
  const ASK_EVERY = 2000;
  const ASK_WHILE_IT_WAITS = 15000;
  const ASK_AGAIN_AFTER = 8000; // when the server did not answer
  const SPEAK_EVERY = 10000;
  if (!page) return;
  // After a stop the sender still writes down who was skipped.
  const moves = (part) =>
    ["sending", "scheduled", "held", "paused"].includes(part.dataset.status) || "open" in part.dataset;
  if (!moves(page)) return;

  const lost = page.querySelector("[data-lost]");
  const announce = page.querySelector("[data-announce]");
  let spoken = page.querySelector("[data-sentence]")?.textContent.trim();
  let spokenAt = Date.now();

  const speak = (sentence) => {
    if (!sentence || sentence === spoken || Date.now() - spokenAt < SPEAK_EVERY) return;
    announce.textContent = sentence;
    spoken = sentence;
    spokenAt = Date.now();
  };

  const bare = (part) => part.innerHTML.replace(/(csrfmiddlewaretoken" value=")[^"]*/g, "$1");

  // undo.js counts on from what the server says.
  const count = (card, seconds) => {
    if (seconds && !card.dataset.seconds) location.reload();
    if (seconds) card.dataset.seconds = seconds;
  };

  const put = (fresh) => {
    const shown = page.querySelector("[data-live]");
    for (const part of fresh.querySelectorAll("[data-part]")) {
      const old = shown.querySelector(`[data-part="${part.dataset.part}"]`);
      if (part.dataset.part === "waiting") {
        count(old, part.dataset.seconds);
        continue;
      }
      // What somebody is about to press stays where it is.
      if (old && !old.contains(document.activeElement) && bare(old) !== bare(part)) {
        old.replaceWith(document.importNode(part, true));
      }
    }
    const strip = fresh.querySelector(".strip");
    if (strip) shown.querySelector(".strip")?.replaceWith(document.importNode(strip, true));
    page.dispatchEvent(new CustomEvent("bode:fresh"));
  };

  const ask = async () => {
    let wait = 0;
    try {
      const answer = await fetch(page.dataset.livePage, { headers: { Accept: "text/html" } });
      const text = await answer.text();
      const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-live]");
      if (answer.redirected || (fresh && fresh.dataset.status !== page.dataset.status)) {
        location.reload(); // it moved on, or the login is over
        return;
      }
      if (!answer.ok || !fresh) throw new Error(String(answer.status));
      put(fresh);
      speak(fresh.querySelector("[data-sentence]")?.textContent.trim());
      lost.hidden = true;
      if (!moves(fresh)) return;
    } catch {
      lost.hidden = false;
      wait = ASK_AGAIN_AFTER;
    }
    setTimeout(next, wait || pause());
  };

  // Long before the start there is nothing to see.
  const pause = () => {
    const { seconds, due } = page.querySelector("[data-part='waiting']")?.dataset ?? {};
    const soon = seconds < 20 || due !== undefined;
    return ["scheduled", "held"].includes(page.dataset.status) && !soon ? ASK_WHILE_IT_WAITS : ASK_EVERY;
  };

  // A page that nobody looks at asks nothing.
  const next = () => {
    if (!document.hidden) return ask();
    document.addEventListener("visibilitychange", next, { once: true });
  };
  setTimeout(next, pause());
})();
