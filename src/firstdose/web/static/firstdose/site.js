// Keeps a form from being left with something typed and not saved.
"use strict";
document.addEventListener("input", (event) => {
  const form = event.target.closest("form.record");
  if (form) form.dataset.changed = "yes";
});
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form");
  if (form) delete form.dataset.changed;
});
window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-changed]")) event.preventDefault();
});
