// What the person said, kept in this browser: shown again after a reload, and sent again until the desk has it.
// One storage entry per message, so that several windows don't overwrite each other's.

const PREFIX = "desk.said.";
const KEPT = 100;

function makeId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** localStorage where there is one; else what lasts as long as the page. */
export const memory = (() => {
  try {
    localStorage.setItem("desk.probe", "1");
    localStorage.removeItem("desk.probe");
    return localStorage;
  } catch {
    const held = new Map();
    return {
      getItem: (key) => (held.has(key) ? held.get(key) : null),
      setItem: (key, value) => held.set(key, value),
      removeItem: (key) => held.delete(key),
      get length() {
        return held.size;
      },
      key: (place) => [...held.keys()][place],
    };
  }
})();

export class Mine {
  constructor() {
    this.entries = new Map();
    const keys = Array.from({ length: memory.length }, (_, place) => memory.key(place));
    for (const key of keys) if (key.startsWith(PREFIX)) this.read(key);
    this.drop(this.all().filter((entry) => entry.state !== "waiting").slice(0, -KEPT));
  }

  read(key) {
    try {
      const entry = JSON.parse(memory.getItem(key));
      if (!entry || !entry.id || !entry.frame) return null;
      this.entries.set(entry.id, entry);
      return entry;
    } catch {
      return null;
    }
  }

  all() {
    return [...this.entries.values()].sort((one, other) => one.order - other.order);
  }

  /** The next one to be sent. */
  next() {
    return this.all().find((entry) => entry.state === "waiting");
  }

  /** `label` is what the conversation shows; null for what the page says by itself. `after` is the row it follows. */
  add(frame, label, after, id = makeId()) {
    const order = Math.max(Date.now(), ...[...this.entries.values()].map((entry) => entry.order + 1));
    const entry = { id, order, at: Date.now(), after, frame, label, state: "waiting" };
    this.entries.set(id, entry);
    this.save(entry);
    return entry;
  }

  save(entry) {
    try {
      memory.setItem(PREFIX + entry.id, JSON.stringify(entry));
    } catch {
      this.drop(this.all().filter((old) => old.state !== "waiting").slice(0, 20)); // full: the oldest go
    }
  }

  drop(entries) {
    for (const { id } of entries) {
      this.entries.delete(id);
      memory.removeItem(PREFIX + id);
    }
  }

  /** The entry that another window has changed, if the storage event is about one. */
  changed(event) {
    if (!event.key || !event.key.startsWith(PREFIX)) return null;
    if (event.newValue === null) this.entries.delete(event.key.slice(PREFIX.length));
    return event.newValue === null ? null : this.read(event.key);
  }
}
