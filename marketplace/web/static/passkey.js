// Asks the browser for a passkey, and sends its answer in with the form. data-passkey: what is asked, as JSON;
// data-passkey-into: the field for the answer. Without this file the page's other ways remain.
"use strict";
for (const button of document.querySelectorAll("button[data-passkey]")) {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) continue;
  const { form } = button;
  const says = form.querySelector("[data-passkey-says]");
  const asked = JSON.parse(button.dataset.passkey);
  says.textContent = "";
  button.hidden = false;

  const answer = () => (asked.user
    ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) })
    : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked) }));

  button.addEventListener("click", async () => {
    says.textContent = "";
    try {
      form.elements[button.dataset.passkeyInto].value = JSON.stringify(await answer());
      form.requestSubmit();
    } catch {
      says.textContent = "Passnyckeln gav inget svar. Försök igen, eller välj ett annat sätt.";
    }
  });
}
