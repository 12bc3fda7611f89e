/* The button repeats the answer: "Schedule for Thursday 26 November, 09:00". */
"use strict";

(() => {
  const form = document.querySelector(".schedule-form");
  if (!form) return;
  const later = form.querySelector("#when-later");
  const date = form.querySelector("[name=date]");
  const time = form.querySelector("[name=time]");
  const button = form.querySelector("button[type=submit]");
  const words = form.querySelector(".says-later");
  const plain = words.textContent;
  const spoken = document.documentElement.lang;
  const language = !spoken || spoken === "en" ? "en-GB" : spoken;

  const moment = () => {
    const day = new Date(`${date.value}T00:00:00Z`);
    const [hours, minutes] = time.value.split(":");
    if (!date.value || !minutes || Number.isNaN(day.getTime())) return "";
    const options = { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" };
    if (day.getUTCFullYear() !== new Date().getFullYear()) options.year = "numeric";
    const said = new Intl.DateTimeFormat(language, options);
    const clock = form.dataset.clock.replace(/11(\D+)22/, `${hours}$1${minutes}`);
    return `${said.format(day)}, ${clock}`;
  };

  const repeat = () => {
    const chosen = moment();
    words.textContent = chosen ? form.dataset.later.replace("MOMENT", chosen) : plain;
  };

  for (const field of [date, time]) {
    field.addEventListener("input", () => {
      later.checked = true;
      repeat();
    });
  }
  form.addEventListener("change", repeat);
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    button.style.minWidth = `${button.offsetWidth}px`;
    for (const said of button.querySelectorAll("span")) said.textContent = form.dataset.busy;
  });
  // Back from the next page: the form may be sent again.
  addEventListener("pageshow", () => {
    delete form.dataset.sent;
  });
  repeat();
})();
