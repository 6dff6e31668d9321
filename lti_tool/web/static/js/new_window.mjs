/* a[data-new-window]: once the page is open in its own window, says so here, so that nobody works in two copies.
 *   data-opened-target   id of a hidden element to show instead of the link
 * [data-framed-only] is shown only inside a frame. Without scripts the link simply opens a new window. */

for (const element of document.querySelectorAll("[data-framed-only]")) element.hidden = parent === window;

for (const link of document.querySelectorAll("a[data-new-window]")) {
  link.addEventListener("click", () => {
    const notice = document.getElementById(link.dataset.openedTarget ?? "");
    if (!notice) return;
    notice.hidden = false;
    notice.tabIndex = -1;
    notice.focus();
  });
}
