/* Keeps the launch's state with the LMS when cookies are blocked (LTI client-side postMessages, lti.put_data and lti.get_data).
 *
 * form[data-platform-storage="put" | "get"]
 *   data-target-origin   exact origin of the platform's OIDC authorization endpoint
 *   data-target-frame    lti_storage_target: "_parent" or the name of a sibling frame
 *   data-wait            milliseconds to wait for the answer (1500)
 * put: stores every pair, then submits. A form may hold several: <input data-storage-key="..." value="...">.
 * get: writes the answer into every <input data-storage-key="..."> and submits; a value that does not come stays empty.
 * The field named "platform_storage" tells the server the outcome: "ok", "missing", "error" or "timeout".
 * The form's own button does the same as the submit without scripts, with "platform_storage" left empty. */

export function storageFrame(name) {
  const host = parent !== window ? parent : opener;
  if (!host || !name || name === "_parent") return host;
  try {
    return host.frames[name] ?? null;
  } catch {
    return null;
  }
}

/* crypto.randomUUID is missing where the LMS page itself is not on https. */
function randomId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function exchange(target, origin, message, wait) {
  const message_id = randomId();
  return new Promise((resolve, reject) => {
    const finish = (settle, value) => {
      clearTimeout(timer);
      removeEventListener("message", listen);
      settle(value);
    };
    const listen = (event) => {
      const data = event.data;
      if (event.origin !== origin || event.source !== target || typeof data !== "object" || data === null) return;
      if (data.message_id !== message_id || data.subject !== `${message.subject}.response`) return;
      if (data.error) finish(reject, new Error("error"));
      else finish(resolve, data.value ?? null);
    };
    const timer = setTimeout(() => finish(reject, new Error("timeout")), wait);
    addEventListener("message", listen);
    target.postMessage({ ...message, message_id }, origin);
  });
}

function fieldsOf(form) {
  return [...form.querySelectorAll("input[data-storage-key]")];
}

async function store(form, ask) {
  await Promise.all(fieldsOf(form).map((field) => ask({ subject: "lti.put_data", key: field.dataset.storageKey, value: field.value })));
  return "ok";
}

async function restore(form, ask) {
  const fields = fieldsOf(form);
  const values = await Promise.all(fields.map((field) => ask({ subject: "lti.get_data", key: field.dataset.storageKey })));
  fields.forEach((field, index) => {
    field.value = typeof values[index] === "string" ? values[index] : "";
  });
  return fields.every((field) => field.value) ? "ok" : "missing";
}

async function run(form) {
  const { platformStorage, targetOrigin, targetFrame, wait } = form.dataset;
  const target = storageFrame(targetFrame);
  if (!target || !targetOrigin) return "error";
  const ask = (message) => exchange(target, targetOrigin, message, Number(wait ?? 1500));
  try {
    return await (platformStorage === "put" ? store : restore)(form, ask);
  } catch (fault) {
    return fault.message === "timeout" ? "timeout" : "error";
  }
}

for (const form of document.querySelectorAll("form[data-platform-storage]")) {
  run(form).then((result) => {
    const field = form.elements.namedItem("platform_storage");
    if (field) field.value = result;
    form.submit();
  });
}
