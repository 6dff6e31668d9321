/* Reports how long the page was visible and which parts of a recording were played.
 *
 * [data-time-spent] data-url, data-csrf-token, data-every (seconds between reports, 15)
 * Posts form-encoded: csrf_token, view (random id of this page view), seconds (visible so far in this view, whole number),
 * media (JSON: [{key, duration, ranges: [[from, to], ...]}], seconds with one decimal). All figures are totals of the view, so a
 * report may be lost, repeated or late: the server keeps the largest of each view. Sent while visible, when the page is
 * hidden and when it is left. */

export class Stopwatch {
  constructor(now, isRunning) {
    this.total = 0;
    this.since = isRunning ? now : null;
  }

  set(now, isRunning) {
    if (this.since !== null) this.total += now - this.since;
    this.since = isRunning ? now : null;
  }

  seconds(now) {
    return Math.floor((this.total + (this.since === null ? 0 : now - this.since)) / 1000);
  }
}

export function playedRanges(media) {
  const round = (value) => Math.round(value * 10) / 10;
  return Array.from({ length: media.played.length }, (_, i) => [round(media.played.start(i)), round(media.played.end(i))]);
}

function mediaReport() {
  return [...document.querySelectorAll("video[data-media-key], audio[data-media-key]")]
    .filter((media) => media.played.length > 0)
    .map((media) => ({
      key: media.dataset.mediaKey,
      duration: Number.isFinite(media.duration) ? media.duration : null,
      ranges: playedRanges(media),
    }));
}

function isVisible() {
  return document.visibilityState === "visible";
}

/* crypto.randomUUID is missing where the LMS page itself is not on https. */
function randomId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function start(element) {
  const view = randomId();
  const clock = new Stopwatch(performance.now(), isVisible());
  let last = "";
  const report = () => {
    const seconds = String(clock.seconds(performance.now()));
    const media = JSON.stringify(mediaReport());
    if (last === seconds + media) return;
    last = seconds + media;
    const body = new URLSearchParams({ csrf_token: element.dataset.csrfToken ?? "", view, seconds, media });
    const options = { method: "POST", body, credentials: "same-origin", keepalive: true };
    fetch(element.dataset.url, options).catch(() => navigator.sendBeacon(element.dataset.url, body));
  };
  setInterval(() => isVisible() && report(), Number(element.dataset.every ?? 15) * 1000);
  document.addEventListener("visibilitychange", () => {
    clock.set(performance.now(), isVisible());
    if (!isVisible()) report();
  });
  addEventListener("pagehide", report);
}

const element = document.querySelector("[data-time-spent]");
if (element) start(element);
