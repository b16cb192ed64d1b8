// What the browser keeps: one small entry a decision, so that each is safe as soon as it is made, and settings.
// Where nothing can be kept (storage off or full), the page says so and goes on.

const PREFIX = "textmend-review";

class Store extends EventTarget {
  constructor(digest) {
    super();
    this.prefix = `${PREFIX}:${digest}:`;
    this.failed = null;
  }

  /** Return the kept entries as [[gap name, value]]; what can't be read is passed over. */
  load() {
    const found = [];
    this.#try(() => {
      for (const key of Object.keys(localStorage)) {
        const name = this.nameOf(key);
        const value = name === null ? null : parse(localStorage.getItem(key));
        if (value) found.push([name, value]);
      }
      localStorage.setItem(`${PREFIX}:probe`, "1"); // reading may work where writing doesn't
      localStorage.removeItem(`${PREFIX}:probe`);
    });
    return found;
  }

  nameOf(key) {
    const name = key.startsWith(this.prefix) ? key.slice(this.prefix.length) : "";
    return /^\d{1,9}(:\d{1,9}:\d{1,9})?$/.test(name) ? name : null;
  }

  put(name, value) {
    this.#try(() => localStorage.setItem(this.prefix + name, JSON.stringify(value)));
  }

  setting(name) {
    try {
      return localStorage.getItem(`${PREFIX}:setting:${name}`);
    } catch {
      return null;
    }
  }

  set(name, value) {
    this.#try(() => localStorage.setItem(`${PREFIX}:setting:${name}`, value));
  }

  #try(action) {
    try {
      action();
    } catch (error) {
      this.failed = error?.name === "QuotaExceededError" ? "its storage is full" : "its storage is switched off";
      this.dispatchEvent(new Event("failed"));
    }
  }
}

function parse(line) {
  try {
    const value = JSON.parse(line);
    return value && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
