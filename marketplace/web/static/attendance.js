// Keeps a half-typed week in this browser until it is saved, by supervisor, placement and day and without names, so that
// a lost connection or a closed page loses nothing. Without this file the form does the same, and nothing is kept.
"use strict";
const form = document.querySelector("form[data-keeps]");
if (form) {
  const PREFIX = `narvaro:${form.dataset.keeps}:`;
  const KEPT_FOR = 14 * 24 * 3600 * 1000;
  const told = form.querySelector("[data-kept]");
  const tell = (text) => { if (told) told.textContent = text; };
  let isSending = false;

  const cells = [...form.querySelectorAll("[data-cell]")].map((box) => {
    const [hours, kind, shown] = ["hours", "kind", "shown"].map((part) => box.querySelector(`[name$="-${part}"]`));
    return { box, hours, kind, shown, key: PREFIX + box.dataset.cell, kept: null };
  });

  // A browser may refuse to store: then the page works as without the script.
  const stored = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const store = (cell, text) => {
    try {
      if (text === null) localStorage.removeItem(cell.key);
      else localStorage.setItem(cell.key, text);
      cell.kept = text;
      return true;
    } catch { return false; }
  };

  // As the server writes in `shown` what is saved, or what it filled in.
  const said = ({ hours, kind }) => (hours.value ? `${kind.value} ${hours.value}` : kind.value);

  const keep = (cell) => {
    const { hours, kind, shown } = cell;
    if (said(cell) === shown.value) {
      store(cell, null);
      return;
    }
    const draft = { hours: hours.value, kind: kind.value, shown: shown.value, at: Date.now() };
    if (store(cell, JSON.stringify(draft))) tell("Det du skriver finns kvar i den här webbläsaren tills du sparar.");
  };

  // Only what this page kept: another tab may have typed something else for the day since.
  const forget = (cell) => { if (cell.kept !== null && stored(cell.key) === cell.kept) store(cell, null); };

  const fill = (cell, draft) => {
    cell.hours.value = draft.hours;
    cell.kind.value = draft.kind;
    cell.box.querySelector("details")?.setAttribute("open", "");
  };

  const button = (label, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn btn-link";
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  };

  // The day has been saved elsewhere since this was typed: what is saved stands, and what was typed is offered.
  const offer = (cell, draft) => {
    const note = document.createElement("div");
    const done = () => { note.remove(); cell.hours.focus(); };
    const words = cell.kind.querySelector(`option[value="${CSS.escape(draft.kind)}"]`)?.textContent ?? "";
    note.className = "field-error attendance-typed";
    note.append(`Sparades om medan du var borta. Du hade skrivit: ${words} ${draft.hours}`.trim() + ". ");
    note.append(
      button("Ta det jag skrev", () => { fill(cell, draft); keep(cell); done(); }),
      button("Behåll det sparade", () => { store(cell, null); done(); }),
    );
    cell.box.querySelector("details")?.setAttribute("open", "");
    cell.box.querySelector(".attendance-inputs").append(note);
  };

  const restore = (cell) => {
    const raw = stored(cell.key);
    let draft = null;
    try { draft = JSON.parse(raw); } catch { /* not ours */ }
    if (draft) cell.kept = raw;
    if (said(cell) !== cell.shown.value) {
      keep(cell); // the page came back with what was typed on it
      return false;
    }
    if (!draft) return false;
    const isOnPage = draft.hours === cell.hours.value && draft.kind === cell.kind.value;
    if (isOnPage || Date.now() - draft.at > KEPT_FOR) {
      store(cell, null);
      return false;
    }
    if (draft.shown !== cell.shown.value) {
      offer(cell, draft);
      return false;
    }
    fill(cell, draft);
    return true;
  };

  const restored = cells.filter(restore).length;
  if (restored) tell(`${restored === 1 ? "En dag" : `${restored} dagar`} som du hade skrivit men inte sparat är ifyllda igen.`);

  form.addEventListener("input", (event) => {
    const cell = cells.find((one) => one.box.contains(event.target));
    if (!cell) return;
    if (event.target === cell.hours && cell.hours.value && cell.kind.value === "no_training") cell.kind.value = "present";
    keep(cell);
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isSending) return;
    isSending = true;
    tell("Sparar …");
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        redirect: "manual",
      });
      const said = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
      if (answer.ok && said.location) {
        cells.forEach(forget);
        location.assign(said.location);
      } else {
        form.submit(); // the page that comes says what has to be mended, or asks who it is
      }
    } catch {
      isSending = false;
      tell("Ingen kontakt med Platstorget. Det du har skrivit finns kvar här. Tryck på Spara igen när du har kontakt.");
    }
  });
}
