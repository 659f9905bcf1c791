"use strict";
// The page is whole without this script; it adds tooltips, sorting, CSV files and addresses for open drawers.
(() => {
  const words = JSON.parse(document.getElementById("words").textContent);
  const narrow = matchMedia("(max-width: 36rem)");

  // Charts: the picture in the page is replaced by the same chart drawn for the width there is.
  const options = {
    actions: false, ast: true, renderer: "svg", defaultStyle: false, mode: "vega-lite",
    tooltip: { disableDefaultStyle: true },
  };
  const draw = (box) => {
    const size = narrow.matches ? "narrow" : "wide";
    const made = JSON.parse(box.querySelector("script").textContent);
    const place = box.querySelector(".live") || box.appendChild(document.createElement("div"));
    place.className = "live";
    const spec = { ...(made[size] ?? made.wide), datasets: made.datasets };
    if (!box.classList.contains("fixed")) spec.width = Math.floor(box.clientWidth);
    return vegaEmbed(place, spec, options).then(
      () => box.querySelectorAll(":scope > :not(.live):not(script)").forEach((picture) => { picture.hidden = true; }),
      (error) => { place.remove(); console.error(error); },
    );
  };
  const charts = [...document.querySelectorAll(".chart")];
  const widths = new Map();
  let waiting;
  const redraw = () => charts.forEach((box) => {
    if (!box.clientWidth || widths.get(box) === box.clientWidth) return;
    widths.set(box, box.clientWidth);
    draw(box);
  });
  redraw();
  addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(redraw, 150); });

  // Tables: a click on a head sorts; numbers by their plain value, text by the reader's alphabet.
  const value = (cell) => cell.dataset.v ?? cell.textContent.trim();
  const order = (a, b) => {
    const x = Number(a), y = Number(b);
    if (a !== "" && b !== "" && !Number.isNaN(x) && !Number.isNaN(y)) return x - y;
    return (a === "") - (b === "") || a.localeCompare(b);
  };
  const sort = (table, column, head) => {
    const down = head.getAttribute("aria-sort") === "ascending";
    table.querySelectorAll("th[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = table.tBodies[0];
    const rows = [...body.rows].sort((a, b) => order(value(a.cells[column]), value(b.cells[column])));
    body.append(...(down ? rows.reverse() : rows));
  };

  // CSV: a cell that a spreadsheet would run as a formula is made text; a plain number stays one.
  const cell = (text) => {
    const safe = /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d+(\.\d+)?$/.test(text) ? "'" + text : text;
    return '"' + safe.replaceAll('"', '""') + '"';
  };
  const csv = (table) => [...table.rows].map((row) => [...row.cells].map((c) => cell(value(c))).join(",")).join("\r\n");
  const save = (table) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff" + csv(table) + "\r\n"], { type: "text/csv;charset=utf-8" }));
    link.download = table.dataset.csv + ".csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  document.querySelectorAll("table[data-csv]").forEach((table) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "btn csv", textContent: words.csv });
    button.addEventListener("click", () => save(table));
    table.parentElement.after(button);
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const name = head.textContent;
      const sorter = document.createElement("button");
      Object.assign(sorter, { type: "button", className: "sort", textContent: name, title: words.sort.replace("{column}", name) });
      sorter.addEventListener("click", () => sort(table, column, head));
      head.replaceChildren(sorter);
    });
  });

  // An open drawer has an address.
  document.querySelectorAll("[popover]").forEach((drawer) => drawer.addEventListener("toggle", (event) => {
    if (event.newState === "open") history.replaceState(null, "", "#" + drawer.id);
    else if (location.hash === "#" + drawer.id) history.replaceState(null, "", location.pathname + location.search);
  }));
  const asked = document.getElementById(location.hash.slice(1));
  if (asked?.hasAttribute("popover")) asked.showPopover();
})();
