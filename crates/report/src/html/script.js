"use strict";
const cards = [...document.querySelectorAll("details.secret")];
const search = document.querySelector("#search");
const boxes = [...document.querySelectorAll("input[data-level]")];
const shown = document.querySelector("#shown");
const texts = cards.map((card) => card.textContent.toLowerCase());
function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const levels = new Set(boxes.filter((box) => box.checked).map((box) => box.dataset.level));
  let count = 0;
  cards.forEach((card, at) => {
    const fits = levels.has(card.dataset.level) && words.every((word) => texts[at].includes(word));
    card.hidden = !fits;
    count += fits ? 1 : 0;
  });
  shown.textContent = count + " of " + cards.length + " shown";
}
search.addEventListener("input", filter);
boxes.forEach((box) => box.addEventListener("change", filter));
document.querySelector("#open").addEventListener("click", () => {
  const closed = cards.some((card) => !card.open && !card.hidden);
  cards.forEach((card) => { if (!card.hidden) card.open = closed; });
});
filter();
