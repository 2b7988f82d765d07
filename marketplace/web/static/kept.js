// Keeps what is typed in a form in this browser until it has been sent, so that a session that ends or a closed page
// loses nothing; without this file the form does the same, and nothing is kept. data-keeps-text: whose form it is;
// data-keeps-mark: how far its object has come, since when what was kept has been sent. A participant's text is kept in
// her tab alone (data-keeps-in="tab"): the browser may be a library's.
"use strict";
const form = document.querySelector("form[data-keeps-text]");
if (form) {
  const { keepsText, keepsMark: mark, keepsIn } = form.dataset;
  const KEY = `text:${keepsText}`;
  const KEPT_FOR = 14 * 24 * 3600 * 1000;
  const tell = (text) => { form.querySelector("[data-kept]").textContent = text; };
  const boxes = [...form.elements].filter((box) => box.name && box.id && !["hidden", "submit"].includes(box.type));
  const isTick = (box) => ["checkbox", "radio"].includes(box.type);
  const said = () => Object.fromEntries(boxes.map((box) => [box.id, isTick(box) ? box.checked : box.value]));

  // A browser may refuse to store: then the page works as without the script.
  const withStore = (act) => {
    try { return act(keepsIn === "tab" ? sessionStorage : localStorage); } catch { return null; }
  };

  const keep = () => withStore((store) => {
    store.setItem(KEY, JSON.stringify({ mark, said: said(), at: Date.now() }));
    tell("Det du skriver finns kvar i den här webbläsaren.");
  });

  const asItCame = JSON.stringify(said());
  const kept = withStore((store) => JSON.parse(store.getItem(KEY)));
  if (kept && (kept.mark !== mark || Date.now() - kept.at > KEPT_FOR)) withStore((store) => store.removeItem(KEY));
  else if (form.hasAttribute("data-keeps-typed")) keep(); // the page came back with what was typed on it
  else if (kept && JSON.stringify(kept.said) !== asItCame) {
    for (const box of boxes.filter((one) => one.id in kept.said)) {
      if (isTick(box)) box.checked = kept.said[box.id];
      else box.value = kept.said[box.id];
    }
    tell("Det du skrev förut finns kvar här. Det är inte skickat än.");
  }
  form.addEventListener("input", keep);
}
