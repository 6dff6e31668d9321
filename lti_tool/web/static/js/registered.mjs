/* Ends a dynamic registration (LTI Dynamic Registration 1.0, 3.7): asks the LMS to close its frame or window.
 *
 * [data-registration-close="origin origin …"]   the origins that the LMS may be at, each addressed exactly
 * The button in it does so; it is shown only where there is an LMS to ask. Nothing closes by itself, so that the result
 * can be read. */
const host = parent !== window ? parent : opener;
for (const place of document.querySelectorAll("[data-registration-close]")) {
  if (!host) continue;
  place.hidden = false;
  place.querySelector("button").addEventListener("click", () => {
    for (const origin of place.dataset.registrationClose.split(" ")) {
      host.postMessage({ subject: "org.imsglobal.lti.close" }, origin);
    }
  });
}
