// Adds up amounts while they are typed. Without this file the sum is shown when the form has been sent.
"use strict";
const boxes = [...document.querySelectorAll("[data-sum-of] input")];
const shown = document.querySelector("[data-sum]");
const kronor = new Intl.NumberFormat("sv-SE", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const amount = (text) => Number(text.replace(/[\s\u00a0\u202f]|kr$/g, "").replace(",", "."));
const add = () => {
  const sum = boxes.reduce((so_far, box) => so_far + amount(box.value), 0);
  shown.textContent = Number.isNaN(sum) ? "–" : `${kronor.format(sum)}\u00a0kr`;
};
boxes.forEach((box) => box.addEventListener("input", add));
