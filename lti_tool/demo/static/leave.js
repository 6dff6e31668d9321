// After a selection: back to the course in the whole window.
window.top.location.assign(new URL(document.currentScript?.dataset.to ?? document.querySelector("script[data-to]").dataset.to, location.href));
