// A conversation's sound and its words: each leads to the other. The page reads well without it.
"use strict";
{
  const turns = [...document.querySelectorAll(".turn")];
  const audio = document.querySelector("[data-player] audio");
  const follows = document.querySelector("[data-follows] input");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let at = Math.max(turns.findIndex((turn) => turn.matches(".chosen")), -1); // the turn that keys start from

  const show = (one) => one?.scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
  const choose = (turn) => {
    at = turns.indexOf(turn);
    turn.focus({ preventScroll: true });
    show(turn);
  };

  // --- the sound leads the words ---
  const words = audio ? [...document.querySelectorAll(".words [data-at]")] : [];
  const timed = turns.filter((turn) => turn.dataset.at);
  const starts = (some) => some.map((one) => Number(one.dataset.at));
  const wordStarts = starts(words), turnStarts = starts(timed);
  const last = (list, time) => {
    let low = 0, high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle] <= time) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  };
  let word = null, speaking = null;
  const follow = () => {
    const time = audio.currentTime + 0.01;
    const found = words[last(wordStarts, time)];
    const now = found && time < Number(found.dataset.to) + 0.2 ? found : null;
    if (now !== word) {
      word?.classList.remove("now");
      now?.classList.add("now");
      word = now;
    }
    const turn = timed[last(turnStarts, time)] || null;
    if (turn !== speaking) {
      speaking?.removeAttribute("aria-current");
      turn?.setAttribute("aria-current", "true");
      speaking = turn;
      if (turn && !audio.paused) {
        at = turns.indexOf(turn);
        if (follows?.checked) show(turn);
      }
    }
    if (!audio.paused) requestAnimationFrame(follow);
  };
  // Until the sound is known it cannot be sought in: then as soon as it is.
  const seek = (time) => {
    if (audio.readyState > 0) audio.currentTime = time;
    else audio.addEventListener("loadedmetadata", () => (audio.currentTime = time), { once: true });
  };
  const play = (time) => {
    seek(time);
    audio.play()?.catch(() => {}); // a browser may want a press of its own first
  };
  const playTurn = (turn) => turn?.dataset.at && play(Number(turn.dataset.at));

  if (audio) {
    for (const one of document.querySelectorAll("[data-follows]")) one.hidden = false;
    for (const name of ["play", "seeked", "timeupdate"]) audio.addEventListener(name, follow);
    document.querySelector("[data-speed]").addEventListener("change", (event) => {
      audio.playbackRate = Number(event.target.value);
    });
    if (at >= 0 && turns[at].dataset.at) play(Number(turns[at].dataset.at));
  }
  if (at >= 0) show(turns[at]);

  document.querySelector(".turns")?.addEventListener("click", (event) => {
    const turn = event.target.closest(".turn");
    if (!turn) return;
    if (event.target.closest("[data-plays]") && audio) {
      event.preventDefault();
      at = turns.indexOf(turn);
      return playTurn(turn);
    }
    if (event.target.closest("a, button, summary") || !getSelection().isCollapsed) return;
    at = turns.indexOf(turn);
    if (!audio || !event.target.closest(".words")) return;
    const said = event.target.closest("[data-at]");
    play(Number(said.dataset.at));
  });

  // --- hits and clips, one key apart ---
  const stops = [...document.querySelectorAll("[data-stop]")];
  const after = (one, place) => place.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING;
  let stop = null;
  const lead = (step) => {
    const place = stop && at === turns.indexOf(stop.closest(".turn")) ? stop : turns[Math.max(at, 0)];
    const first = !stop && at < 0;
    let next;
    if (step > 0) next = first ? stops[0] : stops.find((one) => after(one, place));
    else next = stops.findLast((one) => after(place, one) && !one.contains(place));
    if (!next) return;
    goTo(next);
  };
  const goTo = (one) => {
    stop?.classList.remove("here");
    stop = one;
    one.classList.add("here");
    at = turns.indexOf(one.closest(".turn"));
    one.focus({ preventScroll: true });
    show(one);
    const word = one.matches("[data-at]") ? one : one.querySelector("[data-at]") || one.closest("[data-at]");
    if (audio && word) play(Number(word.dataset.at));
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-leads]");
    const one = link && document.getElementById(link.dataset.leads);
    if (!one) return;
    event.preventDefault();
    goTo(one);
  });

  // --- a clip, by pressing, selecting or keys ---
  const form = document.querySelector("[data-clip]");
  const first = form?.elements.first, final = form?.elements.last;
  let cutting = false;
  const mark = () => {
    const [low, high] = [Number(first.value), Number(final.value)];
    for (const turn of turns) {
      const no = Number(turn.dataset.turn);
      turn.classList.toggle("cut", cutting && low <= no && no <= high);
    }
  };
  const cut = (from, to) => {
    [first.value, final.value] = [Math.min(from, to), Math.max(from, to)];
    cutting = true;
    mark();
  };
  const number = (turn) => Number(turn.dataset.turn);
  if (form) {
    for (const one of document.querySelectorAll("[data-cuts], [data-cut-help]")) one.hidden = false;
    let begun = null;
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-cuts]");
      if (!button) return;
      const no = number(button.closest(".turn"));
      cut(begun ?? no, no);
      begun = begun === null ? no : null;
      if (begun === null || event.detail === 0) form.elements.title.focus({ preventScroll: event.detail !== 0 });
    });
    document.addEventListener("mouseup", () => {
      const chosen = getSelection();
      if (chosen.isCollapsed) return;
      const [from, to] = [chosen.anchorNode, chosen.focusNode].map((node) => (node?.closest ? node : node?.parentElement)?.closest(".turn"));
      if (from && to) cut(number(from), number(to));
    });
    for (const field of [first, final]) field.addEventListener("change", () => ((cutting = true), mark()));
  }

  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, select, textarea, audio, summary") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]") || !turns.length) return;
    const step = { j: 1, k: -1 }[event.key];
    if (step) {
      const next = turns[at < 0 ? 0 : Math.min(Math.max(at + step, 0), turns.length - 1)];
      choose(next);
      if (audio) audio.paused ? next.dataset.at && seek(Number(next.dataset.at)) : playTurn(next);
    } else if (event.key === "h" || event.key === "H") {
      lead(event.key === "h" ? 1 : -1);
    } else if (event.key === " " && audio && !event.target.closest("a, button")) {
      audio.paused ? audio.play()?.catch(() => {}) : audio.pause();
    } else if (form && (event.key === "[" || event.key === "]")) {
      const no = number(turns[Math.max(at, 0)]);
      if (event.key === "[") cut(no, cutting ? Math.max(no, Number(final.value)) : no);
      else cut(cutting ? Math.min(no, Number(first.value)) : no, no);
      if (event.key === "]") form.elements.title.focus();
    } else return;
    event.preventDefault();
  });
}
