// Saves a draft behind the page, by the same address as its button. Without this file the button does the same.
"use strict";
const form = document.querySelector("form[data-saves-itself]");
if (form) {
  const told = form.querySelector("[data-saved]");
  const WAIT = 3000;
  const AGAIN = 15000;
  let timer = 0;
  let isSaving = false;
  let isStopped = false;
  let press = null;

  const tell = (text) => { told.textContent = text; };

  const save = async () => {
    timer = 0;
    if (isSaving) { // one at a time: the next is sent with the mark that this one is answered with
      later(WAIT);
      return;
    }
    isSaving = true;
    let isLost = false;
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        redirect: "manual",
        keepalive: document.hidden,
      });
      if (answer.status >= 500) throw new Error(answer.statusText);
      const said = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
      if (answer.ok && said.saves !== undefined) {
        form.elements.saves.value = said.saves;
        tell(`${said.message} Klockan ${new Date().toLocaleTimeString("sv-SE", { hour: "2-digit", minute: "2-digit" })}.`);
      } else if (answer.status === 409) {
        isStopped = true;
        tell(`${said.message} Det du skriver här sparas inte längre av sig självt. Tryck på Spara för att se båda.`);
      } else {
        isStopped = true;
        tell("Det gick inte att spara just nu. Det du har skrivit står kvar. Tryck på Spara.");
      }
    } catch {
      isLost = true;
      tell("Ingen kontakt med Platstorget. Det du har skrivit står kvar på sidan, och vi försöker igen.");
    }
    isSaving = false;
    if (press) press();
    else if (isLost && !timer) later(AGAIN);
  };

  const later = (wait) => {
    if (isStopped) return;
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  };

  const now = () => {
    clearTimeout(timer);
    save();
  };

  form.addEventListener("input", () => later(WAIT));
  form.addEventListener("submit", (event) => {
    isStopped = true;
    clearTimeout(timer);
    timer = 0;
    if (!isSaving) return;
    event.preventDefault(); // what is on its way comes first, or the button would seem to be another page's
    press = () => { press = null; form.requestSubmit(event.submitter); };
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden && timer) now(); });
  window.addEventListener("online", () => { if (timer) now(); });
}
