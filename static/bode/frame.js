// The menu on a phone, and what Django's scripts leave to us. Without JavaScript the
// menu is simply always open.
"use strict";
document.documentElement.classList.add("js");

document.addEventListener("DOMContentLoaded", () => {
  // Where filters stand above a list they would push it out of sight.
  const filters = document.querySelector(".filter-box");
  if (filters && window.matchMedia("(max-width: 1239px)").matches) filters.open = false;

  const button = document.querySelector(".menu-button");
  if (!button) return;
  const show = (open) => {
    document.documentElement.classList.toggle("menu-open", open);
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => {
    show(button.getAttribute("aria-expanded") !== "true");
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && button.getAttribute("aria-expanded") === "true") {
      show(false);
      button.focus();
    }
  });
});
