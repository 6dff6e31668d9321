/* Tells the LMS how tall the page is. The message goes only to the exact origin in <html data-platform-origin>, and only
 * from inside a frame. Platforms that do not listen lose nothing: the page scrolls. */

const TALLEST = 20000;

export function platformOrigin(root) {
  try {
    const url = new URL(root.dataset.platformOrigin ?? "");
    return /^https?:$/.test(url.protocol) ? url.origin : null;
  } catch {
    return null;
  }
}

export function contentHeight() {
  return Math.min(Math.ceil(document.body.getBoundingClientRect().bottom + scrollY), TALLEST);
}

function tell(origin, message) {
  const token = document.documentElement.dataset.platformToken;
  parent.postMessage(JSON.stringify(token ? { ...message, token } : message), origin);
}

function follow(origin) {
  let last = 0;
  let isAsked = false;
  const report = () => {
    isAsked = false;
    const height = contentHeight();
    if (Math.abs(height - last) < 2) return;
    last = height;
    tell(origin, { subject: "lti.frameResize", height });
  };
  const ask = () => {
    if (!isAsked) requestAnimationFrame(report);
    isAsked = true;
  };
  new ResizeObserver(ask).observe(document.body);
  ask();
}

function cameFromOurselves() {
  return document.referrer.startsWith(`${location.origin}/`);
}

const origin = platformOrigin(document.documentElement);
if (origin && parent !== window) {
  follow(origin);
  // After moving from page to page inside a tall frame, the LMS page would stay scrolled far down.
  if (cameFromOurselves() && !location.hash) tell(origin, { subject: "lti.scrollToTop" });
}
