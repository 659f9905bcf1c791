// What a figure tells of itself on hover and on focus: the texts that its aria-describedby names, shown beside it.
"use strict";
{
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  tip.setAttribute("aria-hidden", "true"); // whoever does not see it has it as the figure's description
  document.body.append(tip);
  const figures = "[data-told], [data-figures] a[title]";
  let figure = null;
  let own = 0;

  const hide = () => {
    tip.hidden = true;
    figure = null;
  };
  // In a table of thousands of figures, each says in its title what is its own, and the table of what kind they are.
  const describe = (one) => {
    const said = document.createElement("span");
    said.hidden = true;
    said.id = `said-${(own += 1)}`;
    said.textContent = one.title;
    one.removeAttribute("title");
    one.dataset.told = "";
    one.after(said);
    const kind = one.closest("[data-figures]").dataset.figures;
    one.setAttribute("aria-describedby", `about-${kind} ${said.id} about-source`);
  };
  const show = (one) => {
    if (figure === one) return;
    if (one.title) describe(one);
    figure = one;
    const told = one.getAttribute("aria-describedby").split(" ").map((id) => document.getElementById(id));
    tip.replaceChildren(...told.filter(Boolean).map((from) => {
      const said = document.createElement("p");
      said.append(...from.cloneNode(true).childNodes);
      return said;
    }));
    tip.hidden = false;
    const at = one.getBoundingClientRect();
    const room = document.documentElement;
    const below = at.bottom + 6 + tip.offsetHeight < room.clientHeight;
    tip.style.left = `${Math.max(8, Math.min(at.left, room.clientWidth - tip.offsetWidth - 8))}px`;
    tip.style.top = `${Math.max(8, below ? at.bottom + 6 : at.top - 6 - tip.offsetHeight)}px`;
  };

  document.addEventListener("pointerover", (event) => {
    const one = event.target.closest(figures);
    if (one) show(one);
    else if (!event.target.closest(".tip") && figure !== document.activeElement) hide();
  });
  document.addEventListener("focusin", (event) => {
    const one = event.target.closest(figures);
    if (one) show(one);
    else hide();
  });
  document.addEventListener("focusout", hide);
  document.addEventListener("scroll", hide, true);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
}
