// Saves a draft behind the page, by the same address as its button. Without this file the button does the same.
"use strict";
const form = document.querySelector("form[data-saves-itself]");
if (form) {
  const told = form.querySelector("[data-saved]");
  const WAIT = 3000;
  const AGAIN = 15000;
  let timer = 0;
  let isStopped = false;

  const tell = (text) => { told.textContent = text; };

  const save = async () => {
    let next = 0;
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        redirect: "manual",
      });
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
      next = AGAIN;
      tell("Ingen kontakt med Platstorget. Det du har skrivit står kvar på sidan, och vi försöker igen.");
    }
    timer = 0;
    if (next) later(next);
  };

  const later = (wait) => {
    if (isStopped) return;
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  };

  form.addEventListener("input", () => later(WAIT));
  form.addEventListener("submit", () => { isStopped = true; clearTimeout(timer); });
  window.addEventListener("online", () => { if (timer) later(0); });
}
