// A button that copies what a field or a text holds: there only where this runs, else one marks and copies by hand.
"use strict";
for (const button of document.querySelectorAll("[data-copies]")) {
  const from = document.getElementById(button.dataset.copies);
  const called = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = from.value ?? from.textContent;
    let done = false;
    try {
      await navigator.clipboard.writeText(text); // only over https, or on this machine
      done = true;
    } catch {
      if (from.select) from.select();
      else getSelection().selectAllChildren(from);
      done = document.execCommand("copy");
    }
    if (!done) return; // it is marked now: the keys of the browser copy it
    button.textContent = button.dataset.said;
    setTimeout(() => {
      button.textContent = called;
    }, 2000);
  });
}
