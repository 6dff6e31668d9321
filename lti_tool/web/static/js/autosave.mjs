/* Sends the answers of every form[data-autosave-url] as they change.
 *
 * The whole form is posted (form-encoded, with its CSRF field and the header "X-Autosave: 1"), one request at a time, the newest
 * answers last, so a repeated or late request can never bring back an older answer. A server that counts revisions answers
 * {"revision": n}; the number goes into the form's field named "revision" and comes back with the next save. 409 = another tab
 * is newer. Lost connections, 408, 425, 429 and 5xx are tried again with growing pauses (Retry-After is honoured) and at
 * once when the browser is back online. Without scripts the form's own button saves everything. */

const RETRYABLE = new Set([408, 425, 429]);
const ENDED = new Set([401, 403, 404, 410]);
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30000;
/* Quick saves are not announced one by one: the line changes only when the state does. */
const SLOW = 1500;

export function pauseBefore(attempt, retryAfter) {
  const asked = Number.parseFloat(retryAfter ?? "");
  if (Number.isFinite(asked) && asked >= 0) return Math.min(asked * 1000, 10 * LONGEST_PAUSE);
  return Math.min(FIRST_PAUSE * 2 ** attempt, LONGEST_PAUSE) * (0.75 + Math.random() / 2);
}

export function outcome(status) {
  if (status >= 200 && status < 300) return "saved";
  if (status === 409) return "conflict";
  if (ENDED.has(status)) return "ended";
  return RETRYABLE.has(status) || status >= 500 ? "retry" : "refused";
}

export class Autosave {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.autosaveUrl;
    this.delay = Number(form.dataset.autosaveDelay ?? 600);
    this.line = form.querySelector("[data-save-status]");
    this.changes = 0;
    this.saved = 0;
    this.attempt = 0;
    this.timer = null;
    this.isSending = false;
    this.isStopped = false;
  }

  get isUnsaved() {
    return this.saved < this.changes;
  }

  start() {
    this.form.addEventListener("input", () => this.changed());
    this.form.addEventListener("change", () => this.changed());
    this.form.addEventListener("submit", () => this.stop());
    addEventListener("online", () => this.isUnsaved && this.schedule(0));
    addEventListener("pagehide", () => this.lastChance());
    addEventListener("beforeunload", (event) => {
      if (this.isUnsaved && !this.isStopped) event.preventDefault();
    });
  }

  changed() {
    if (this.isStopped) return;
    this.changes += 1;
    this.attempt = 0;
    this.schedule(this.delay);
  }

  schedule(pause) {
    clearTimeout(this.timer);
    if (!this.isStopped) this.timer = setTimeout(() => this.send(), pause);
  }

  stop() {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  request(keepalive) {
    return fetch(this.url, {
      method: "POST",
      body: new URLSearchParams(new FormData(this.form)),
      headers: { Accept: "application/json", "X-Autosave": "1" },
      credentials: "same-origin",
      redirect: "error",
      keepalive,
    });
  }

  async send() {
    if (this.isSending || this.isStopped) return;
    this.isSending = true;
    const sent = this.changes;
    const slow = setTimeout(() => this.attempt === 0 && this.say("saving"), SLOW);
    let result = "retry";
    let retryAfter = null;
    try {
      const answer = await this.request(false);
      result = outcome(answer.status);
      retryAfter = answer.headers.get("Retry-After");
      if (result === "saved") await this.noteRevision(answer);
    } catch {
      result = "retry";
    }
    clearTimeout(slow);
    this.isSending = false;
    if (!this.isStopped) this.conclude(result, sent, retryAfter);
  }

  conclude(result, sent, retryAfter) {
    if (result === "saved") this.saved = sent;
    if (result === "saved" && this.isUnsaved) return this.schedule(0);
    this.say(result);
    if (result === "retry") {
      this.schedule(pauseBefore(this.attempt, retryAfter));
      this.attempt += 1;
    } else if (result === "conflict" || result === "ended") {
      this.stop();
    }
  }

  async noteRevision(answer) {
    const field = this.form.elements.namedItem("revision");
    if (!field || !(answer.headers.get("Content-Type") ?? "").includes("json")) return;
    const { revision } = await answer.json().catch(() => ({}));
    if (Number.isInteger(revision)) field.value = String(revision);
  }

  lastChance() {
    if (this.isUnsaved && !this.isStopped) this.request(true).catch(() => undefined);
  }

  say(state) {
    if (!this.line || this.line.dataset.state === state) return;
    const words = this.line.getAttribute(`data-text-${state}`);
    this.line.dataset.state = state;
    if (words !== null) this.line.textContent = words;
  }
}

for (const form of document.querySelectorAll("form[data-autosave-url]")) new Autosave(form).start();
