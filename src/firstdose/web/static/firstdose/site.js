// Keeps a form from being left with something typed and not saved.
"use strict";
document.addEventListener("input", (event) => {
  const form = event.target.closest("form.record");
  if (!form) return;
  form.dataset.changed = "yes";
  delete form.dataset.sent;
});
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form");
  if (!form) return;
  delete form.dataset.changed;
  form.dataset.sent = "yes";
});
document.addEventListener("htmx:beforeRequest", (event) => { // what is being saved is not kept as unsaved beside it
  if (event.target.closest("form[data-sent]")) event.preventDefault();
});
window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-changed]")) event.preventDefault();
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest("form.record");
  if (form && event.detail.successful) delete form.dataset.changed; // the server keeps what was typed
});
document.addEventListener("change", (event) => { // the details of a question are asked for by the answer yes
  if (event.target.value !== "yes") return;
  for (const each of document.querySelectorAll("[data-details-of]")) {
    if (each.dataset.detailsOf === event.target.name) each.open = true;
  }
});
document.addEventListener("keydown", (event) => { // where a form has several deeds, the key Enter chooses none of them
  if (event.key !== "Enter" || !event.target.matches("form input")) return;
  if (event.target.form.querySelectorAll("button[name=step]").length > 1) event.preventDefault();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
document.addEventListener("submit", (event) => {
  const words = event.target.dataset.wait;
  if (!words) return;
  const place = event.target.querySelector(".waiting");
  if (place) place.textContent = words;
  for (const button of event.target.querySelectorAll("button")) button.disabled = true;
});
