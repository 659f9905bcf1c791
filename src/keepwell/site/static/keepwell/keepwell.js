// What pages do beyond links and forms: keys. Everything works without it.
"use strict";
document.addEventListener("keydown", (event) => {
  const inField = event.target.closest("input, select, textarea, [contenteditable]");
  if (inField || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  if (onLine(event.key)) return event.preventDefault();
  const wanted = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!wanted) return;
  event.preventDefault();
  if (wanted.matches("input, select, textarea")) wanted.focus();
  else wanted.click();
});

// Enter in a field does what the field is for, where a form does several things.
document.addEventListener("keydown", (event) => {
  const wanted = event.key === "Enter" && !event.isComposing ? event.target.dataset.enter : null;
  if (!wanted) return;
  event.preventDefault();
  event.target.form.querySelector(`button[value="${CSS.escape(wanted)}"]`)?.click();
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

// j and k lead from line to line of a list, x ticks the one that has the focus; says whether the key was one of them.
function onLine(key) {
  const step = { j: 1, k: -1 }[key];
  const lines = [...document.querySelectorAll("main table.stack tbody tr, main ul.cards > li")];
  const here = lines.findIndex((line) => line.contains(document.activeElement));
  if (step) {
    const next = lines[here < 0 ? (step > 0 ? 0 : lines.length - 1) : here + step];
    (next?.querySelector("[data-line]") || next?.querySelector("a, button"))?.focus(); // what the line is of
    return lines.length > 0;
  }
  const box = key === "x" && here >= 0 ? lines[here].querySelector("input[type=checkbox]") : null;
  box?.click();
  return Boolean(box);
}

// A button that opens what lies above the page: there only where this runs.
for (const button of document.querySelectorAll("[data-opens]")) {
  button.hidden = false;
  button.addEventListener("click", () => document.getElementById(button.dataset.opens).showModal());
}

// On a narrow screen a row's cells stand below one another: each is told by the head of its column.
const tellColumns = () => {
  for (const table of document.querySelectorAll("table.stack")) {
    const heads = [...table.querySelectorAll("thead tr:first-child > *")].map((head) =>
      head.querySelector(".hidden") ? "" : (head.firstElementChild?.matches("a") ? head.firstElementChild : head.firstChild)?.textContent.trim() || "",
    );
    const named = heads.findIndex(Boolean); // what the row is about needs no telling
    for (const row of table.tBodies[0]?.rows || []) {
      if (row.cells.length !== heads.length) continue;
      for (const [at, cell] of [...row.cells].entries()) {
        if (at > named && heads[at] && !cell.dataset.label) cell.dataset.label = heads[at];
      }
    }
  }
};
tellColumns();
document.addEventListener("htmx:afterSettle", tellColumns);
