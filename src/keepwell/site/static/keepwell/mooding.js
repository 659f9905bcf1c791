// The mood of a customer's turn is said with one key: g, n, b on the turn that has the focus; z takes the last back.
"use strict";
{
  const said = []; // the turns said on this page, the last one last
  for (const hint of document.querySelectorAll("[data-mood-help]")) hint.hidden = false;
  const here = () => document.activeElement?.closest(".turn") || document.querySelector(".turn[aria-current]") || document.querySelector(".turn.chosen");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1 || !"gnbz".includes(event.key)) return;
    if (event.target.closest("input, select, textarea, audio, summary") || document.querySelector("dialog[open]")) return;
    const turn = event.key === "z" ? document.getElementById(said.pop()) : here();
    const button = turn?.querySelector(`[data-mood="${event.key}"]`);
    if (!button) return;
    event.preventDefault();
    if (event.key !== "z") said.push(turn.id);
    turn.focus({ preventScroll: event.key !== "z" });
    button.click();
  });
}
