// What a person is told when a passkey was refused, taken back, or is not there.
"use strict";
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const said = document.querySelector("[data-passkey-error]");
  if (said) said.hidden = false;
});
