// The LMS's side of LTI client-side messages (lti-cs-pm 0.1) and platform storage (lti-pm-s 0.1), and frame sizing.
// Only the tool's own windows are answered, only at their own origin, and each origin sees only what it stored.
(() => {
  const { origins, storage, frame, close } = document.querySelector("script[data-origins]").dataset;
  const allowed = new Set(origins.split(" ").filter(Boolean));
  const offersStorage = Boolean(storage);
  // Where a sibling frame is named, it alone stores; the page itself then only says so.
  const storesHere = offersStorage && (storage === "_parent" || frame === "yes");
  const MAX_KEYS = 50;
  const MAX_LENGTH = 4096;
  const LIFETIME = 10 * 60 * 1000;
  const stores = new Map();

  const supported = () => {
    const there = storage && storage !== "_parent" ? { frame: storage } : {};
    const list = [{ subject: "lti.capabilities" }];
    if (frame !== "yes") list.push({ subject: "lti.frameResize" });
    if (offersStorage) list.push({ subject: "lti.put_data", ...there }, { subject: "lti.get_data", ...there });
    return list;
  };

  const storeOf = (origin) => {
    if (!stores.has(origin)) stores.set(origin, new Map());
    const store = stores.get(origin);
    for (const [key, entry] of store) if (entry.until < Date.now()) store.delete(key);
    return store;
  };

  const put = ({ key, value }, origin) => {
    const store = storeOf(origin);
    if (value === null || value === undefined) {
      store.delete(key);
      return { key, value: null };
    }
    if (typeof value !== "string") return { error: { code: "bad_request", message: "value must be a string or null" } };
    if (value.length > MAX_LENGTH || (!store.has(key) && store.size >= MAX_KEYS))
      return { error: { code: "storage_exhaustion", message: "too many keys or too long a value" } };
    store.set(key, { value, until: Date.now() + LIFETIME });
    return { key, value };
  };

  const get = ({ key }, origin) => ({ key, value: storeOf(origin).get(key)?.value ?? null });

  const resize = ({ height }) => {
    const tool = document.getElementById("tool");
    const pixels = Number(height);
    if (!tool || !Number.isFinite(pixels)) return { error: { code: "bad_request", message: "height must be a number" } };
    tool.style.height = `${Math.min(Math.max(pixels, 200), 20000)}px`;
    return { height: pixels };
  };

  const withKey = (action) => (data, origin) =>
    typeof data.key === "string" && data.key && typeof data.message_id === "string"
      ? action(data, origin)
      : { error: { code: "bad_request", message: "key and message_id are required" } };

  const actions = { "lti.capabilities": () => ({ supported_messages: supported() }) };
  if (frame !== "yes") actions["lti.frameResize"] = resize;
  if (storesHere) Object.assign(actions, { "lti.put_data": withKey(put), "lti.get_data": withKey(get) });

  // Canvas takes messages as objects and as JSON text; tools send either.
  const opened = (data) => {
    if (typeof data !== "string") return data;
    try {
      return JSON.parse(data);
    } catch {
      return null;
    }
  };

  window.addEventListener("message", (event) => {
    const { origin, source } = event;
    const data = opened(event.data);
    if (!data || typeof data !== "object" || typeof data.subject !== "string" || !source) return;
    if (data.subject.endsWith(".response") || !data.subject.startsWith("lti.")) {
      if (data.subject === "org.imsglobal.lti.close" && close && allowed.has(origin)) location.assign(close);
      return;
    }
    const answer = (body) =>
      source.postMessage({ subject: `${data.subject}.response`, message_id: data.message_id, ...body }, origin);
    if (!allowed.has(origin)) {
      answer({ error: { code: "wrong_origin", message: "only the connected tool is answered" } });
      return;
    }
    const action = actions[data.subject];
    answer(action ? action(data, origin) : { error: { code: "unsupported_subject", message: data.subject } });
  });
})();
