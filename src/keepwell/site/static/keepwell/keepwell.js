// What pages do beyond links and forms: keys. Everything works without it.
"use strict";
document.addEventListener("keydown", (event) => {
  const inField = event.target.closest("input, select, textarea, [contenteditable]");
  if (inField || event.ctrlKey || event.metaKey || event.altKey) return;
  const wanted = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!wanted) return;
  event.preventDefault();
  if (wanted.matches("input, select, textarea")) wanted.focus();
  else wanted.click();
});

// What a search suggests: arrows lead through it, Escape puts it away.
document.addEventListener("keydown", (event) => {
  const search = event.target.closest(".search");
  if (!search) return;
  const found = search.querySelector("#found");
  const stops = [search.querySelector("input"), ...found.querySelectorAll("a")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    stops[(stops.indexOf(document.activeElement) + step + stops.length) % stops.length].focus();
  } else if (event.key === "Escape") {
    found.replaceChildren();
    stops[0].focus();
  }
});
