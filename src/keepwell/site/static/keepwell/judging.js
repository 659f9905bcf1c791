// Hits are judged with one key: y, n, u on the one that has the focus, then on to the next; z takes the last back.
"use strict";
{
  const list = document.querySelector("[data-judging]");
  const judged = []; // the hits judged on this page, the last one last
  let wanted = null; // where the focus goes on, also while a judged line is being put in anew
  for (const hint of document.querySelectorAll("[data-keys]")) hint.hidden = false;
  const lines = () => [...(list?.children || [])];
  const here = () => lines().find((line) => line.contains(document.activeElement));
  const lead = (line) => {
    line?.querySelector("a")?.focus();
    line?.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (!list || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea") || document.querySelector("dialog[open]")) return;
    if (!"ynuz".includes(event.key) || event.key.length !== 1) return;
    event.preventDefault();
    const line = event.key === "z" ? document.getElementById(judged.pop()) : here() || document.getElementById(wanted) || lines().find((one) => !one.hasAttribute("data-done"));
    const button = line?.querySelector(`[data-judge="${event.key}"]`);
    if (!button) return;
    if (event.key === "z") lead(line);
    button.click();
  });
  list?.addEventListener("htmx:beforeRequest", (event) => {
    const line = event.target.closest("li");
    const key = event.detail.requestConfig?.triggeringEvent?.submitter?.dataset.judge;
    if (!line) return;
    if (key !== "z") judged.push(line.id);
    wanted = key === "z" ? line.id : (line.nextElementSibling || line).id;
    lead(document.getElementById(wanted));
  });
  list?.addEventListener("htmx:afterSettle", () => {
    lead(document.getElementById(wanted));
  });
}
